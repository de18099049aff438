#include "tests/fuzz/jsonata_maker.h"

#include <algorithm>

#include "coordinator/base/strings.h"

namespace pawl::fuzz {
namespace {

constexpr int kMaxDepth = 4;

constexpr std::string_view kFunctions[] = {
    "sum",       "count",        "max",
    "min",       "average",      "string",
    "substring", "length",       "substringBefore",
    "lowercase", "uppercase",    "substringAfter",
    "trim",      "pad",          "match",
    "contains",  "replace",      "split",
    "join",      "formatNumber", "formatBase",
    "number",    "floor",        "formatInteger",
    "ceil",      "round",        "parseInteger",
    "abs",       "sqrt",         "power",
    "boolean",   "not",          "map",
    "zip",       "filter",       "single",
    "reduce",    "sift",         "keys",
    "lookup",    "append",       "exists",
    "spread",    "merge",        "reverse",
    "each",      "error",        "assert",
    "type",      "sort",         "shuffle",
    "distinct",  "base64encode", "base64decode",
    "encodeUrl", "decodeUrl",    "encodeUrlComponent",
    "toMillis",  "fromMillis",   "decodeUrlComponent",
    "clone",     "now",          "millis",
    "random",    "partition",    "range",
    "hash",      "uuid",         "parse",
    "eval",      "nothing",
};

std::string Repeated(std::string_view text, size_t times) {
  std::string repeated;
  repeated.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) repeated.append(text);
  return repeated;
}

}  // namespace

std::string JsonataMaker::Of(std::initializer_list<std::string_view> choices) {
  return std::string(choices.begin()[Below(choices.size())]);
}

std::string JsonataMaker::Any() {
  const uint64_t kind = Below(20);
  if (kind == 0) return Bomb();
  return kind < 8 ? Mutated() : Expression();
}

std::string JsonataMaker::Mutated() {
  std::string text = corpus_[Below(corpus_.size())];
  for (uint64_t n = 1 + Below(5); n > 0 && !text.empty(); --n) {
    const size_t at = Below(text.size());
    const size_t size = 1 + Below(8);
    const std::string& other = corpus_[Below(corpus_.size())];
    const std::string_view piece =
        other.empty() ? "" : std::string_view(other).substr(Below(other.size()), size);
    switch (Below(7)) {
      case 0:
        text.erase(at, size);
        break;
      case 1:
        text.insert(at, text.substr(at, size));
        break;
      case 2:
        text.insert(at, piece);
        break;
      case 3:
        text.replace(at, piece.size(), piece);
        break;
      case 4:
        text[at] = static_cast<char>(Below(256));
        break;
      case 5:
        text[at] = static_cast<char>(' ' + Below(95));
        break;
      default:
        text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
    }
  }
  return text;
}

std::string JsonataMaker::Bomb() {
  const size_t many = 1 + Below(OneIn(10) ? 200'000 : 3'000);
  const std::string nested =
      Of({"(",     "[",    "-",    "{\"a\":", "function(){", "a.",     "a[", "1+",
          "!",     "$f(",  "%.",   "a?",      "|$|",         "\"x\"&", "(?", "a^(",
          "a@$b.", "a{b:", "$x:=", "a~>",     "a?:",         "a??"});
  switch (Below(9)) {
    case 0:
      return Repeated(nested, many);
    case 1:
      return Repeated(nested, many) + "1" + Repeated(Of({")", "]", "}", "", "+1"}), many);
    case 2:
      return StrCat("$match($pad('', ", Below(3000), ", 'ab'), /", Pattern(), "/)");
    case 3:
      return StrCat("$contains($pad('', ", Below(100'000), ", 'a') & '!', /",
                    Of({"(a+)+$", "(a|aa)+$", "(.*)*x", "(a|a?)+b", "^(a*)*\\1$", "(?=(a+))\\1b",
                        "(a{1,50}){1,50}b", "(?:a|ab|b)*c"}),
                    "/)");
    case 4:
      return StrCat("$pad(", Argument(2), ", ", Of({"1e7", "2e9", "-2e9", "1e300", "100000"}), ", ",
                    Argument(2), ")");
    case 5:
      return StrCat("$reduce([1..", Below(70), "], function($a, $b) { ",
                    Of({"$a & $a", "$append($a, $a)", "[$a, $a]", "[[$a]]", "{'a': $a, 'b': $a}",
                        "{'x': $a}", "$a ~> |$|{'c': $a}|", "$replace($a, '', $a)",
                        "$join([$a, $a], $a)", "$zip($a, $a)"}),
                    " }, ", Argument(2), ")");
    case 6:
      return StrCat("($f := function($n) { ",
                    Of({"$f($n)", "$f($n + 1) + 1", "[$f($n)]", "$map([$n, $n], $f)",
                        "$n ~> $f ~> $f", "{'a': $f($n)}", "$sort([2, 1], $f)",
                        "$n > 5000 ? $n : $f($n + 1)", "[1..100].$f($)"}),
                    " }; $f(", Argument(2), "))");
    case 7:
      return StrCat(
          "[1..", Below(OneIn(5) ? 20'000'000 : 3'000), "]",
          Of({".[1..1000]", ".$", "{$string($ % 7): $}", "^(>$)", ".{\"a\": $}", "[$ % 2 = 0]",
              " ~> $shuffle", " ~> $sum", "@$x.%", "#$i[$i > 5]", ".**", ".($ in [1..1000])"}));
    default:
      return StrCat("$",
                    Of({"formatNumber", "formatInteger", "parseInteger", "round", "power",
                        "formatBase", "fromMillis", "toMillis"}),
                    "(", Of({"1e308", "-1e308", "5e-324", "1e21", "'1e21'", "9007199254740993"}),
                    ", '", Repeated(Picture(), 1 + Below(200)), "')");
  }
}

std::string JsonataMaker::Leaf() {
  return Of({"a",       "b",       "c",       "v",           "`a b`",  "$",
             "$$",      "missing", "null",    "true",        "false",  "0",
             "1",       "-1",      "2.5",     "1e300",       "1e-7",   "12345678901234567890",
             "\"\"",    "\"a\"",   "\"a,b\"", "\"\\ud83d\"", "\"é😀\"", "\"2018-02-01\"",
             "'x'",     "*",       "**",      "%",           "%.a",    "$x",
             "$y",      "[]",      "{}",      "\"\\u0000\"", "' 1 '",  "\"YQ==\"",
             "\"%41\"", "and",     "or",      "in"});
}

std::string JsonataMaker::Pattern(int depth) {
  std::string pattern;
  for (uint64_t n = Below(4) + (depth == 0); n > 0; --n) {
    if (depth < 3 && OneIn(3)) {
      StrAppend(&pattern, Of({"(", "(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<n>"}),
                Pattern(depth + 1), ")");
    } else {
      pattern +=
          Of({"a",   "b",      "ab", ".",     "\\d",  "\\w",     "\\s", "[ab]",    "[^a]", "[a-z]",
              "\\b", "^",      "$",  "\\1",   "\\2",  "é",       "😀",   "\\u0061", "|",    "[]",
              "[^]", "\\k<n>", "{",  "\\x61", "\\cA", "[\\d-x]", "\\B", "\\/"});
    }
    pattern += Of({"", "", "", "*", "+", "?", "*?", "+?", "{2}", "{1,3}", "{0,}", "{2,1}", "{1000}",
                   "{,2}", "??"});
  }
  return pattern;
}

std::string JsonataMaker::Picture() {
  std::string picture;
  for (uint64_t n = Below(6); n > 0; --n) {
    picture +=
        OneIn(2)
            ? Of({"0", "#", ",", ".",  "%", "‰", ";", "e", "0.00", "#,##0", "9",
                  "٠", "w", "W", "Ww", "i", "I", "a", "A", ";o",   "😀"})
            : Of({"[Y]", "[Y0001]", "[M01]", "[MNn,3-3]", "[D1o]",     "[d]",     "[F]",  "[FNn]",
                  "[W]", "[w]",     "[X]",   "[x]",       "[H01]",     "[h]",     "[P]",  "[m]",
                  "[s]", "[f001]",  "[Z]",   "[z]",       "[Z01:01t]", "[YWw]",   "[YI]", "[",
                  "]",   "[[",      "]]",    "-",         "T",         "[Y,*-4]", "[E]",  "[C]"});
  }
  return picture;
}

std::string JsonataMaker::Argument(int depth) {
  switch (Below(9)) {
    case 0:
      return StrCat("/", Pattern(), "/", Of({"", "i", "m", "im", "x"}));
    case 1:
      return StrCat("'", Picture(), "'");
    case 2:
      return Lambda(depth + 1);
    case 3:
      return std::string("$") + std::string(kFunctions[Below(std::size(kFunctions))]);
    case 4:
      return Of({"?", "[3, 1, 2]", "[\"b\", \"a\"]", "[1..5]", "{\"a\": 1, \"b\": [2]}",
                 "[[1], [[2]]]", "-3", "100", "'abc'"});
    case 5:
      return Leaf();
    default:
      return Expression(depth + 1);
  }
}

std::string JsonataMaker::Call(int depth) {
  std::string text = OneIn(12)
                         ? "(" + Lambda(depth + 1) + ")"
                         : std::string("$") + std::string(kFunctions[Below(std::size(kFunctions))]);
  text += "(";
  for (uint64_t i = 0, n = Below(4); i < n; ++i)
    StrAppend(&text, i > 0 ? ", " : "", Argument(depth + 1));
  return text + ")";
}

std::string JsonataMaker::Lambda(int depth) {
  return StrCat(Of({"function", "λ"}), Of({"($x)", "($x, $y)", "()", "($x, $y, $z)"}),
                OneIn(5) ? Of({"<n:n>", "<s-n?:s>", "<a<n>:x>", "<(ns)-f?:b>", "<x+>", "<j:j>",
                               "<o-:a<o>>", "<s", "<>"})
                         : "",
                "{ ", Expression(depth + 1), " }");
}

std::string JsonataMaker::Stage(int depth) {
  switch (Below(9)) {
    case 0:
      return Of({"[0]", "[-1]", "[[0..1]]", "[]", "[1.5]", "[[]]"});
    case 1:
      return StrCat("[", Expression(depth + 1), "]");
    case 2:
      return Of({"@$x", "#$y", "@$y", "#$i"});
    case 3:
      return StrCat("^(", Of({"", "<", ">"}), Expression(depth + 1), OneIn(3) ? ", >a" : "", ")");
    case 4:
      return StrCat("{", Expression(depth + 1), ": ", Expression(depth + 1), "}");
    case 5:
      return StrCat("[", Of({"a", "$", "%.a", "$x.a"}), Of({" = ", " > ", " in "}), Leaf(), "]");
    default:
      return "";
  }
}

std::string JsonataMaker::Path(int depth) {
  std::string text = OneIn(4) ? "(" + Expression(depth + 1) + ")" : Leaf();
  for (uint64_t n = Below(4); n > 0; --n) {
    StrAppend(&text, Stage(depth + 1), ".");
    switch (Below(6)) {
      case 0:
        text += "(" + Expression(depth + 1) + ")";
        break;
      case 1:
        text += Constructor(depth + 1);
        break;
      case 2:
        text += Call(depth + 1);
        break;
      case 3:
        text += Of({"%", "*", "**", "$", "%.%"});
        break;
      default:
        text += Of({"a", "b", "c", "v", "`a b`"});
    }
  }
  return text + Stage(depth + 1);
}

std::string JsonataMaker::Constructor(int depth) {
  const bool object = OneIn(2);
  std::string text = object ? "{" : "[";
  for (uint64_t i = 0, n = Below(4); i < n; ++i) {
    StrAppend(&text, i > 0 ? ", " : "",
              object ? Of({"\"a\": ", "\"b\": ", "a: ", "$string($): "}) : "",
              Expression(depth + 1));
  }
  return text + (object ? "}" : "]");
}

std::string JsonataMaker::Operation(int depth) {
  return StrCat(
      "(", Expression(depth + 1),
      Of({" + ",  " - ",   " * ",  " / ",  " % ",  " & ",  " = ",  " != ", " < ", " <= ", " > ",
          " >= ", " and ", " or ", " in ", " ~> ", " ?: ", " ?? ", "..",   " ? ", "; ",   " : "}),
      Expression(depth + 1), ")");
}

std::string JsonataMaker::Expression(int depth) {
  if (depth >= kMaxDepth) return Leaf();
  switch (Below(12)) {
    case 0:
    case 1:
      return Path(depth);
    case 2:
    case 3:
    case 4:
      return Call(depth);
    case 5:
      return Constructor(depth);
    case 6:
      return Operation(depth);
    case 7:
      return StrCat("(", Of({"$x", "$y", "$f"}),
                    " := ", OneIn(3) ? Lambda(depth + 1) : Expression(depth + 1), "; ",
                    Expression(depth + 1), ")");
    case 8:
      return StrCat("(", Expression(depth + 1), " ? ", Expression(depth + 1),
                    OneIn(4) ? "" : " : " + Expression(depth + 1), ")");
    case 9:
      return StrCat(Leaf(), " ~> |", Path(depth + 1), "|", Expression(depth + 1),
                    OneIn(2) ? ", ['a', 'b']" : "", "|");
    case 10:
      return StrCat(Expression(depth + 1), " ~> ", Call(depth + 1));
    default:
      return Leaf();
  }
}

}  // namespace pawl::fuzz
