// Makes expressions that are mostly of the right types, and inputs for them.
'use strict';

const NAMES = ['a', 'b', 'c', 'items', 'name', 'x'];
const STRINGS = ['', 'a', 'abc', 'A b', 'ä€', '😀x', '1', '-2.50', 'true', ' pad  ded ', 'aXbXc', '\\t"q"'];
const NUMBERS = ['0', '1', '2', '3', '-1', '10', '0.5', '1.25', '-0.1', '100', '1e3', '12345.678', '1e21', '3e-7'];
const PATTERNS = ['/a/', '/[a-c]+/', '/(b)(X)?/', '/^\\s*/', '/x$/i', '/\\d+/', '/(?=b)/', '/./'];
const PICTURES = ['#0', '0.00', '#,##0.0', '00;(00)', '0%', '0.0e0', '#'];

function randomValue(r, depth) {
  const kind = r.below(depth <= 0 ? 5 : 9);
  switch (kind) {
    case 0: return r.pick([0, 1, 2, 3, -1, 0.5, 10, 1e21, 1234.5678, 5890840712243076]);
    case 1: return r.pick(STRINGS);
    case 2: return r.chance(0.5);
    case 3: return null;
    case 4: return r.below(10);
    case 5: case 6: {
      const array = [];
      for (let n = r.below(4); n > 0; n--) array.push(randomValue(r, depth - 1));
      return array;
    }
    default: {
      const object = {};
      for (let n = r.below(4); n > 0; n--) object[r.pick(NAMES)] = randomValue(r, depth - 1);
      return object;
    }
  }
}

function randomInput(r) {
  if (r.chance(0.05)) return randomValue(r, 2);
  const items = [];
  for (let n = r.below(5); n > 0; n--) {
    const item = {a: r.below(4), name: r.pick(STRINGS)};
    if (r.chance(0.7)) item.b = randomValue(r, 2);
    if (r.chance(0.5)) item.x = [r.below(3), r.below(3)];
    if (r.chance(0.3)) item.items = [{a: r.below(5), c: r.pick(STRINGS)}];
    items.push(item);
  }
  return {items, a: randomValue(r, 1), b: randomValue(r, 2), c: {a: [1, 2, 3], x: {name: 'n'}}, name: 'abc', x: r.below(5)};
}

class Generator {
  constructor(random) {
    this.r = random;
    this.variables = [];
  }

  string() {
    return JSON.stringify(this.r.pick(STRINGS));
  }

  number(depth) {
    const r = this.r;
    if (depth <= 0 || r.chance(0.4)) return r.pick(NUMBERS);
    switch (r.below(8)) {
      case 0: return `(${this.number(depth - 1)} ${r.pick(['+', '-', '*', '/', '%'])} ${this.number(depth - 1)})`;
      case 1: return `$count(${this.expression(depth - 1)})`;
      case 2: return `$sum(${this.numbers(depth - 1)})`;
      case 3: return `$${r.pick(['floor', 'ceil', 'abs', 'round', 'sqrt', 'number'])}(${this.number(depth - 1)})`;
      case 4: return `$round(${this.number(depth - 1)}, ${r.below(4) - 1})`;
      case 5: return `$${r.pick(['max', 'min', 'average'])}(${this.numbers(depth - 1)})`;
      case 6: return `$length(${this.text(depth - 1)})`;
      default: return `$power(${this.number(depth - 1)}, ${r.below(4)})`;
    }
  }

  numbers(depth) {
    const r = this.r;
    switch (r.below(4)) {
      case 0: return `[${this.number(depth - 1)}, ${this.number(depth - 1)}]`;
      case 1: return `[${r.below(3)}..${r.below(6)}]`;
      case 2: return 'items.a';
      default: return this.path(depth - 1);
    }
  }

  text(depth) {
    const r = this.r;
    if (depth <= 0 || r.chance(0.4)) return this.string();
    switch (r.below(13)) {
      case 0: return `(${this.expression(depth - 1)} & ${this.expression(depth - 1)})`;
      case 1: return `$string(${this.expression(depth - 1)}${r.chance(0.2) ? ', true' : ''})`;
      case 2: return `$substring(${this.text(depth - 1)}, ${r.below(7) - 3}${r.chance(0.5) ? ', ' + (r.below(5) - 1) : ''})`;
      case 3: return `$${r.pick(['uppercase', 'lowercase', 'trim', 'base64encode', 'encodeUrl', 'encodeUrlComponent'])}(${this.text(depth - 1)})`;
      case 4: return `$pad(${this.text(depth - 1)}, ${r.below(13) - 6}${r.chance(0.5) ? ', ' + this.string() : ''})`;
      case 5: return `$${r.pick(['substringBefore', 'substringAfter'])}(${this.text(depth - 1)}, ${this.string()})`;
      case 6: return `$join(${r.chance(0.5) ? 'items.name' : `$split(${this.text(depth - 1)}, ${this.separator()})`}${r.chance(0.5) ? ", '-'" : ''})`;
      case 7: return this.replacement(depth);
      case 8: return `$formatNumber(${this.number(depth - 1)}, '${r.pick(PICTURES)}')`;
      case 9: return `$formatBase(${this.number(depth - 1)}, ${r.pick(['2', '10', '16', '36'])})`;
      case 10: return `$type(${this.expression(depth - 1)})`;
      case 11: return `$fromMillis(${r.below(4000000000) * 1000}${r.chance(0.5) ? ", '" + r.pick(['[Y0001]-[M01]-[D01]', '[H01]:[m01]:[s01] [P]', '[FNn], [D1o] [MNn] [Y]', '[W]-[d]']) + "'" : ''})`;
      default: return `$formatInteger(${r.below(5000)}, '${r.pick(['w', 'W', 'I', 'i', 'a', 'A', '000', '#,##0', '1;o', 'w;o'])}')`;
    }
  }

  // A function replaces only what a pattern found; for plain strings the reference puts in its source.
  replacement(depth) {
    const r = this.r;
    const limit = r.chance(0.3) ? ', ' + r.below(3) : '';
    if (r.chance(0.2)) {
      return `$replace(${this.text(depth - 1)}, ${r.pick(PATTERNS)}, function($m) { $m.match & "!" }${limit})`;
    }
    const put = r.pick(["'<$0>'", "'$1'", "'$$'", "''", "'$12'"]);
    return `$replace(${this.text(depth - 1)}, ${this.separator()}, ${put}${limit})`;
  }

  separator() {
    return this.r.chance(0.5) ? this.r.pick(PATTERNS) : JSON.stringify(this.r.pick(['X', 'b', ' ', 'a']));
  }

  boolean(depth) {
    const r = this.r;
    if (depth <= 0) return r.pick(['true', 'false']);
    switch (r.below(8)) {
      case 0: return `(${this.expression(depth - 1)} ${r.pick(['=', '!='])} ${this.expression(depth - 1)})`;
      case 1: return `(${this.number(depth - 1)} ${r.pick(['<', '<=', '>', '>='])} ${this.number(depth - 1)})`;
      case 2: return `(${this.text(depth - 1)} ${r.pick(['<', '<=', '>', '>='])} ${this.text(depth - 1)})`;
      case 3: return `(${this.expression(depth - 1)} ${r.pick(['and', 'or'])} ${this.expression(depth - 1)})`;
      case 4: return `(${this.expression(depth - 1)} in ${this.array(depth - 1)})`;
      case 5: return `$${r.pick(['not', 'boolean', 'exists'])}(${this.expression(depth - 1)})`;
      case 6: return `$contains(${this.text(depth - 1)}, ${this.separator()})`;
      default: return r.pick(['true', 'false']);
    }
  }

  predicate(depth) {
    const r = this.r;
    switch (r.below(6)) {
      case 0: return `[${r.below(5) - 2}]`;
      case 1: return `[[${r.below(2)}..${r.below(4)}]]`;
      case 2: return '[]';
      case 3: return `[a ${r.pick(['=', '>', '<='])} ${r.below(4)}]`;
      case 4: return `[${this.expression(depth - 1)}]`;
      default: return `[$exists(${r.pick(NAMES)})]`;
    }
  }

  step(depth) {
    const r = this.r;
    switch (r.below(14)) {
      case 0: return '*';
      case 1: return depth > 0 ? `(${this.expression(depth - 1)})` : '$';
      case 2: return depth > 0 ? `{"k": ${this.expression(depth - 1)}}` : 'a';
      case 3: return depth > 0 ? `[${this.expression(depth - 1)}]` : 'b';
      case 4: return depth > 0 ? `$string(${this.expression(depth - 1)})` : 'x';
      default: return r.pick(NAMES);
    }
  }

  path(depth) {
    const r = this.r;
    let text = r.pick(['items', 'items', 'c', '$', '$$', 'b', 'a', 'x', '**', '*', 'name']);
    if (this.variables.length > 0 && r.chance(0.3)) text = r.pick(this.variables);
    for (let n = r.below(4); n > 0; n--) {
      if (r.chance(0.25)) text += this.predicate(depth - 1);
      if (r.chance(0.05)) text += `^(${r.pick(['', '<', '>'])}${r.pick(NAMES)})`;
      text += '.' + this.step(depth - 1);
    }
    if (r.chance(0.25)) text += this.predicate(depth - 1);
    if (r.chance(0.06)) text += `^(${r.pick(['', '<', '>'])}${r.pick(['a', '$', 'name', 'x'])})`;
    if (r.chance(0.06)) text += `{${r.pick(['name', '$string(a)', '"k"'])}: ${this.expression(depth - 1)}}`;
    return text;
  }

  joined(depth) {
    return this.r.pick([
      () => `items#$i.{"i": $i, "a": a}`,
      () => `items@$p.x.($p.a + $)`,
      () => `items.x.{"of": %.name, "v": $}`,
      () => `items[a > 0]#$i[$i < 2].name`,
      () => `items@$p.items@$q[$p.a = $q.a].($p.name)`,
      () => `items.items[%.a > 0].c`,
      () => `items^(a).(x^(>$))`,
      () => `items#$i.x#$j.($i & ':' & $j)`,
      () => `items.items.(%.%.x)`,
    ])();
  }

  array(depth) {
    const r = this.r;
    if (depth <= 0) return r.pick(['[]', '[1, 2, 3]', '["b", "a"]', '[1..3]']);
    switch (r.below(11)) {
      case 0: return `[${this.expression(depth - 1)}, ${this.expression(depth - 1)}]`;
      case 1: return `$append(${this.expression(depth - 1)}, ${this.expression(depth - 1)})`;
      case 2: return `$map(${this.array(depth - 1)}, ${this.lambda(depth - 1)})`;
      case 3: return `$filter(${this.array(depth - 1)}, ${this.lambda(depth - 1)})`;
      case 4: return `$${r.pick(['reverse', 'distinct', 'sort', 'spread', 'keys'])}(${this.expression(depth - 1)})`;
      case 5: return `$zip(${this.array(depth - 1)}, ${this.array(depth - 1)})`;
      case 6: return `$match(${this.text(depth - 1)}, ${r.pick(PATTERNS)}${r.chance(0.3) ? ', 2' : ''})`;
      case 7: return `$split(${this.text(depth - 1)}, ${this.separator()}${r.chance(0.3) ? ', ' + r.below(4) : ''})`;
      case 8: return `$each(${this.object(depth - 1)}, function($v, $k) { $k & $string($v) })`;
      case 9: return `$sort(${this.array(depth - 1)}, function($l, $r) { $string($l) > $string($r) })`;
      default: return `[${r.below(3)}..${r.below(5)}]`;
    }
  }

  object(depth) {
    const r = this.r;
    if (depth <= 0) return r.pick(['{}', '{"a": 1}', '{"b": 2, "a": 1}', 'c']);
    switch (r.below(6)) {
      case 0: return `$merge([${this.object(depth - 1)}, ${this.object(depth - 1)}])`;
      case 1: return `(${this.object(depth - 1)} ~> |${r.pick(['$', 'a', '**', 'x'])}|${this.object(depth - 1)}${r.chance(0.4) ? ', "a"' : ''}|)`;
      case 2: return `$sift(${this.object(depth - 1)}, ${this.lambda(depth - 1)})`;
      case 3: return `$lookup(${this.object(depth - 1)}, ${JSON.stringify(r.pick(NAMES))})`;
      default: return `{"a": ${this.expression(depth - 1)}, "b": ${this.expression(depth - 1)}}`;
    }
  }

  lambda(depth) {
    const r = this.r;
    if (r.chance(0.15)) return r.pick(['$string', '$boolean', '$uppercase', '$count', '$exists', '$not', '$type']);
    const name = '$' + r.pick(['p', 'q', 'v']);
    this.variables.push(name);
    const body = this.expression(depth - 1);
    this.variables.pop();
    return `function(${name}${r.chance(0.2) ? ', $i' : ''}) { ${body} }`;
  }

  block(depth) {
    const r = this.r;
    const name = '$' + r.pick(['p', 'q', 'v', 'w']);
    const value = this.expression(depth - 1);
    this.variables.push(name);
    const body = this.expression(depth - 1);
    this.variables.pop();
    return `(${name} := ${value}; ${body})`;
  }

  expression(depth) {
    const r = this.r;
    if (depth <= 0) {
      return r.pick([() => r.pick(NUMBERS), () => this.string(), () => r.pick(NAMES), () => r.pick(['true', 'null', '$', 'missing', 'items', 'c']),
        () => (this.variables.length > 0 ? r.pick(this.variables) : 'a')])();
    }
    switch (r.below(16)) {
      case 0: case 1: case 2: return this.path(depth);
      case 3: return this.number(depth);
      case 4: return this.text(depth);
      case 5: return this.boolean(depth);
      case 6: case 7: return this.array(depth);
      case 8: return this.object(depth);
      case 9: return this.block(depth);
      case 10: return `(${this.boolean(depth - 1)} ? ${this.expression(depth - 1)}${r.chance(0.8) ? ' : ' + this.expression(depth - 1) : ''})`;
      case 11: return `(${this.expression(depth - 1)} ${r.pick(['+', '-', '*', '<', '>=', '&', '?:', '??'])} ${this.expression(depth - 1)})`;
      case 12: return `$reduce(${this.array(depth - 1)}, function($p, $q) { ${r.pick(['$p & $q', '$p + $q', '$append($p, $q)', '[$p, $q]'])} }${r.chance(0.3) ? ', ' + this.number(0) : ''})`;
      case 13: return `(${this.expression(depth - 1)} ~> ${r.pick(['$string', '$count', '$sum', '$map($string)', '$keys', '$append(1)'])})`;
      case 14: return this.joined(depth);
      default: return `$single(${this.array(depth - 1)}, ${this.lambda(depth - 1)})`;
    }
  }
}

module.exports = {Generator, NAMES, NUMBERS, PATTERNS, STRINGS, randomInput, randomValue};
