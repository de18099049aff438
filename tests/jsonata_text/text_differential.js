// Random texts, numbers and pictures through Pawl's text functions and through npm's jsonata (and, for regular
// expressions, JavaScript's own): the results and the error codes must agree.
//
//   node text_differential.js --probe build/release/bin/jsonata_text_probe [--jsonata DIR] [--part NAME]
//                             [--seed N] [--count N]
//
// --jsonata is where `npm install jsonata@2.2.2` was run; without it, the folder of the other differential test, where
// `npm ci` does that. Prints each disagreement, and per part how many calls agreed; ends with 1 when one did not, with 77
// when the reference is not installed. The same seed makes the same calls.
'use strict';
const { spawn } = require('node:child_process');
const path = require('node:path');
const { PARTS } = require('./text_cases.js');

process.env.TZ = 'UTC';
const NOW = Date.UTC(2024, 1, 29, 13, 14, 15, 678);
const RealDate = Date;
global.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(NOW);
    else super(...args);
  }
};

function options(argv) {
  const found = { probe: '', jsonata: path.join(__dirname, '../jsonata/differential'), part: '', seed: '1', count: '2000' };
  for (let i = 0; i < argv.length; i += 2) {
    const name = argv[i].replace(/^--/, '');
    if (!(name in found) || argv[i + 1] === undefined) throw new Error(`unknown option ${argv[i]}`);
    found[name] = argv[i + 1];
  }
  if (!found.probe) throw new Error('--probe is missing');
  return found;
}

// Mulberry32: small, seeded, good enough to choose with.
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function allMatches([pattern, flags, text]) {
  const regex = new RegExp(pattern, flags + 'g');
  const matches = [];
  while (regex.lastIndex <= text.length) {
    const match = regex.exec(text);
    if (match === null) break;
    matches.push([match.index, match.index + match[0].length,
      ...match.slice(1).map(group => (group === undefined ? null : group))]);
    if (match[0] === '') ++regex.lastIndex;
  }
  return matches;
}

// A matcher of JSONata's own kind that goes on over empty matches.
function replaceRegex(jsonata, expressions, [pattern, flags, text, replacement]) {
  const regex = new RegExp(pattern, flags + 'g');
  const one = match => ({ match: match[0], start: 0, end: match[0].length, groups: match.slice(1), next: () => undefined });
  const found = [];
  while (regex.lastIndex <= text.length) {
    const match = regex.exec(text);
    if (match === null) break;
    found.push(one(match));
    if (match[0] === '') ++regex.lastIndex;
  }
  const expression = expressions.get('replaceRegex') || jsonata('$replace($t, $m, $r)');
  expressions.set('replaceRegex', expression);
  return (async () => {
    let all = '';
    for (const match of found) {
      all += await expression.evaluate({}, { t: match.match, m: () => match, r: replacement }) + '|';
    }
    return all;
  })();
}

const DIRECT = {
  numberText: ([value]) => String(value),
  regex: allMatches,
};

async function expected(jsonata, expressions, [name, ...args]) {
  try {
    let result;
    if (name === 'replaceRegex') {
      result = await replaceRegex(jsonata, expressions, args);
    } else if (DIRECT[name]) {
      result = DIRECT[name](args);
    } else if (name === 'at15Digits') {
      result = Number(JSON.parse(await jsonata('$string([v])').evaluate({ v: args[0] }))[0]);
    } else {
      const used = name === 'toMillis' ? args.slice(0, args[1] === null ? 1 : 2) : args;
      const key = name + used.map(arg => (arg === null ? 'u' : 'v')).join('');
      if (!expressions.has(key)) {
        expressions.set(key, jsonata(`$${name}(${used.map((arg, i) => (arg === null ? '$nothing' : `$a${i}`)).join(', ')})`));
      }
      const bindings = {};
      used.forEach((arg, i) => { bindings[`a${i}`] = arg; });
      result = await expressions.get(key).evaluate(undefined, bindings);
    }
    if (typeof result === 'number' && !Number.isFinite(result)) return { r: String(result) };
    return result === undefined ? {} : { r: Array.isArray(result) ? [...result] : result };
  } catch (error) {
    return { e: error.code || '' };
  }
}

function startProbe(probe) {
  const child = spawn(probe, { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  let rest = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', chunk => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) waiting.shift()(line);
  });
  child.on('exit', code => {
    if (waiting.length > 0) throw new Error(`the probe ended with ${code}`);
  });
  return {
    ask: call => new Promise(resolve => {
      waiting.push(resolve);
      child.stdin.write(JSON.stringify(call) + '\n');
    }),
    end: () => child.stdin.end(),
  };
}

// -0 and 0 are the same in JSON.
const canonical = answer => JSON.stringify(answer);

async function run(part, jsonata, probe, seed, count) {
  const next = random(seed);
  const expressions = new Map();
  let agreed = 0;
  const wrong = [];
  for (let done = 0; done < count;) {
    const calls = [];
    for (; calls.length < 500 && done < count; ++done) calls.push(PARTS[part](next));
    const ours = await Promise.all(calls.map(call => probe.ask(call)));
    for (let i = 0; i < calls.length; ++i) {
      const theirs = canonical(await expected(jsonata, expressions, calls[i]));
      const mine = canonical(JSON.parse(ours[i]));
      if (mine === theirs) ++agreed;
      else wrong.push(`${JSON.stringify(calls[i])}\n    theirs ${theirs}\n    ours   ${mine}`);
    }
  }
  for (const line of wrong.slice(0, 20)) console.log(`${part}: ${line}`);
  console.log(`${part}: ${agreed} of ${count} agree (seed ${seed})`);
  return wrong.length === 0;
}

function load(folder) {
  try {
    return require(folder);
  } catch {
    console.log('SKIPPED: the package jsonata is not installed; run npm ci in tests/jsonata/differential');
    process.exit(77);
  }
}

async function main() {
  const { probe, jsonata, part, seed, count } = options(process.argv.slice(2));
  const reference = load(path.resolve(jsonata, 'node_modules/jsonata'));
  const child = startProbe(probe);
  let good = true;
  for (const name of part ? [part] : Object.keys(PARTS)) {
    good = await run(name, reference, child, Number(seed), Number(count)) && good;
  }
  child.end();
  process.exitCode = good ? 0 : 1;
}

main().catch(error => {
  console.error(error.message);
  process.exit(2);
});
