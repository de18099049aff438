// What text_differential.js asks: one maker of calls for each part, which takes a function that gives the next random
// number in [0, 1).
'use strict';

const int = (next, low, high) => low + Math.floor(next() * (high - low + 1));
const pick = (next, items) => items[int(next, 0, items.length - 1)];
const maybe = (next, chance, make) => (next() < chance ? make() : null);
const many = (next, low, high, make) => Array.from({ length: int(next, low, high) }, make).join('');

const CHARS = ['a', 'b', 'A', 'z', ' ', ',', '-', '.', '0', '1', '9', 'é', 'ß', 'Σ', 'ς', 'İ', 'ı', '€', '中', 'ﬁ',
  '\u{1F600}', '\u{1F1E6}', '\ud83d', '\ude00', '\n', '\t', '\r', '\u00a0', '\u2028', 'ŉ', 'ǰ', 'ΐ', '\u0345', '\u0307'];
const text = (next, most = 8) => many(next, 0, most, () => pick(next, CHARS));
const simpleText = (next, most = 10) => many(next, 0, most, () => pick(next, ['a', 'b', 'ab', ' ', 'é', '\u{1F600}']));

function number(next) {
  switch (int(next, 0, 9)) {
    case 0: return int(next, -20, 20);
    case 1: return int(next, -100000, 100000) / 100;
    case 2: return int(next, -1000, 1000) / 8;
    case 3: return (next() - 0.5) * 10 ** int(next, -12, 24);
    case 4: return pick(next, [0, 0.5, 1.5, 2.5, -0.5, 1e21, 1e20, 1e-7, 123456789012345680000, 0.1, 1.005, 2 ** 53, 5e-324, 1.7976931348623157e308]);
    case 5: return int(next, 0, 1e9) * 10 ** int(next, -9, 9);
    case 6: return Math.round(next() * 1e15) / 10 ** int(next, 0, 15);
    case 7: return int(next, -9, 9) + 0.5;
    case 8: return int(next, 0, 2 ** 40) * int(next, 1, 8192);
    default: return Math.fround(next() * 1000);
  }
}

function numericText(next) {
  if (next() < 0.3) return pick(next, ['0x', '0X', '0o', '0b', '0B', '', '5 0b', ' 0b', '0xz 0o']) + many(next, 0, 20, () => pick(next, ['0', '1', '7', 'f', 'A', '1', '0', next() < 0.1 ? ' ' : '1']));
  return many(next, 0, 1, () => pick(next, ['-', '+', ' '])) + many(next, 0, 20, () => String(int(next, 0, 9)))
    + many(next, 0, 1, () => '.' + many(next, 0, 20, () => String(int(next, 0, 9))))
    + many(next, 0, 1, () => pick(next, ['e', 'E']) + pick(next, ['', '+', '-']) + many(next, 0, 3, () => String(int(next, 0, 9))))
    + many(next, 0, next() < 0.1 ? 1 : 0, () => pick(next, ['\n', ' ', 'x']));
}

function numbers(next) {
  switch (int(next, 0, 4)) {
    case 0: return ['numberText', number(next)];
    case 1: return ['at15Digits', number(next)];
    case 2: return ['number', numericText(next)];
    case 3: return ['formatBase', number(next), maybe(next, 0.9, () => pick(next, [2, 3, 8, 10, 16, 36, 1, 37, 7.5, 11, 35.5]))];
    default: return ['round', number(next), maybe(next, 0.8, () => pick(next, [0, 1, 2, 3, 5, -1, -2, -5, 10, 20, 0.5, 300, -300]))];
  }
}

const DIGITS = ['0', '0', '0', '#', '#', ',', '.', 'e', '%', ';', 'x', '‰', '9', '1', ' '];
function numberPicture(next, digits = DIGITS) {
  if (next() < 0.35) return many(next, 0, 9, () => pick(next, digits));
  const group = () => many(next, 0, 3, () => pick(next, ['#', '#,', '##', '#,##', '0'])) + many(next, 0, 3, () => pick(next, ['0', ',0', '00', '000', '0,00']));
  const fraction = () => '.' + many(next, 0, 3, () => pick(next, ['0', '00', '0,0', '0,'])) + many(next, 0, 3, () => pick(next, ['#', '##', '#,#']));
  const one = () => pick(next, ['', '', '', '$', 'abc ', '-', '(']) + group() + (next() < 0.6 ? fraction() : '')
    + (next() < 0.2 ? 'e' + many(next, 0, 3, () => pick(next, ['0', '0', '0', '#'])) : '') + pick(next, ['', '', '', '%', '‰', ' x', ')', 'e']);
  return one() + (next() < 0.2 ? ';' + one() : '');
}

const OPTIONS = {
  'decimal-separator': [',', '.', ':', '$', '$$', '$&', 'ab', ''],
  'grouping-separator': ['.', ' ', '_', '::', ''],
  'exponent-separator': ['E', 'x', 'ee'],
  'minus-sign': ['~', 'minus ', '', '\u2212'],
  percent: ['p', 'pc'],
  'per-mille': ['m', '\u2030'],
  'zero-digit': ['\u0660', '\u0966', '1', 'a', '\uff10', ''],
  digit: ['*', '?', '@@'],
  'pattern-separator': ['|', ';;', '!'],
  infinity: ['inf'],
  NaN: ['nan'],
  unknown: ['x'],
};
function formatNumber(next) {
  let picture = numberPicture(next);
  if (next() < 0.75) return ['formatNumber', number(next), picture, null];
  const options = {};
  for (let i = int(next, 0, 3); i > 0; --i) {
    const name = pick(next, Object.keys(OPTIONS));
    options[name] = pick(next, OPTIONS[name]);
    const was = { 'decimal-separator': '.', 'grouping-separator': ',', 'zero-digit': '0', digit: '#', percent: '%', 'pattern-separator': ';', 'exponent-separator': 'e' }[name];
    if (was && options[name] && next() < 0.8) picture = picture.split(was).join(options[name]);
  }
  return ['formatNumber', number(next), picture, options];
}

const ZEROS = [0x30, 0x660, 0x966, 0xff10, 0x30, 0x30];
function integerPicture(next) {
  const plain = () => {
    const zero = pick(next, ZEROS);
    const digit = () => String.fromCharCode((next() < 0.03 ? 0x6f0 : zero) + (next() < 0.8 ? 0 : int(next, 0, 9)));
    if (next() < 0.4) return pick(next, ['#,##', '', '#', '###,', '#.##']) + pick(next, ['0', '00', '000', '0,000', '#,##0']).replace(/0/g, digit);
    return many(next, 0, 8, () => pick(next, [digit(), digit(), '#', ',', '.', ' ', '\u{1F600}']));
  };
  const base = next() < 0.5 ? pick(next, ['w', 'W', 'Ww', 'i', 'I', 'a', 'A']) : plain();
  return base + pick(next, ['', '', '', ';o', ';c', ';', 'o', ';o(x)']);
}
function wholeNumber(next) {
  switch (int(next, 0, 5)) {
    case 0: return int(next, -30, 30);
    case 1: return int(next, 0, 5000);
    case 2: return int(next, -1e7, 1e7) / 7;
    case 3: return Math.floor(next() * 10 ** int(next, 3, 20));
    case 4: return 10 ** int(next, 0, 22) + int(next, -1, 1);
    default: return int(next, 0, 3000);
  }
}
const formatInteger = next => {
  const picture = integerPicture(next);
  // A roman number is as long as it is large, and the reference implementation recurses.
  const value = /^[iI]/.test(picture) ? int(next, -100, 9999) : wholeNumber(next);
  return ['formatInteger', value, picture];
};

const WORDS = ['one', 'two', 'Twenty', 'hundred', 'thousand', 'million', 'and', 'zero', 'twelfth', 'ninetieth', 'hundredth', 'trillion', 'x', '', 'thirty'];
function integerText(next, picture) {
  switch (picture[0]) {
    case 'w': case 'W': return many(next, 1, 6, () => pick(next, WORDS) + pick(next, [' ', '-', ', ', ' and ', '', '\\', '\u00a0', '  ']));
    case 'i': case 'I': return many(next, 0, 6, () => pick(next, ['i', 'v', 'x', 'M', 'C', 'D', 'L', 'I', 'X', 'ı', 'q', 'I', 'C']).replace(/./, c => (next() < 0.8 ? c.toUpperCase() : c)));
    case 'a': case 'A': return many(next, 0, 15, () => pick(next, ['a', 'b', 'z', 'A', 'Q', 'é']));
    default: return many(next, 0, 12, () => pick(next, ['0', '1', '5', '9', ',', '.', '\u0661', '\u0967', '\uff11', ' ', '-', '0x', 'th', '#']));
  }
}
function parseInteger(next) {
  const picture = integerPicture(next);
  return ['parseInteger', integerText(next, picture), picture];
}

const COMPONENTS = 'YMDdFWwXxHhPmsfZzCE'.split('');
const PRESENTATIONS = ['', '', '', '1', '01', '001', '0001', 'n', 'N', 'Nn', 'i', 'I', 'a', 'A', 'w', 'W', 'Ww', '1o', 'wo', '#1', '01:01', '0101', '01:01t', '0t', '00:00', '*', '9,999', '\u0661', 't', '0000000', 'Wwo', '1c', '#0,0'];
const WIDTHS = ['', '', '', '', ',2', ',2-2', ',3-3', ',*-3', ',1-4', ',4', ',*', ',x', ',2-x', ',-2', ',0-0'];
const marker = next => '[' + (next() < 0.97 ? pick(next, COMPONENTS) : pick(next, ['', 'Q', ',', 'b', ' Y'])) + pick(next, PRESENTATIONS) + (next() < 0.05 ? ' ' : '') + pick(next, WIDTHS) + ']';
const LITERALS = ['', '', '-', '/', ' ', ':', 'T', '.', '[[', ']]', 'of ', '(', '\\d', ']', 'é'];
const PICTURES = ['[Y]-[M]-[D]', '[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]', '[D1o] [MNn] [Y]', '[FNn], [D1o] [MNn,*-3] [Y0001]', '[h]:[m01] [PN]', '[h#1]:[m01][P] [z]', 'W[W01]-[F1] [X]', '[w] [xNn] [X]', '[Y,2-2][M01][D01]', '[Y]-[d]', '[H01][m01][s01][f001]', '[Y]/[M]/[D] [H]:[m] [Z]', '[Z0101t]', '[Z0]', '[YWw] [MWw] [DWwo]', '[YI]', '[Da]'];
const picture = next => (next() < 0.5 ? pick(next, PICTURES) : many(next, 0, 5, () => marker(next) + pick(next, LITERALS)) + (next() < 0.01 ? '[Y' : ''));
function millis(next) {
  switch (int(next, 0, 4)) {
    case 0: return int(next, 0, 2 ** 41);
    case 1: return int(next, -(2 ** 45), 2 ** 47);
    case 2: return Date.UTC(int(next, 1960, 2040), pick(next, [0, 0, 11, 11, int(next, 0, 11)]), pick(next, [1, 2, 3, 4, 5, 28, 29, 30, 31]), int(next, 0, 23));
    case 3: return int(next, -70e12, -50e12) + next();
    default: return pick(next, [0, 1, -1, 8.64e15, -8.64e15, 8.64e15 + 1, 1521801216617, 0.5, -0.5, 253402300800000, -62167219200000]);
  }
}
const ZONES = ['+0000', '+0100', '-0500', '-0530', '+0530', '0000', '+1400', 'x', '', '-0030', '+0015', '5', '-01:00'];
const fromMillis = next => ['fromMillis', millis(next), maybe(next, 0.9, () => picture(next)), maybe(next, 0.4, () => pick(next, ZONES))];

const TWO = next => String(int(next, 0, 35)).padStart(2, '0');
const isoText = next => pick(next, ['2018', '0050', '1969', '2024', String(int(next, 1000, 9999))]) + (next() < 0.8 ? '-' + TWO(next) : '') + (next() < 0.8 ? '-' + TWO(next) : '')
  + (next() < 0.7 ? `T${TWO(next)}:${TWO(next)}:${TWO(next)}` : '') + (next() < 0.4 ? '.' + many(next, 1, 12, () => String(int(next, 0, 9))) : '')
  + pick(next, ['', 'Z', 'Z', '+0100', '-01:00', '+23:59', '-' + TWO(next) + TWO(next), ' ', 'z']);
function dateText(next) {
  return many(next, 0, 5, () => pick(next, ['2018', '18', '1', '12', '31', '03', 'March', 'Mar', 'monday', 'Monday', 'am', 'PM', '+01:00', 'GMT+1', '-0500', '1st', '23rd', '5', 'xii', 'MMXVIII', 'two thousand and eighteen', '0', '365', '999', 'aa'])
    + pick(next, ['', '-', '/', ' ', ':', 'T', '.', ', ']));
}
const TO_PICTURES = [...PICTURES, '[Y]-[M]', '[M]-[D]', '[H]:[m]', '[Y]-[d]T[H]', '[Y]-[M]-[D] [h]:[m] [P]', '[D]/[M]/[Y] [H]:[m]:[s].[f]', '[MNn] [D1o]', '[FNn]', '[W]-[F]', '[X]-[W]', '[s]', '[Y][M01][D01][H01][m01]', '[Y0001][M01][D01]', '[MN,3-3] [Y]', '[Ywo]', '[z] [H]', '[Z] [D]', '[Y]-[MI]', 'x', ''];
function toMillis(next) {
  if (next() < 0.25) return ['toMillis', isoText(next), null, Date.UTC(2024, 1, 29, 13, 14, 15, 678)];
  const chosen = next() < 0.7 ? pick(next, TO_PICTURES) : picture(next);
  // Texts that fit: numbers of some digits in the places of the markers.
  const fitting = chosen.replace(/\[([YMDdFWwXxHhPmsfZz])([^\]]*)\]/g, (all, component, rest) => {
    if (component === 'Z') return pick(next, ['+01:00', '-0530', '+01', '-00:30', '+0000', 'Z']);
    if (component === 'z') return pick(next, ['GMT+01:00', 'GMT-0530', 'GMT+1']);
    if (component === 'P') return pick(next, ['am', 'pm', 'AM', 'PM', 'Am']);
    if (/^N|^n/.test(rest)) {
      const name = pick(next, ['January', 'May', 'June', 'December', 'Monday', 'Sunday', 'JUNE', 'x']);
      return /3/.test(rest) ? name.slice(0, 3) : name;
    }
    if (/^[wW]/.test(rest)) return pick(next, ['one', 'two', 'Two Thousand and Eighteen', 'twelfth', 'Thirty-One', 'nineteen hundred and eighty-four']);
    if (/^I/i.test(rest)) return pick(next, ['XII', 'mmxviii', 'iv', 'IX']);
    if (/^a/i.test(rest)) return pick(next, ['a', 'C', 'ae']);
    const value = component === 'Y' || component === 'X' ? pick(next, [2018, 1984, 99, 5, 2024]) : int(next, 0, component === 'd' ? 366 : component === 'f' ? 999 : 31);
    const digits = String(value).padStart(pick(next, [1, 2, 2, (rest.match(/\d+/) || ['1'])[0].length]), '0');
    return /o/.test(rest) ? digits + pick(next, ['th', 'st', 'nd', 'rd']) : digits;
  }).replace(/\[\[/g, '[').replace(/\]\]/g, ']');
  return ['toMillis', next() < 0.85 ? fitting : dateText(next), chosen, Date.UTC(2024, 1, 29, 13, 14, 15, 678)];
}

const ATOMS = ['a', 'b', 'c', 'A', '.', '\\d', '\\w', '\\s', '\\W', '\\D', '\\S', '[ab]', '[^a]', '[a-c]', '[^\\d]', '[\\w-z]', '[]', '[^]', '\\b', '\\B', '^', '$',
  'é', 'É', '\u{1F600}', '[\u{1F600}]', '\\u0061', '\\x62', '\\n', '\\.', '\\1', '\\2', '\\k<n>', '\\0', '\\11', '\\8', '\\ca', '\\c', '[\\b]', '{', '}', ']', '\\/', 'ß', 'ſ', 'K', '\u212a', '-', '\\-', '[a\\-c]', '[\\c_]', '\\u{2}', '[k\u212a]', 'σ', '[ς]'];
const QUANTIFIERS = ['', '', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,3}?', '{2,}', '{,2}', '{0}', '{2,1}', '{1,}?'];
function pattern(next, depth = 0) {
  const term = () => {
    const roll = next();
    let atom;
    if (depth < 3 && roll < 0.3) {
      atom = pick(next, ['(', '(', '(', '(?:', '(?=', '(?!', '(?<=', '(?<!', next() < 0.1 ? '(?<n>' : '(']) + pattern(next, depth + 1) + (next() < 0.99 ? ')' : '');
    } else {
      atom = roll < 0.7 ? pick(next, ['a', 'b', 'c', 'ab', '[ab]', '.', '\\w']) : pick(next, ATOMS);
    }
    return atom + pick(next, QUANTIFIERS);
  };
  const sequence = () => many(next, 0, 4, term);
  return next() < 0.25 ? sequence() + '|' + sequence() : sequence();
}
const SUBJECT = ['a', 'b', 'c', 'A', 'B', '1', ' ', '\n', 'é', 'É', '\u{1F600}', '\ud83d', '\ude00', '_', '-', '.', '\u2028', 'ß', 'ſ', 's', 'k', '\u212a', 'σ', 'ς', 'Σ'];
const subject = next => (next() < 0.6 ? many(next, 0, 12, () => pick(next, ['a', 'b', 'c', 'a', 'b', ' ', '1'])) : many(next, 0, 10, () => pick(next, SUBJECT)));
const regex = next => ['regex', pattern(next) || 'a', pick(next, ['', '', 'i', 'm', 'im']), subject(next)];
const replaceRegex = next => ['replaceRegex', pick(next, ['a', '(a)(b)?', '(a|b)+', '(a)(b)(c)(a)?(b)?(c)?(a)?(b)?(c)?(a)?(b)?', '\\w+', '(.)(.)']), pick(next, ['', 'i']), subject(next),
  many(next, 0, 6, () => pick(next, ['$1', '$2', '$0', '$$', '$', '$11', '$12', '$9', 'x', '$a', '$ 1', '$-1', '\u{1F600}', '$01', '$99']))];

function uri(next) {
  const name = pick(next, ['encodeUrl', 'encodeUrlComponent', 'decodeUrl', 'decodeUrlComponent', 'base64encode', 'base64decode']);
  if (name.startsWith('decode')) {
    return [name, many(next, 0, 6, () => (next() < 0.6 ? pick(next, ['%41', '%c3%a9', '%C3%A9', '%f0%9f%98%80', '%2f', '%23', '%3F', '%e2%82%ac', '%26', '%7e', '%00']) : pick(next, ['%', '%4', '%zz', '%ff', '%c3', '%ed%a0%80', '%f4%90%80%80', '%c0%80', 'a', 'é', '\ud83d', '\u{1F600}', '+'])))];
  }
  if (name === 'base64decode') {
    return [name, many(next, 0, 12, () => (next() < 0.9 ? pick(next, 'ABCDwxyz0189+/-_'.split('')) : pick(next, ['=', ' ', '\n', 'é', '\u0141', '\u{1F600}', '*']))) + pick(next, ['', '', '=', '=='])];
  }
  return [name, many(next, 0, 8, () => (next() < 0.3 ? pick(next, CHARS) : String.fromCharCode(int(next, 0, 300)))).replace(/[\ud800-\udfff]/g, c => (next() < 0.2 ? c : 'x'))];
}

// Node 20.20 has Unicode 17, Debian 12's ICU has Unicode 15: these have another case, or came, since.
const NEWER_CASES = [[0x19b, 0x19b], [0x264, 0x264], [0x1c89, 0x1c8a], [0xa7cb, 0xa7dc], [0x10d50, 0x10d85], [0x16ea0, 0x16ed3]];
const anyCharacter = next => {
  const code = int(next, 0, 0x1ffff);
  return NEWER_CASES.some(([first, last]) => code >= first && code <= last) ? 'x' : String.fromCodePoint(code);
};

function strings(next) {
  const limit = () => maybe(next, 0.5, () => pick(next, [0, 1, 2, 3, 0.5, 2.5, -1, 4294967296, 4294967297]));
  const place = () => pick(next, [0, 1, 2, 3, 5, -1, -2, -3, -10, 100, 0.5, 1.5, -0.5, -1.5, 1e300]);
  switch (int(next, 0, 11)) {
    case 0: return ['length', text(next)];
    case 1: case 2: return ['substring', text(next), place(), maybe(next, 0.6, place)];
    case 3: return ['substringBefore', text(next), pick(next, [text(next, 1), pick(next, CHARS)])];
    case 4: return ['substringAfter', text(next), pick(next, [text(next, 1), pick(next, CHARS)])];
    case 5: return ['contains', text(next), text(next, 1)];
    case 6: return ['uppercase', next() < 0.5 ? text(next) : anyCharacter(next)];
    case 7: return ['lowercase', next() < 0.5 ? text(next) : anyCharacter(next)];
    case 8: return ['trim', many(next, 0, 6, () => pick(next, [' ', '\t', '\n', '\r', 'a', '\u00a0', '\f', ' b']))];
    case 9: return ['pad', text(next, 4), pick(next, [0, 5, -5, 8, -8, 3.7, -3.7, 12]), maybe(next, 0.7, () => text(next, 3))];
    case 10: return ['split', simpleText(next), pick(next, ['', 'a', 'b', 'ab', ' ', '\u{1F600}', '\ud83d', '\ude00', 'é', 'aa']), limit()];
    default: return ['replace', simpleText(next), pick(next, ['', 'a', 'b', 'ab', '\u{1F600}', '\ud83d', '\ude00', 'aa']), pick(next, ['', 'x', '$0', '$1', 'aa', '\ud83d', '\ude00']), limit()];
  }
}

exports.PARTS = { numbers, formatNumber, formatInteger, parseInteger, fromMillis, toMillis, regex, replaceRegex, uri, strings };
