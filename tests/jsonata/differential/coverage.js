// Counts what the cases were made of, and what came of them.
'use strict';

const OPERATORS = ['+', '-', '*', '/', '%', '&', '=', '!=', '<', '<=', '>', '>=', 'and', 'or', 'in', '..', '?', ':', '?:', '??', ':=', '~>', '.', '**', '[', '{', '(', '^', '@', '#', '|', ';', '`', 'function', 'λ'];
const LEXEMES = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\$[A-Za-z0-9]+|\?:|\?\?|:=|~>|\.\.|\*\*|!=|<=|>=|[A-Za-zλ]+|[^\s\w]/g;

// The functions of the reference.
const FUNCTIONS = ('sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power random boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl eval toMillis fromMillis clone now millis').split(' ');

class Coverage {
  constructor() {
    this.functions = new Map(FUNCTIONS.map((name) => ['$' + name, 0]));
    this.operators = new Map(OPERATORS.map((operator) => [operator, 0]));
    this.outcomes = new Map();
  }

  add(expr, expected) {
    const found = new Set(expr.match(LEXEMES) || []);
    for (const lexeme of found) {
      if (this.operators.has(lexeme)) this.operators.set(lexeme, this.operators.get(lexeme) + 1);
      else if (this.functions.has(lexeme)) this.functions.set(lexeme, this.functions.get(lexeme) + 1);
    }
    const outcome = 'error' in expected ? expected.error || 'foreign' : 'undefined' in expected ? 'undefined' : 'result';
    this.outcomes.set(outcome, (this.outcomes.get(outcome) || 0) + 1);
  }

  print() {
    for (const [title, counts] of Object.entries({functions: this.functions, operators: this.operators, outcomes: this.outcomes})) {
      const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
      console.log(`${title} (cases with each): ${sorted.map(([name, count]) => `${name} ${count}`).join(', ')}`);
    }
  }
}

module.exports = {Coverage};
