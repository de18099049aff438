#include <algorithm>
#include <cctype>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/path_parser.h"
#include "coordinator/query/text_cursor.h"
#include "re2/re2.h"

namespace pawl::query {
namespace {

// Enough for any sensible expression; a program beyond it is refused when the path is compiled.
constexpr int64_t kMaxPatternBytes = 1 << 20;

absl::Status Invalid(std::string_view message) {
  return absl::InvalidArgumentError(ToAbsl(message));
}

struct NamedComparison {
  std::string_view name;
  Comparison comparison;
};

constexpr NamedComparison kComparisons[] = {
    {"==", Comparison::kEquals},
    {"!=", Comparison::kNotEquals},
    {"===", Comparison::kSameTypeEquals},
    {"!==", Comparison::kSameTypeNotEquals},
    {"<", Comparison::kLess},
    {"<=", Comparison::kLessOrEqual},
    {">", Comparison::kGreater},
    {">=", Comparison::kGreaterOrEqual},
    {"=~", Comparison::kMatches},
    {"IN", Comparison::kIn},
    {"NIN", Comparison::kNotIn},
    {"CONTAINS", Comparison::kContains},
    {"ALL", Comparison::kAll},
    {"SIZE", Comparison::kSize},
    {"EMPTY", Comparison::kEmpty},
    {"SUBSETOF", Comparison::kSubsetOf},
    {"ANYOF", Comparison::kAnyOf},
    {"NONEOF", Comparison::kNoneOf},
};

bool IsRelational(char c) { return c != '\0' && std::strchr("<>=~!", c) != nullptr; }

bool IsNumberCharacter(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 'e' || c == 'E';
}

// Reads one filter:
//   or         = and { '||' and }
//   and        = operand { '&&' operand }
//   operand    = comparison | '(' or ')' | '!' operand
//   comparison = value [ operator value ]
class FilterParser {
 public:
  FilterParser(std::string_view text, ParseContext* context) : cursor_(text), context_(context) {}

  absl::StatusOr<std::unique_ptr<Filter>> Parse();

 private:
  using FilterOr = absl::StatusOr<std::unique_ptr<Filter>>;

  FilterOr ReadOr();
  FilterOr ReadAnd();
  FilterOr ReadJunction(std::string_view sign, Filter::Kind kind, FilterOr (FilterParser::*read)());
  FilterOr ReadOperand();
  FilterOr ReadOperandHere();
  FilterOr ReadComparison();
  std::optional<Comparison> ReadOperator();
  absl::StatusOr<Operand> ReadValue(bool* negated);
  absl::StatusOr<Operand> ReadPath();
  absl::StatusOr<Operand> ReadLiteral();
  absl::StatusOr<Operand> ReadString(char quote);
  absl::StatusOr<Operand> ReadPattern();
  absl::StatusOr<Operand> ReadJson();
  absl::StatusOr<Operand> ReadNumber();
  bool Consume(std::string_view word);

  TextCursor cursor_;
  ParseContext* context_;
};

absl::StatusOr<std::unique_ptr<Filter>> FilterParser::Parse() {
  FilterOr filter = ReadOr();
  if (!filter.ok()) return filter;
  cursor_.SkipBlanks();
  if (!cursor_.AtEnd()) {
    return Invalid(StrCat("expected the end of the filter instead of: ", cursor_.Rest()));
  }
  return filter;
}

bool FilterParser::Consume(std::string_view word) {
  cursor_.SkipBlanks();
  if (!cursor_.Rest().starts_with(word)) return false;
  cursor_.Advance(word.size());
  return true;
}

FilterParser::FilterOr FilterParser::ReadOr() {
  return ReadJunction("||", Filter::Kind::kOr, &FilterParser::ReadAnd);
}

FilterParser::FilterOr FilterParser::ReadAnd() {
  return ReadJunction("&&", Filter::Kind::kAnd, &FilterParser::ReadOperand);
}

FilterParser::FilterOr FilterParser::ReadJunction(std::string_view sign, Filter::Kind kind,
                                                  FilterOr (FilterParser::*read)()) {
  FilterOr first = (this->*read)();
  if (!first.ok()) return first;
  auto junction = std::make_unique<Filter>();
  junction->kind = kind;
  junction->children.push_back(*std::move(first));
  while (Consume(sign)) {
    FilterOr next = (this->*read)();
    if (!next.ok()) return next;
    junction->children.push_back(*std::move(next));
  }
  if (junction->children.size() == 1) return std::move(junction->children.front());
  return junction;
}

FilterParser::FilterOr FilterParser::ReadOperand() {
  if (context_->nesting >= kMaxPathNesting) return Invalid("the filter is nested too deeply");
  ++context_->nesting;
  FilterOr operand = ReadOperandHere();
  --context_->nesting;
  return operand;
}

FilterParser::FilterOr FilterParser::ReadOperandHere() {
  cursor_.SkipBlanks();
  if (cursor_.Current() == '!') {
    const char next = cursor_.NextSignificantChar(cursor_.position());
    if (next == '$' || next == '@') return ReadComparison();  // `!@.a`: there is no `a`
    cursor_.Advance();
    FilterOr negated = ReadOperand();
    if (!negated.ok()) return negated;
    auto filter = std::make_unique<Filter>();
    filter->kind = Filter::Kind::kNot;
    filter->children.push_back(*std::move(negated));
    return filter;
  }
  if (!Consume("(")) return ReadComparison();
  FilterOr inside = ReadOr();
  if (inside.ok() && !Consume(")")) return Invalid("expected ')' in a filter");
  return inside;
}

FilterParser::FilterOr FilterParser::ReadComparison() {
  bool negated = false;
  absl::StatusOr<Operand> left = ReadValue(&negated);
  if (!left.ok()) return left.status();
  auto filter = std::make_unique<Filter>();
  filter->left = *std::move(left);
  const std::optional<Comparison> comparison = ReadOperator();
  if (!comparison) {
    if (!filter->left.path) return Invalid("expected a path in a filter without comparison");
    filter->kind = negated ? Filter::Kind::kMissing : Filter::Kind::kExists;
    return filter;
  }
  absl::StatusOr<Operand> right = ReadValue(&negated);
  if (!right.ok()) return right.status();
  filter->kind = Filter::Kind::kCompare;
  filter->comparison = *comparison;
  filter->right = *std::move(right);
  return filter;
}

// Nothing, and the cursor where it was, when no operator follows.
std::optional<Comparison> FilterParser::ReadOperator() {
  cursor_.SkipBlanks();
  const size_t start = cursor_.position();
  if (IsRelational(cursor_.Current())) {
    while (IsRelational(cursor_.Current())) cursor_.Advance();
  } else {
    while (!cursor_.AtEnd() && cursor_.Current() != ' ') cursor_.Advance();
  }
  const std::string name = absl::AsciiStrToUpper(ToAbsl(cursor_.Slice(start, cursor_.position())));
  for (const NamedComparison& known : kComparisons) {
    if (known.name == name) return known.comparison;
  }
  cursor_.MoveTo(start);
  return std::nullopt;
}

absl::StatusOr<Operand> FilterParser::ReadValue(bool* negated) {
  cursor_.SkipBlanks();
  if (cursor_.Current() == '!') {
    cursor_.Advance();
    cursor_.SkipBlanks();
    if (cursor_.Current() != '$' && cursor_.Current() != '@') {
      return Invalid("unexpected character: !");
    }
    *negated = true;
  }
  if (cursor_.Current() == '$' || cursor_.Current() == '@') return ReadPath();
  return ReadLiteral();
}

absl::StatusOr<Operand> FilterParser::ReadPath() {
  const size_t start = cursor_.position();
  cursor_.Advance();
  while (!cursor_.AtEnd()) {
    const char c = cursor_.Current();
    if (c == ' ' || c == ')' || IsRelational(c)) break;
    if (cursor_.Rest().starts_with("&&") || cursor_.Rest().starts_with("||")) break;
    if (c == '[' || c == '(') {
      const std::optional<size_t> close = cursor_.FindClosing(cursor_.position(), false);
      if (!close) return Invalid("the brackets of a path in a filter are not balanced");
      cursor_.MoveTo(*close);
    }
    cursor_.Advance();
  }
  absl::StatusOr<PathProgram> path = ParsePath(cursor_.Slice(start, cursor_.position()), context_);
  if (!path.ok()) return path.status();
  Operand operand;
  operand.path = std::make_unique<PathProgram>(*std::move(path));
  return operand;
}

absl::StatusOr<Operand> FilterParser::ReadLiteral() {
  Operand operand;
  switch (cursor_.Current()) {
    case '\'':
    case '"':
      return ReadString(cursor_.Current());
    case '{':
    case '[':
      return ReadJson();
    case '/':
      return ReadPattern();
    default:
      break;
  }
  if (Consume("true")) {
    operand.value = Json::Bool(true);
  } else if (Consume("false")) {
    operand.value = Json::Bool(false);
  } else if (Consume("null")) {
    operand.value = Json::Null();
  } else {
    return ReadNumber();
  }
  return operand;
}

absl::StatusOr<Operand> FilterParser::ReadString(char quote) {
  const size_t start = cursor_.position() + 1;
  const std::optional<size_t> end = cursor_.FindUnescaped(quote, start);
  if (!end) return Invalid("string literal does not have matching quotes");
  cursor_.MoveTo(*end + 1);
  Operand operand;
  operand.value = Json::String(Unescape(cursor_.Slice(start, *end)), context_->arena);
  return operand;
}

absl::StatusOr<Operand> FilterParser::ReadPattern() {
  const size_t start = cursor_.position() + 1;
  const std::optional<size_t> end = cursor_.FindUnescaped('/', start);
  if (!end) return Invalid("pattern not closed, expected /");
  cursor_.MoveTo(*end + 1);
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxPatternBytes);
  std::string flags;
  while (std::isalpha(static_cast<unsigned char>(cursor_.Current()))) {
    const char flag = cursor_.Current();
    cursor_.Advance();
    // Unicode and Unix lines, Java's `u`, `U` and `d`, are how RE2 works anyway.
    if (flag == 'i' || flag == 'm' || flag == 's') {
      flags.push_back(flag);
    } else if (!std::strchr("uUd", flag)) {
      return Invalid(StrCat("pattern flag '", std::string(1, flag), "' is not supported"));
    }
  }
  std::string expression(cursor_.Slice(start, *end));
  if (!flags.empty()) expression = StrCat("(?", flags, ")", expression);
  Operand operand;
  operand.pattern = std::make_unique<re2::RE2>(expression, options);
  if (!operand.pattern->ok()) return Invalid(StrCat("bad pattern: ", operand.pattern->error()));
  return operand;
}

absl::StatusOr<Operand> FilterParser::ReadJson() {
  const size_t start = cursor_.position();
  const std::optional<size_t> close = cursor_.FindClosing(start, false);
  if (!close) return Invalid("the brackets of a literal are not balanced");
  cursor_.MoveTo(*close + 1);
  absl::StatusOr<Json> value = ParseLenientJson(cursor_.Slice(start, *close + 1), context_);
  if (!value.ok()) return value.status();
  Operand operand;
  operand.value = *value;
  return operand;
}

absl::StatusOr<Operand> FilterParser::ReadNumber() {
  const size_t start = cursor_.position();
  while (IsNumberCharacter(cursor_.Current())) cursor_.Advance();
  const std::string_view text = cursor_.Slice(start, cursor_.position());
  absl::StatusOr<Json> value = ParseJson(text, context_->arena);
  if (!value.ok())
    return Invalid(StrCat("expected a value instead of: ", cursor_.Slice(start, cursor_.size())));
  Operand operand;
  operand.value = *value;
  return operand;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Filter>> ParseFilter(std::string_view text, ParseContext* context) {
  return FilterParser(text, context).Parse();
}

}  // namespace pawl::query
