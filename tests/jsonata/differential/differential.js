// Evaluates generated expressions with Pawl and with the reference implementation, and compares.
//
//   node differential.js --pawl build/release/bin/pawl [--seed N] [--count N] [--batch N] [--show N] [--coverage] [--messages]
//
// Ends with 0 when all agree, 1 when some do not, 77 when the reference is not installed
// (`npm ci` in this folder does that). A disagreement is printed with the seed of its case: running
// it again takes `--seed THAT --count 1`.
'use strict';

const {spawnSync} = require('child_process');
const {makeCase} = require('./cases');
const {Coverage} = require('./coverage');
const {Oracle, plain} = require('./oracle');

try {
  require.resolve('jsonata');
} catch {
  console.log('SKIPPED: the package jsonata is not installed; run npm ci in tests/jsonata/differential');
  process.exit(77);
}

function option(name, otherwise) {
  const at = process.argv.indexOf('--' + name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

const isNumberText = (v) => typeof v === 'string' && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(v);

// Objects are compared whatever the order of their members, numbers by so many digits if that is not null.
function canonical(text, digits) {
  const sort = (v) => {
    if (digits && (typeof v === 'number' || isNumberText(v))) return Number(Number(v).toPrecision(digits));
    if (Array.isArray(v)) return v.map(sort);
    if (v === null || typeof v !== 'object') return v;
    return Object.fromEntries(Object.keys(v).sort().map((k) => [k, sort(v[k])]));
  };
  return JSON.stringify(sort(JSON.parse(text)));
}

function ours(pawl, cases) {
  const input = cases.map((c) => JSON.stringify({id: c.seed, expr: c.expr, data: c.data}) + '\n').join('');
  const [program, ...first] = pawl.split(' ');
  const run = spawnSync(program, [...first, 'eval', '--lang', 'jsonata'], {input, maxBuffer: 1 << 30});
  if (run.status !== 0) throw new Error(`${pawl} ended with ${run.status || run.signal}: ${run.stderr}`);
  return run.stdout.toString().trim().split('\n').map((line) => JSON.parse(line));
}

const WITH_MESSAGES = process.argv.includes('--messages');

// A token may be a whole pattern, of which there is no text.
const nothing = (token) => token === undefined || token === '' || typeof token === 'object';

// A literal's token is its value in the one and may be its spelling in the other.
function sameToken(theirs, ours) {
  return String(theirs) === String(ours) || (typeof theirs === 'number' && theirs === Number(ours));
}

// Of powers the last digits are not compared: V8's are not always the nearest. Two roundings, for two numbers that are
// next to each other may lie on different sides of what one of them rounds at.
function sameResult(theirs, ours, powers) {
  return (powers ? [15, 14] : [null]).some((digits) => canonical(theirs, digits) === canonical(ours, digits));
}

// What differs, or null. An error of the reference's that has no code is no statement.
function difference(expected, answer, powers) {
  if ('error' in expected) {
    if (expected.error === null) return null;
    if (!('error' in answer)) return 'an error was expected';
    if (expected.error !== answer.error.code) return 'another error';
    if (!nothing(expected.token) && !sameToken(expected.token, answer.error.token)) return 'another token';
    if (WITH_MESSAGES && expected.message && expected.message !== answer.error.message) return 'another message';
    return expected.position === undefined || expected.position === answer.error.position ? null : 'another position';
  }
  if ('error' in answer) return 'no error was expected';
  if (expected.undefined) return answer.undefined ? null : 'undefined was expected';
  if (answer.undefined) return 'a result was expected';
  return sameResult(expected.result, plain(answer.result), powers) ? null : 'another result';
}

// Where an evaluation failed is not always where the reference says: it says the place, and the name, of the last call of
// the same function, wherever that was, and for functions joined by `~>` a place in the text that it makes of them.
function isElsewhere(why, expected, answer) {
  if (expected.error === undefined || expected.error.startsWith('S')) return false;
  return why === 'another position' || (why === 'another token' && nothing(answer.error.token));
}

// What is not to be compared: outcomes of chance and of the clock, and texts that JavaScript makes of functions.
function isUnsteady(test, expected) {
  return /\$(now|millis|random|shuffle)\b/.test(test.expr) || /\[object Object\]|async function/.test(expected.result);
}

// One of the totals below, and what differs when it is `differ`.
async function judge(oracle, test, expected, answer) {
  const powers = /\$power/.test(test.expr);
  let why = difference(expected, answer, powers);
  if (why === null) return {verdict: expected.error === null ? 'foreign' : 'agree'};
  if (isUnsteady(test, expected)) return {verdict: 'foreign'};
  if (isElsewhere(why, expected, answer)) return {verdict: 'elsewhere'};
  const mended = await oracle.ask(test, 'mended');
  const whyMended = difference(mended, answer, powers);
  if (whyMended === null) return {verdict: mended.error === null ? 'foreign' : 'explained'};
  if (isElsewhere(whyMended, mended, answer)) return {verdict: 'elsewhere'};
  const noted = ['another token', 'another message'];
  if (!noted.includes(why) && !noted.includes(whyMended)) return {verdict: 'differ', why};
  for (const version of ['asItIs', 'mended']) {
    why = difference(await oracle.afresh().ask(test, version), answer, powers);
    if (why === null) return {verdict: 'agree'};
  }
  return {verdict: why === 'another position' ? 'elsewhere' : 'differ', why};
}

function show(test, {why}, expected, answer) {
  console.log(`seed ${test.seed}: ${why}\n  ${test.expr}\n  data ${JSON.stringify(test.data)}`);
  console.log(`  reference ${JSON.stringify(expected)}\n  pawl      ${JSON.stringify(answer)}`);
}

async function main() {
  const pawl = option('pawl', 'build/release/bin/pawl');
  const seed = Number(option('seed', 1));
  const count = Number(option('count', 5000));
  const batch = Number(option('batch', 2000));
  let showing = Number(option('show', 20));
  const oracle = new Oracle();
  const coverage = new Coverage();
  const totals = {agree: 0, elsewhere: 0, explained: 0, foreign: 0, differ: 0};
  for (let start = 0; start < count; start += batch) {
    const cases = [];
    for (let i = start; i < Math.min(count, start + batch); i++) {
      cases.push({seed: seed + i, ...makeCase(seed + i)});
    }
    const answers = ours(pawl, cases);
    for (let i = 0; i < cases.length; i++) {
      const expected = await oracle.ask(cases[i]);
      coverage.add(cases[i].expr, expected);
      const judgement = await judge(oracle, cases[i], expected, answers[i]);
      totals[judgement.verdict]++;
      if (judgement.verdict === 'differ' && showing-- > 0) show(cases[i], judgement, expected, answers[i]);
    }
  }
  if (process.argv.includes('--coverage')) coverage.print();
  console.log(`${count} cases from seed ${seed}: ${totals.agree} agree, ${totals.differ} differ, ` +
              `${totals.elsewhere} fail alike at another place, ` +
              `${totals.explained} agree with the reference once it is mended, ` +
              `${totals.foreign} where the reference throws an exception of JavaScript's own, prints its own functions, does not answer, or shuffles`);
  process.exit(totals.differ === 0 ? 0 : 1);
}

main();
