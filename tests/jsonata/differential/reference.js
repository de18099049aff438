// The reference implementation from npm, as it is and with two of its ways mended.
'use strict';

const fs = require('fs');
const Module = require('module');

// Throws when the package is not installed.
function asItIs() {
  return require('jsonata');
}

function replaceAll(source, pattern, put) {
  const found = source.match(new RegExp(pattern.source, pattern.flags + 'g')) || [];
  if (found.length === 0) throw new Error(`the reference has no ${pattern}: is it version 2.2.2?`);
  return source.replace(new RegExp(pattern.source, pattern.flags + 'g'), put);
}

const HELPERS = `
  async function partsInOrder(parts, evaluatePart) {
    const results = [];
    for (let i = 0; i < parts.length; i++) results.push(await evaluatePart(parts[i], i));
    return results;
  }
  function copyTree(node) {
    if (node === null || typeof node !== 'object' || node instanceof RegExp) return node;
    if (Array.isArray(node)) return node.map(copyTree);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, copyTree(value)]));
  }
  function checked({implementation, signature}) {
    function checkedFunction(...args) {
      // Arguments that were not given: of all types that of functions alone does not take undefined for one.
      const isFunctionAt = (at) => (signature.definition.replace(/^<|<[^>]*>|:.*/g, '').match(/[a-z]|\\([^)]*\\)/g) || [])[at] === 'f';
      while (args.length > 0 && args[args.length - 1] === undefined && isFunctionAt(args.length - 1)) args.pop();
      return implementation.apply(this, signature.validate(args, null));
    }
    const parameters = /\\(([^)]*)\\)/.exec(implementation.toString())[1].replace(/=[^,]*/g, '');
    checkedFunction.toString = () => '(' + parameters + ')';
    return checkedFunction;
  }
`;

// The same, but for what Pawl does otherwise on purpose (docs/decisions/0010):
// - The parts of a constructor are evaluated one after the other, so that of several that fail the first is reported.
// - What `?:` and `??` look at is a copy of their left side that keeps patterns and signatures.
// - A function that was partially applied checks its arguments, and may have parameters with defaults.
// - A grouping leaves what it groups as it was, and behind an order sees the variables of the steps before it.
// - The wildcard does not find the mark that says that an array is a sequence.
// - A built-in function has no members for $spread to find.
// A disagreement that this one does not share is explained by that.
function mended() {
  const file = require.resolve('jsonata');
  let source = fs.readFileSync(file, 'utf8');
  source = replaceAll(source, /Promise\.all\(expr\.expressions\s*\.map\((async \(item, idx\) => \{[^]*?\n {20}\})\)\)/,
                       'partsInOrder(expr.expressions, $1)');
  source = replaceAll(source, /Promise\.all\(utils\.keys\(groups\)\.map\((async \(key, idx\) => \{[^]*?\n {8}\})\)\)/,
                       'partsInOrder(utils.keys(groups), $1)');
  source = replaceAll(source, /JSON\.parse\(JSON\.stringify\(left\)\)/, 'copyTree(left)');
  source = replaceAll(source, /partialApplyNativeFunction\(proc\.implementation,/, 'partialApplyNativeFunction(checked(proc),');
  source = replaceAll(source, /(result = await evaluateSortExpression\(expr, tupleBindings, environment\);)/,
                      '$1 result.tupleStream = true;');
  source = replaceAll(source, /(if\(!Array\.isArray\(tupleStream\)\) \{\s*)return tupleStream;/,
                      '$1return Object.assign(Object.create(null), tupleStream);');
  source = replaceAll(source, /utils\.keys\(input\)(\.forEach\(function \(key\) \{\s*var value = input\[key\];)/,
                      'utils.keys(input).filter(key => !Array.isArray(input) || /^[0-9]+$/.test(key))$1');
  source = replaceAll(source, /input\.push\(undefined\);/, 'input = environment.base.createSequence(undefined);');
  source = replaceAll(source, /(function spread\(arg\) \{[^]*?)!isLambda\(arg\)/, '$1!isFunction(arg)');
  const module = new Module(file, null);
  module.filename = file;
  module.paths = [];
  module._compile(HELPERS + source, file);
  return module.exports;
}

module.exports = {asItIs, mended};
