// Evaluates generated expressions with Pawl and with the reference implementation, and compares.
//
//   node differential.js --pawl build/release/bin/pawl [--seed N] [--count N] [--batch N] [--show N]
//
// Ends with 0 when all agree, 1 when some do not, 77 when the reference is not installed
// (`npm ci` in this folder does that). A disagreement is printed with the seed of its case: running
// it again takes `--seed THAT --count 1`.
'use strict';

const {spawnSync} = require('child_process');
const {Worker, isMainThread, parentPort} = require('worker_threads');
const {makeCase} = require('./generator');

let jsonata;
try {
  jsonata = require('jsonata');
} catch {
  console.log('SKIPPED: the package jsonata is not installed; run npm ci in tests/jsonata/differential');
  process.exit(77);
}

function option(name, otherwise) {
  const at = process.argv.indexOf('--' + name);
  return at < 0 ? otherwise : process.argv[at + 1];
}

function plain(value) {
  return JSON.stringify(value, (key, v) => (Object.is(v, -0) ? 0 : v));
}

function isFunction(value) {
  return typeof value === 'function' || (value && (value._jsonata_function || value._jsonata_lambda));
}

function hasFunction(value) {
  if (isFunction(value)) return true;
  return value !== null && typeof value === 'object' && Object.values(value).some(hasFunction);
}

async function reference(test) {
  try {
    // A copy: the reference may change its input.
    const data = JSON.parse(JSON.stringify(test.data));
    const result = await jsonata(test.expr, {timeout: 2000}).evaluate(data);
    if (result === undefined) return {undefined: true};
    if (hasFunction(result)) return {error: 'UNSUPPORTED_RESULT'};
    return {result: plain(result)};
  } catch (error) {
    // Null: an exception of JavaScript's own. It may also take forever where Pawl does not.
    return {error: error.code === 'D1012' ? null : error.code || null};
  }
}

// Objects are compared whatever the order of their members.
function canonical(text) {
  const sort = (v) => {
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

// The reference copies the left side of `?:` and `??` as JSON to look at it: a pattern in it is lost,
// and another one, or an endless search, comes of it.
function losesPattern(expr) {
  return /\?:|\?\?/.test(expr) && /[(,] ?\/\S/.test(expr);
}

// What differs, or null.
function difference(test, expected, answer) {
  if ('error' in expected) {
    if (!('error' in answer)) return expected.error === null ? 'foreign' : 'an error was expected';
    if (expected.error === null || expected.error === answer.error.code) return null;
    // The reference evaluates the parts of a constructor side by side: of several that fail, the one
    // that needs the fewest steps wins there. Here it is the first.
    return /[,{]/.test(test.expr) ? 'raced' : 'another error';
  }
  if ('error' in answer) return 'no error was expected';
  if (expected.undefined) return answer.undefined ? null : 'undefined was expected';
  if (answer.undefined) return 'a result was expected';
  return canonical(expected.result) === canonical(plain(answer.result)) ? null : 'another result';
}

// The reference on a thread of its own: some expressions keep it busy forever.
const PATIENCE_MS = 5000;

function referenceThread() {
  parentPort.on('message', async (test) => parentPort.postMessage(await reference(test)));
}

class Reference {
  ask(test) {
    this.worker = this.worker || new Worker(__filename);
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.worker.terminate();
        this.worker = null;
        resolve({error: null});
      }, PATIENCE_MS);
      this.worker.removeAllListeners('message');
      this.worker.on('message', (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      this.worker.postMessage(test);
    });
  }
}

async function main() {
  const pawl = option('pawl', 'build/release/bin/pawl');
  const seed = Number(option('seed', 1));
  const count = Number(option('count', 5000));
  const batch = Number(option('batch', 2000));
  let show = Number(option('show', 20));
  const npm = new Reference();
  const totals = {agree: 0, foreign: 0, raced: 0, differ: 0};
  for (let start = 0; start < count; start += batch) {
    const cases = [];
    for (let i = start; i < Math.min(count, start + batch); i++) {
      cases.push({seed: seed + i, ...makeCase(seed + i)});
    }
    const answers = ours(pawl, cases);
    for (let i = 0; i < cases.length; i++) {
      const expected = await npm.ask(cases[i]);
      let why = difference(cases[i], expected, answers[i]);
      if (why !== null && losesPattern(cases[i].expr)) why = 'foreign';
      if (why === null) totals.agree++;
      else if (why === 'foreign' || why === 'raced') totals[why]++;
      else {
        totals.differ++;
        if (show-- > 0) {
          console.log(`seed ${cases[i].seed}: ${why}\n  ${cases[i].expr}\n  data ${JSON.stringify(cases[i].data)}`);
          console.log(`  reference ${JSON.stringify(expected)}\n  pawl      ${JSON.stringify(answers[i])}`);
        }
      }
    }
  }
  console.log(`${count} cases from seed ${seed}: ${totals.agree} agree, ${totals.differ} differ, ` +
              `${totals.raced} fail for another of several reasons, ` +
              `${totals.foreign} where the reference throws an exception of JavaScript's own`);
  // More than one in a thousand would be no race.
  process.exit(totals.differ === 0 && totals.raced <= 5 + count / 1000 ? 0 : 1);
}

if (isMainThread) main();
else referenceThread();
