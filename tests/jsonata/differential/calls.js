// Makes calls of every function there is: with the right arguments, with others, with too few and too many, with the first one
// from the context, partially applied, chained; and functions with signatures of their own.
'use strict';

const {Generator} = require('./generator');
const {PARTS} = require('../../jsonata_text/text_cases');

// The kinds of their arguments, see argument() below; `?` marks those that may be left out.
const FUNCTIONS = {
  sum: 'N', count: 'a', max: 'N', min: 'N', average: 'N',
  string: 'x b?', substring: 's i i?', substringBefore: 's s', substringAfter: 's s', lowercase: 's', uppercase: 's', length: 's',
  trim: 's', pad: 's i s?', match: 's r i?', contains: 's p', replace: 's p R i?', split: 's p i?', join: 'S s?',
  formatBase: 'n i?', number: 'x', floor: 'n', ceil: 'n', round: 'n i?', abs: 'n', sqrt: 'n', power: 'n i',
  boolean: 'x', not: 'x', map: 'a f', zip: 'a a? a?', filter: 'a f', single: 'a f?', reduce: 'a g x?', sift: 'o f?', keys: 'x', lookup: 'x s',
  append: 'x x', exists: 'x', spread: 'x', merge: 'O', reverse: 'a', each: 'o f', error: 's?', assert: 'b s?', type: 'x', sort: 'a g?',
  distinct: 'x', base64encode: 's', base64decode: 's', encodeUrlComponent: 's', encodeUrl: 's', decodeUrlComponent: 's', decodeUrl: 's', clone: 'o',
};
// Those whose arguments belong together: the maker of tests/jsonata_text.
const TOGETHER = ['formatNumber', 'formatInteger', 'parseInteger', 'fromMillis', 'toMillis'];

const SIGNATURES = ['<n:n>', '<s:s>', '<s-:s>', '<n-:n>', '<a:x>', '<a<n>:n>', '<a<s>>', '<(sn):x>', '<x-:x>', '<o:o>', '<b?>', '<f:x>', '<n+>', '<s-n?:s>', '<nn?>',
  '<a<o>:a>', '<(nsb)-s?:x>', '<j>', '<l:l>', '<u>', '<>', '<s', '<n:n', '<a<>', '<n<n>>', '<(s', '<(a<n>)>', '<q>', '<s-(sf)n?:s>', '<x?x?:x>', '<af>', '<f<n:n>:n>', '<(oa)-:o>',
  '<-s>', '<n--:n>', '<sn', '<s?s?s?>', '<a<(ns)>:a>', '<n+s>', '<s+n+>'];

class CallGenerator extends Generator {
  textValue(depth) {
    const r = this.r;
    if (r.chance(0.3)) return JSON.stringify(r.pick(['aXbXc', 'a,b;c', '  x  y ', '2018-01-02', '%41%', '😀a😀', 'ÄÖß', 'YWJj', '1e3', '0x1F', '-', 'the cat', 'aaa', '\u0000', '\ud83d', 'A\nB', '"', "it's"]));
    return this.text(depth);
  }

  argument(kind, depth) {
    const r = this.r;
    if (r.chance(0.06)) return r.pick(['missing', 'null', '[]', '{}', '"1"', '1', 'true', 'items', '[1, "a"]', 'function($x){$x}', '/a/', '$string', '-0.5', '""']);
    switch (kind) {
      case 's': return this.textValue(depth);
      case 'n': return this.number(depth);
      case 'i': return r.chance(0.8) ? String(r.below(9) - 3) : this.number(depth);
      case 'b': return this.boolean(depth);
      case 'a': return r.chance(0.6) ? this.array(depth) : this.expression(depth);
      case 'o': return this.object(depth);
      case 'N': return this.numbers(depth);
      case 'S': return r.pick(['items.name', '["a", "b"]', '"a"', '[]', '["x"]', '["a", 1]', `[${this.text(depth)}, ${this.text(depth)}]`]);
      case 'O': return r.pick([`[${this.object(depth)}, ${this.object(depth)}]`, 'items', 'c', '[]', '[1]', 'items.items']);
      case 'r': return r.pick(['/a/', '/[a-c]+/', '/(b)(X)?/', '/^\\s*/', '/x$/i', '/\\d+/', '/(?=b)/', '/./', '/a|b/m', '/(?<n>.)\\k<n>/', '/([^,;]+)[,;]?/', '/\\s+/', '/X*/', '/$/', '/(a)(b)(c)?/', '/\\//', '/[/]/', '/\\bthe\\b/', '/(?<!a)a/']);
      case 'p': return r.chance(0.5) ? this.argument('r', depth) : r.pick(['"a"', '"X"', '""', '","', '" "', '"aa"', '"😀"', '"ß"', this.text(0)]);
      case 'R': return r.pick(["'<$0>'", "'$1'", "'$$'", "''", "'$12'", "'$'", "'$a'", "'$2$1'", 'function($m){ $m.match }', 'function($m){ $m.groups[0] }', 'function($m){ $string($m.start) & "-" & $m.end }', 'function($m){ 1 }', 'function($m){ missing }', '$uppercase', '"x"']);
      case 'f': return this.functionOf(1, depth);
      case 'g': return this.functionOf(2, depth);
      default: return this.expression(depth);
    }
  }

  functionOf(arity, depth) {
    const r = this.r;
    switch (r.below(10)) {
      case 0: return r.pick(['$string', '$boolean', '$uppercase', '$count', '$exists', '$not', '$type', '$sum', '$append', '$max', '$lookup', '$substring(?, 1)', '$append(?, 1)', '$string ~> $length', '$power(?, 2)', '$merge', '$zip', '$keys', '$formatBase(?, 16)', '$join']);
      case 1: return `function($p, $q, $v) { ${r.pick(['[$p, $q, $v]', '$q', '$count($v)', '$v[$q]', '{"i": $q, "p": $p}'])} }`;
      case 2: return `function() { ${this.expression(depth - 1)} }`;
      case 3: return arity === 2 ? r.pick(['function($l, $r) { $l > $r }', 'function($l, $r) { $l.a < $r.a }', 'function($p, $q) { $p + $q }', 'function($p, $q, $i, $a) { $p & $i }', 'function($p, $q) { [$p, $q] }', 'function($l, $r) { 1 }'])
        : r.pick(['function($p) { $p > 1 }', 'function($p) { $p.a }', 'function($p) { [$p] }', 'function($p) { $ }', 'function($p, $i) { $i }', 'function($p, $k, $o) { $count($keys($o)) }']);
      case 4: return `(${this.signed(depth)})`;
      default: {
        const names = ['$p', '$q'].slice(0, arity);
        this.variables.push(...names);
        const body = this.expression(depth - 1);
        this.variables.length -= arity;
        return `function(${names.join(', ')}) { ${body} }`;
      }
    }
  }

  // A function with a signature.
  signed(depth) {
    const r = this.r;
    const names = ['$p', '$q', '$v'].slice(0, 1 + r.below(3));
    this.variables.push(...names);
    const body = r.pick([() => `[${names.join(', ')}]`, () => names[0], () => this.expression(depth - 1)])();
    this.variables.length -= names.length;
    return `${r.pick(['function', 'λ'])}(${names.join(', ')})${r.pick(SIGNATURES)}{ ${body} }`;
  }

  arguments(kinds, depth) {
    const r = this.r;
    const all = kinds.filter((kind) => !kind.endsWith('?') || r.chance(0.5)).map((kind) => this.argument(kind[0], depth));
    if (r.chance(0.04)) all.pop();
    if (r.chance(0.04)) all.push(this.expression(0));
    return all;
  }

  together(name) {
    const literal = (arg) => JSON.stringify(arg);
    let call;
    do {
      call = PARTS[name](() => this.r.next());
      // Where the day is left out it is today's, and the ids of time zones stay out of this.
    } while (name === 'toMillis' && !/Y.*M.*D|D.*M.*Y|Y.*d/.test(call[2] || 'Y-d'));
    if (name === 'toMillis') call.pop();
    const args = call.slice(1).map((arg) => (arg === null ? 'missing' : literal(arg)));
    while (args.length > 0 && args[args.length - 1] === 'missing') args.pop();
    return args;
  }

  // What chance and the clock have a part in.
  unsteady(depth) {
    return this.r.pick([() => '$length($now())', () => '$millis() > 0', () => '$random() < 1', () => `$count($shuffle(${this.array(depth - 1)}))`,
      () => `$sort($shuffle(${this.array(depth - 1)}))`, () => `$now(${this.string()})`, () => '$length($now("[Y]", "+0100"))'])();
  }

  // What fails in ways that nothing else here comes to.
  rare(depth) {
    const r = this.r;
    const x = () => this.expression(depth - 1);
    return r.pick([() => `sum([${x()}])`, () => `sum(?, ${x()})`, () => `missing(${x()})`, () => `missing(?)`, () => `[1..${r.pick(['2e7', '1e300', '2.5', '"a"'])}]`,
      () => `[${r.pick(['1.5', x(), '-1e9'])}..${r.pick(['3', x()])}]`, () => `($clone := ${r.pick(['1', 'function($o) { {"a": 5} }', x()])}; c ~> |$|{"z": ${x()}}|)`,
      () => `$formatNumber(${this.number(depth - 1)}, '${r.pick(['0%%', '0‰‰', '%0‰', '0.0.0', '0,,0', '0e0%', '#.0#0'])}')`, () => `{"k": ${x()}, "k": ${x()}}`, () => `items{name: a, "${r.pick(['1', 'abc'])}": ${x()}}`,
      () => `{"_jsonata_lambda": ${x()}}`, () => `-(${x()})`, () => `${x()} ~> ${x()}`, () => `$$.items^(b, ${x()})`, () => `(1e308 * ${r.pick(['10', '-10'])}) & ${x()}`])();
  }

  call(depth) {
    const r = this.r;
    if (r.chance(0.03)) return this.rare(depth);
    if (r.chance(0.02)) return this.unsteady(depth);
    if (r.chance(0.12)) return this.signedCall(depth);
    const together = r.chance(0.15);
    const name = together ? r.pick(TOGETHER) : r.pick(Object.keys(FUNCTIONS));
    const args = together ? this.together(name) : this.arguments(FUNCTIONS[name].split(' '), depth - 1);
    return this.put('$' + name, args, depth);
  }

  signedCall(depth) {
    const r = this.r;
    const args = r.many(0, 3, () => this.expression(depth - 1));
    return this.put(`(${this.signed(depth)})`, args, depth);
  }

  // The ways to call something.
  put(callee, args, depth) {
    const r = this.r;
    const [first, ...rest] = args;
    const plain = `${callee}(${args.join(', ')})`;
    if (first === undefined) return plain;
    switch (r.below(14)) {
      case 0: return `${first} ~> ${callee}(${rest.join(', ')})`;
      case 1: return `(${first}).${callee}(${rest.join(', ')})`;
      case 2: return rest.length === 0 ? `${first} ~> ${callee}` : `[${first}, ${this.expression(0)}].${callee}(${rest.join(', ')})`;
      case 3: {  // one of them comes later; of $zip the reference then takes the first only
        if (callee === '$zip') return plain;
        const at = r.below(args.length);
        return `${callee}(${args.map((arg, i) => (i === at ? '?' : arg)).join(', ')})(${args[at]})`;
      }
      case 4: return `($f := ${callee}; $f(${args.join(', ')}))`;
      case 5: return callee === '$zip' ? plain : `($f := ${callee}(${['?', ...rest].join(', ')}) ~> ${r.pick(['$string', '$count', '$type', 'function($p) { [$p] }'])}; $f(${first}))`;
      case 6: return `$map([${first}, ${this.expression(0)}], function($v) { ${callee}(${['$v', ...rest].join(', ')}) })`;
      default: return plain;
    }
  }

  expression(depth) {
    return depth > 0 && this.r.chance(0.35) ? this.call(depth) : super.expression(depth);
  }
}

module.exports = {CallGenerator};
