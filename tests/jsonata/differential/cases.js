// Makes cases from seeds. The same seed makes the same case everywhere.
'use strict';

const {Random} = require('./random');
const {Generator, randomInput} = require('./generator');
const {CallGenerator} = require('./calls');
const {CallbackGenerator} = require('./callbacks');
const {PathGenerator} = require('./paths');
const {tear} = require('./torn');

// The kinds of cases: one of them for each seed.
const KINDS = {
  typed: (random) => new Generator(random).expression(1 + random.below(4)),
  calls: (random) => new CallGenerator(random).call(1 + random.below(3)),
  mixed: (random) => new CallGenerator(random).expression(1 + random.below(4)),
  paths: (random) => new PathGenerator(random).query(1 + random.below(3)),
  callbacks: (random) => new CallbackGenerator(random).callback(1 + random.below(2)),
  torn: (random) => tear(random, new (random.pick([CallGenerator, PathGenerator]))(random).expression(1 + random.below(3))),
};

// One case: {expr, data}.
function makeCase(seed) {
  const random = new Random(seed);
  const kinds = Object.values(KINDS);
  const data = randomInput(random);
  return {data, expr: kinds[seed % kinds.length](random)};
}

module.exports = {makeCase};
