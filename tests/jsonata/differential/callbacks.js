// Makes uses of functions as values: given to others, under several names, failing there; patterns and functions that are used
// as such; transforms that put objects at several places; and what fails in ways that little else comes to.
'use strict';

const {CallGenerator} = require('./calls');

const BUILTINS = ['$uppercase', '$sum', '$join', '$merge', '$string', '$length', '$number', '$abs', '$substring', '$keys', '$append', '$contains', '$power', '$sort', '$each', '$trim',
  '$boolean', '$formatBase', '$fromMillis', '$split', '$lookup', '$max', '$zip', '$distinct', '$type', '$count', '$exists', '$map', '$sift', '$error', '$assert'];
const VALUES = ['1', '"a"', '"1"', 'null', 'true', '[1, 2]', '["a", "b"]', '{"a": 1}', 'missing', '[]', '{}', '-1.5', 'a', 'b', 'items', 'c', '$', 'x', '[[1], "a"]', '(/a/)', '0.1 + 0.2', 'items[0]', 'name'];

class CallbackGenerator extends CallGenerator {
  value() {
    return this.r.pick(VALUES);
  }

  // A function, and `names` has those under which it is known.
  callee(names) {
    const r = this.r;
    switch (r.below(8)) {
      case 0: case 1: case 2: return r.pick(BUILTINS);
      case 3: return names.length > 0 ? r.pick(names) : '$string';
      case 4: return this.argument('r', 1);
      case 5: return this.functionOf(1 + r.below(2), 1);
      case 6: return `(${this.signed(1)})`;
      // Of $zip the reference then takes the first argument only.
      default: return `${r.pick(BUILTINS.filter((name) => name !== '$zip'))}(${r.pick(['?', '?, ' + this.value(), this.value() + ', ?'])})`;
    }
  }

  // A call of a function that takes functions.
  higher(callee, depth) {
    const r = this.r;
    const array = () => r.pick([() => `[${this.value()}, ${this.value()}]`, () => this.value(), () => this.array(depth - 1)])();
    switch (r.below(9)) {
      case 0: return `$map(${array()}, ${callee})`;
      case 1: return `$filter(${array()}, ${callee})`;
      case 2: return `$single(${array()}, ${callee})`;
      case 3: return `$reduce(${array()}, ${callee}${r.chance(0.3) ? ', ' + this.value() : ''})`;
      case 4: return `$each(${r.pick(['$', 'c', '{"a": 1, "2": "x"}', this.object(depth - 1)])}, ${callee})`;
      case 5: return `$sift(${r.chance(0.8) ? r.pick(['$, ', 'c, ', '{"a": "abc", "2": "abc", "b": [1, "a"], "c": {}}, ']) : ''}${callee})`;
      case 6: return `$sort(${array()}, ${callee})`;
      case 7: return `${array()} ~> ${callee}`;
      default: return `${callee}(${r.many(0, 3, () => this.value()).join(', ')})`;
    }
  }

  // Functions called under one name and given away under another, or none.
  named(depth) {
    const r = this.r;
    const names = [];
    const line = (last) => {
      if (!last && r.chance(0.4)) {
        const callee = this.callee(names);
        names.push('$' + r.pick(['f', 'g', 'h']));
        return `${names[names.length - 1]} := ${callee}`;
      }
      const callee = this.callee(names);
      switch (r.below(6)) {
        case 0: return `$k := function($h, $v) { ${r.pick(['$h($v)', '[$h($v)]', '$map($v, $h)', '($k := $h; $k($v))', '($k := $h; [$k($v)])'])} }; $k(${callee}, ${this.value()})`;
        case 1: return `${callee}(${r.many(1, 2, () => this.value()).join(', ')})`;
        case 2: return `$map(["a", 1], function($v) { ${this.higher(callee, depth)} })`;
        default: return this.higher(callee, depth);
      }
    };
    const lines = r.many(1, 3, () => line(false));
    return `(${lines.join('; ')}; ${line(true)})`;
  }

  // What a function that stands for a pattern may give. A match is a text: JavaScript counts from nothing else.
  found() {
    const r = this.r;
    const end = r.below(4);
    return r.pick(['{"match": "a", "start": 0, "end": 1, "groups": []}', `{"match": "bc", "start": 1, "end": ${end}, "groups": ["b", "c"]}`, '{"match": "x"}', '{"groups": [1]}', '{"start": 1}', '1', '"a"',
      'false', 'missing', 'null', '[]', `{"match": $s, "start": 0, "end": ${end}, "groups": [$s], "next": function() { {"match": "", "start": ${r.below(5)}, "end": 4, "groups": [], "next": function() { missing }} }}`,
      '{"match": "", "start": 2, "end": 2, "groups": ["a"], "next": function() { missing }}', '{"match": "a", "start": -1, "end": 9, "groups": missing}']);
  }

  matched() {
    const r = this.r;
    const pattern = r.chance(0.6) ? `function($s) { ${this.found()} }` : this.argument('r', 1);
    const text = r.pick(['"abcabc"', '"aXbXc"', '"😀a😀"', '""', '"a"', this.text(1)]);
    switch (r.below(5)) {
      case 0: return `$match(${text}, ${pattern}${r.chance(0.3) ? ', ' + r.below(3) : ''})`;
      case 1: return `$contains(${text}, ${pattern})`;
      case 2: return `$split(${text}, ${pattern}${r.chance(0.3) ? ', ' + r.below(3) : ''})`;
      case 3: return `$replace(${text}, ${pattern}, ${r.pick(["'<$0$1>'", "'$$'", 'function($m) { $m.match }', 'function($m) { $m.groups }', 'function($m) { $m.next() }', 'function($m) { $string($m) }', 'function($m) { 1 }', '$uppercase', '$string'])})`;
      default: return `(${pattern})(${text})${r.pick(['', '.match', '.next', '.next()', '.next().match', '.groups[0]', '.start', '.{"m": match, "n": next().match}'])}`;
    }
  }

  // Objects that an update puts at second places, and changes there.
  transformed(depth) {
    const r = this.r;
    const start = r.pick(['$', 'c', '{"a": {"b": {"x": 1}, "x": 2}, "b": [{"a": 3}, {}], "x": {}}', '{"a": {"a": {"a": {}}}}', '[{"a": {"x": 1}}, {"a": 2}]', '{"a": $, "b": c}', this.object(depth)]);
    const pattern = r.pick(['**', '**', '*', '[$, a]', '[a, $]', '[$, a, b]', 'a.**', '$', 'items', '[b, $, b]', '**[a]', '*.*', '[$, *]', 'c.**', '[$, a, a.a]', '[items, $]', '[$, $]']);
    // Nothing can be put into a text or a number; those that `*` finds have nothing to put either.
    const places = ['a', 'b', 'x', 'items', 'items[0]', 'c', 'a.a', 'name', '*'];
    const place = () => r.pick(pattern.includes('*') ? places : [...places, '$', '[a, b]', '$$.c', '{"k": a}', '[{"k": b}]', '{"a": b, "b": a}', '{"k": {"l": [a, b]}}']);
    const update = `{"${r.pick(['a', 'b', 'x', 'n'])}": ${place()}${r.chance(0.5) ? `, "${r.pick(['a', 'b', 'y', '1'])}": ${place()}` : ''}}`;
    const gone = r.pick(['', '', ', "a"', ', "x"', ', ["a", "n"]']);
    const again = r.chance(0.3) ? ` ~> |${r.pick(['**', '*', 'a', '$'])}|{"m": ${place()}}|` : '';
    return `${start} ~> |${pattern}|${update}${gone}|${again}`;
  }

  // Errors that little else comes to.
  seldom() {
    const r = this.r;
    // Those first that each break one rule of pictures.
    const picture = r.chance(0.5) ? r.pick(['0;0;0', '0.0.0', '0%%', '0‰‰', '%0‰', 'x', '0x0', '0,.0', '0,', '0,,0', '0#', '0.#0', '0e0%', '0e#', '#e0', '.', ''])
      : r.many(1, 6, () => r.pick(['0', '#', '.', ',', ';', '%', '‰', 'e', 'x', ' ', '00', '##0'])).join('');
    const stamp = r.many(1, 3, () => `[${r.pick(['Y', 'M', 'D', 'd', 'F', 'W', 'w', 'X', 'x', 'H', 'h', 'P', 'm', 's', 'f', 'Z', 'z', 'C', 'E', 'Q', ''])}${r.pick(['', '0001', 'I', 'i', 'w', 'Nn', 'N', 'n', '1o', 'a', 'A', '#1', '01,2-2', ',*-3', '999', '٠', '0', 't'])}]`).join(r.pick([' ', '-', '[[', ']', ']]', '']));
    const number = () => `$formatNumber(${r.pick(['1234.5', '-0.07', '1e10', '0'])}, '${picture}')`;
    return r.pick([number, number, () => `$formatInteger(${r.pick(['0', '12', '1999', '1e12', '-7', '1e30'])}, '${r.pick(['w;o(x)', 'Ww', 'Ⅳ', '0,0', '#', '##', '0#', '000;t', '٠٠', 'i;o', ';', '', 'z', '1,11'])}')`,
      () => `$fromMillis(${r.below(4000000000) * 999}, '${stamp}'${r.chance(0.2) ? ", '" + r.pick(['+0530', '-1234', '+01:30', 'Z', '0100', '+1']) + "'" : ''})`, () => `$parseInteger('${r.pick(['IV', 'twelve', '12th', '1,234', 'ab', 'two thousand and one', '', '٣'])}', '${r.pick(['I', 'w', '0;o', '#,##0', 'a', 'A', '#', '٠', 'i'])}')`,
      () => `$power(${r.pick(['-1', '0', '10', '1e200', '-8'])}, ${r.pick(['0.5', '-1', '400', '2', '1/3'])})`, () => `(1e300 * 1e300) ${r.pick(['+ 1', '& ""', '= 1', '~> $string', '~> $round', 'in [1]'])}`,
      () => `$replace("aaa", ${r.pick(['"a"', '/a/', '/b*/'])}, ${r.pick(['$string', '$length', '$sum', 'function($m) { $m.start }', 'function() { null }'])})`,
      () => `${r.pick(['$decodeUrl', '$decodeUrlComponent', '$encodeUrl', '$encodeUrlComponent'])}(${r.pick(['"%"', '"%C3%28"', '"%e4"', '"\\uD800"', '"%41%"', '"%F0%9F%98%80"'])})`,
      () => `$reduce([1, 2], ${r.pick(['$string', 'function($p) { $p }', 'function() { 1 }', '$sum', '/a/', '$append(?, 1)'])})`, () => `$sort([${this.value()}, ${this.value()}, ${this.value()}])`,
      () => `[${this.value()}, ${this.value()}, ${this.value()}]^(${r.pick(['$', 'a', '<$', '>a, $'])})`, () => `$toMillis("${r.pick(['2018', '2018-01', '2018-13-45', '2018-01-02T03:04:05.678+05:30', '20180102', 'now', '2018-01-02T25:00', '+002018-01-02T00:00:00Z', '2018-01-02 03:04'])}")`,
      () => `$formatBase(${r.pick(['255', '-255.5', '1e21', '0.5'])}, ${r.pick(['2', '36', '37', '1', '1.5', '"2"'])})`, () => `$single([1, 2, 3], ${r.pick(['function($v) { $v > 1 }', 'function($v, $i, $a) { $v = $count($a) }', '$boolean', '$exists', 'function() { false }'])})`])();
  }

  callback(depth) {
    switch (this.r.below(8)) {
      case 0: case 1: case 2: return this.named(depth);
      case 3: return this.matched();
      case 4: case 5: return this.transformed(depth);
      case 6: return this.higher(this.callee([]), depth);
      default: return this.seldom();
    }
  }
}

module.exports = {CallbackGenerator};
