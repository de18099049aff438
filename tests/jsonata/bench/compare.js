// Times the same expressions with Pawl and with the reference implementation, one after the other on
// the same machine, and prints a table with the ratios.
//
//   node compare.js build/release/bin/jsonata_bench
//
// The reference comes with `npm ci` in tests/jsonata/differential.
'use strict';

const {spawnSync} = require('child_process');
const path = require('path');
const jsonata = require(path.join(__dirname, '../differential/node_modules/jsonata'));

const order = (n) => ({
  id: n,
  customer: 'c' + (n % 7),
  items: [{sku: 'A1', price: 12.5, qty: 2}, {sku: 'B2', price: 7.25, qty: 4}, {sku: 'C3', price: 100, qty: 1}],
});
const many = (n) => Array.from({length: n}, (_, i) => ({id: i, kind: 'k' + (i % 10), price: i * 1.5, qty: i % 4}));

const CASES = [
  ['arithmetic on a path', 'order.total * 2 + order.shipping', {order: {total: 129.5, shipping: 4.5}}],
  ['sum of products', '$sum(items.(price * qty))', order(1)],
  ['object constructor', '{"id": id, "who": customer, "first": items[0].sku, "n": $count(items)}', order(1)],
  ['$map, lambda, 10 items', '$map(items, function($i) { $i.price * 2 })', {items: many(10)}],
  ['string with $now()', '"order " & id & " at " & $now()', order(1)],
  ['filter with two terms', 'items[price > 10 and qty < 3].sku', order(1)],
  ['grouping of 100 items', 'items{kind: $sum(price)}', {items: many(100)}],
  ['$map of 10,000 items', '$map(items, function($i) { $i.price * $i.qty })', {items: many(10000)}],
];

const nanos = () => Number(process.hrtime.bigint());

async function best(call) {
  let result = Infinity;
  for (let run = 0; run < 7; run++) {
    const start = nanos();
    let calls = 0;
    let elapsed = 0;
    for (let batch = 1; elapsed < 0.06e9; batch *= 2) {
      for (let i = 0; i < batch; i++) await call();
      calls += batch;
      elapsed = nanos() - start;
    }
    result = Math.min(result, elapsed / calls);
  }
  return result;
}

async function main() {
  const input = CASES.map(([name, expr, data]) => JSON.stringify({name, expr, data}) + '\n').join('');
  const run = spawnSync(process.argv[2], {input, maxBuffer: 1 << 26});
  process.stderr.write(run.stderr);
  const ours = run.stdout.toString().trim().split('\n').map((line) => JSON.parse(line));
  const us = (ns) => (ns / 1000).toFixed(2).padStart(10);
  console.log('| expression | compile us | npm compile us | eval us | npm eval us | ratio |');
  console.log('|---|---:|---:|---:|---:|---:|');
  for (let i = 0; i < CASES.length; i++) {
    const [name, expr, data] = CASES[i];
    const compiled = jsonata(expr);
    const compile = await best(() => jsonata(expr));
    const evaluate = await best(() => compiled.evaluate(data));
    const mine = ours[i];
    console.log(`| ${name.padEnd(24)} | ${us(mine.compile_ns)} | ${us(compile)} | ${us(mine.eval_ns)} | ` +
                `${us(evaluate)} | ${(evaluate / mine.eval_ns).toFixed(1).padStart(6)} |`);
  }
}

main();
