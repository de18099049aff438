// Makes queries: paths with parents, joins, positions, sorts, groupings, filters, and transforms.
'use strict';

const {Generator, NAMES} = require('./generator');

class PathGenerator extends Generator {
  constructor(random) {
    super(random);
    this.joins = 0;
  }

  variable() {
    const name = '$' + this.r.pick(['e', 'f', 'i', 'j']) + (this.joins++ % 3);
    this.variables.push(name);
    return name;
  }

  name() {
    return this.r.pick([...NAMES, 'items', 'items', 'a', '`name`', '"a"', '*']);
  }

  // What may come behind a step.
  stage(depth) {
    const r = this.r;
    switch (r.below(11)) {
      case 0: case 1: return '@' + this.variable();
      case 2: case 3: return '#' + this.variable();
      case 4: return this.order(depth);
      case 5: return r.pick(['[0]', '[-1]', '[1]', '[[0..1]]', '[]', '[[]]', '["a"]', '[null]', '[1.7]', '[true]']);
      case 6: return `[${this.small(depth - 1)}]`;
      case 7: return `[${this.small(depth - 1)} ${r.pick(['=', '!=', '<', '>', '<=', 'in'])} ${this.small(depth - 1)}]`;
      case 8: return `{${this.key()}: ${this.small(depth - 1)}${r.chance(0.3) ? `, ${this.key()}: ${this.small(depth - 1)}` : ''}}`;
      case 9: return '[' + this.parent() + ']';
      default: return '';
    }
  }

  key() {
    return this.r.pick(['name', '$string(a)', '"k"', '"l"', '$string($)', 'a', '$type($)', '$', '%.name', '$string(%.a)']);
  }

  order(depth) {
    const r = this.r;
    const term = () => r.pick(['', '<', '>']) + r.pick(['a', 'name', '$', 'x', 'x[0]', 'b', '%.a', '$string($)', '$count($)', '-a', this.small(depth - 1)]);
    return `^(${r.many(1, 2, term).join(', ')})`;
  }

  parent() {
    return this.r.pick(['%', '%.a', '%.%', '%.%.a', '%.name', '$.%', '%.items', '%[0]', '%.x', '(%).a', '%.*', '%.$']);
  }

  // A short expression for within a step.
  small(depth) {
    const r = this.r;
    if (this.variables.length > 0 && r.chance(0.35)) return r.pick(this.variables) + r.pick(['', '.a', '.name', '.x', '.*', '.%.name', '[0]']);
    switch (r.below(depth > 0 ? 10 : 5)) {
      case 0: return r.pick(['a', 'name', 'x', 'b', '$', 'items', '$$.a', '$count($)', '$string($)', '$sum(a)']);
      case 1: return this.parent();
      case 2: return String(r.below(4));
      case 3: return r.pick(['a', '$']) + r.pick([' > ', ' + ', ' = ', ' & ']) + r.pick(['a', '1', '"x"', '%.a']);
      case 4: return this.string();
      case 5: return `(${this.chain(depth - 1)})`;
      case 6: return `{"k": ${this.small(depth - 1)}, "v": ${this.small(depth - 1)}}`;
      case 7: return `[${this.small(depth - 1)}, ${this.small(depth - 1)}]`;
      case 8: return `(${this.small(depth - 1)} ${r.pick(['+', '&', '=', 'and', '?:', '??'])} ${this.small(depth - 1)})`;
      default: return `($w := ${this.small(depth - 1)}; ${r.pick(['$w', '[$w, a]', '$w.%', '{"w": $w}'])})`;
    }
  }

  joinStep(depth) {
    const r = this.r;
    switch (r.below(12)) {
      case 0: return `(${this.small(depth)})`;
      case 1: return `{"a": ${this.small(depth)}, "p": ${this.small(depth)}}`;
      case 2: return `[${this.small(depth)}]`;
      case 3: return this.parent();
      case 4: return r.pick(['*', '**', '$', '$string($)', '$keys($)', '(a; x)', '$uppercase(name)', 'function($v){$v}(a)', '$map(x, $string)']);
      default: return this.name();
    }
  }

  chain(depth) {
    const r = this.r;
    let text = r.pick(['items', 'items', 'items', 'c', '$', '$$', '**', 'a', 'b', '$.items', '$$.items', '*', '(items)', '[items]', 'items.items']);
    while (r.chance(0.35)) text += this.stage(depth);
    for (let n = r.below(4); n > 0; n--) {
      text += '.' + this.joinStep(depth - 1);
      while (r.chance(0.35)) text += this.stage(depth - 1);
    }
    return text;
  }

  transform(depth) {
    const r = this.r;
    const update = r.pick([() => '{"n": 1}', () => `{"a": ${this.small(depth)}}`, () => '{"a": a + 1}', () => '$', () => '{}', () => 'missing', () => '"x"', () => '{"items": null}']);
    const gone = r.pick(['', '', ', "a"', ', ["a", "b"]', ', []', ', name', ', 1', ', ["a", 1]', ', missing']);
    const pattern = r.pick(['$', 'items', 'a', '**', '*', 'items.items', 'items[a > 1]', 'c.x', 'items.x', 'missing', '*[a]', '$.items[0]']);
    return `|${pattern}|${update()}${gone}|`;
  }

  query(depth) {
    const r = this.r;
    const start = this.variables.length;
    const made = () => {
      switch (r.below(10)) {
        case 0: return `${r.pick(['$', 'items', 'c', 'items[0]', 'a', this.chain(depth - 1)])} ~> ${this.transform(depth - 1)}`;
        case 1: return `(${this.chain(depth)})${this.stage(depth)}.${this.joinStep(depth)}`;
        case 2: return `$count(${this.chain(depth)})`;
        case 3: return `[${this.chain(depth)}]`;
        case 4: return `{"r": ${this.chain(depth)}, "s": ${this.chain(depth - 1)}}`;
        default: return this.chain(depth);
      }
    };
    const text = made();
    this.variables.length = start;
    return text;
  }

  expression(depth) {
    return this.r.chance(0.3) ? this.query(depth) : super.expression(depth);
  }
}

module.exports = {PathGenerator};
