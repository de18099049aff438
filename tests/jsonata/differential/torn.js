// Tears expressions, so that many of them are none any more.
'use strict';

const TOKENS = [
  '+', '-', '*', '/', '%', '&', '=', '!=', '<', '<=', '>', '>=', '!', ':', ':=', '?', '?:', '??', '~>', '..', '.', '**', ',', ';',
  '(', ')', '[', ']', '{', '}', '@', '#', '|', '^', '^(', '^(<', '@$e', '#$n', '@e', '#1', '%.%', 'and', 'or', 'in', 'function', 'function(',
  'function($x){', 'function($x)<n:n>{', 'λ($x)', '$', '$$', '$x', '$sum', '$sum(', '?)', '(?', '"', "'", '`', '`a b`', '"\\u00e4"', '"\\u12"',
  '"\\q"', "'\\n'", '/a/', '/a/i', '/a/x', '/a', '//', '/[/]/', '/(/', '/\\//', '/* c */', '/*', '*/', '\\', '~', '0', '1.5', '1.', '.5', '1e5', '1e400', '-1',
  '01', '1e', '0x10', 'null', 'true', 'false', 'a', 'ä', '😀', '\t', '\n', '\u00a0', '\u2028', '[]', '[0]', '{}', '()', '<n:n>', '<a<n>:x>', '<s', '<q>',
  '$x := 1;', '$x := ', ':= 2', '?1:2', '? 1', '|$|{}|', '|a|{"b":1},["c"]|', '**.a', '%.a', '.%', '*.%', '.1', '."a"', '.null', '.true', '.$x', '.[1]', '.(1)', '.{}',
];

function tokens(text) {
  return text.match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\$?[\p{L}\d_]+|\s+|[^]/gu) || [];
}

function tear(r, text) {
  const parts = tokens(text);
  for (let n = 1 + r.below(3); n > 0; n--) {
    const at = r.below(parts.length + 1);
    switch (r.below(7)) {
      case 0: parts.splice(at, 1); break;
      case 1: parts.splice(at, 0, parts[r.below(parts.length)] || ''); break;
      case 2: parts.splice(at, 1, r.pick(TOKENS)); break;
      case 3: parts.splice(r.below(parts.length + 1), 0, ...parts.splice(at, 1 + r.below(3))); break;
      case 4: if (r.chance(0.3)) parts.splice(at); break;
      case 5: if (r.chance(0.3)) parts.splice(0, at); break;
      default: parts.splice(at, 0, r.pick(TOKENS));
    }
  }
  return parts.join('');
}

module.exports = {tear};
