// Follows Jayway JsonPath 2.9, the dialect of Step Functions, in what it accepts, oddities
// included: blanks are spaces only, a lone last character is ignored after a step, `[1:2:3]`
// ignores its step.

#include "coordinator/query/path_parser.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/text_cursor.h"

namespace pawl::query {
namespace {

absl::Status Invalid(std::string_view message) {
  return absl::InvalidArgumentError(ToAbsl(message));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// As Java's String.split: empty pieces at the end are dropped.
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] != separator) continue;
    pieces.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  while (!pieces.empty() && pieces.back().empty()) pieces.pop_back();
  return pieces;
}

std::optional<int32_t> ReadInteger(std::string_view text) {
  int32_t value = 0;
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

struct NamedFunction {
  std::string_view name;
  Function function;
};

constexpr NamedFunction kFunctions[] = {
    {"avg", Function::kAvg},       {"stddev", Function::kStddev}, {"sum", Function::kSum},
    {"min", Function::kMin},       {"max", Function::kMax},       {"concat", Function::kConcat},
    {"length", Function::kLength}, {"size", Function::kLength},   {"append", Function::kAppend},
    {"keys", Function::kKeys},     {"first", Function::kFirst},   {"last", Function::kLast},
    {"index", Function::kIndex},
};

class PathParser {
 public:
  PathParser(std::string_view text, ParseContext* context) : cursor_(text), context_(context) {}

  absl::StatusOr<PathProgram> Parse();

 private:
  absl::Status ReadStep();
  absl::Status ReadDots();
  absl::Status ReadNameOrFunction();
  absl::Status ReadFunction(std::string_view name);
  absl::StatusOr<FunctionArgument> ReadArgument(std::string_view text);
  absl::Status ReadBracket();
  absl::Status ReadQuotedNames(char quote);
  absl::StatusOr<std::vector<std::string>> CollectQuotedNames(char quote, size_t* last_quote);
  absl::Status ReadArray();
  absl::Status ReadIndexes(std::string_view text);
  absl::Status ReadSlice(std::string_view text);
  absl::Status ReadBracketWildcard();
  absl::Status ReadFilter();
  absl::Status NoStep() const {
    return Invalid(StrCat("could not parse the step at position ", cursor_.position()));
  }
  Step& Add(Step::Kind kind) {
    Step& step = path_.steps.emplace_back();
    step.kind = kind;
    return step;
  }

  TextCursor cursor_;
  ParseContext* context_;
  PathProgram path_;
};

absl::StatusOr<PathProgram> PathParser::Parse() {
  path_.from_item = cursor_.Current() == '@';
  if (!cursor_.AtTail()) {
    cursor_.Advance();
    if (cursor_.Current() != '.' && cursor_.Current() != '[') {
      return Invalid(
          StrCat("illegal character at position ", cursor_.position(), ", expected '.' or '['"));
    }
    // A single character behind a step is ignored.
    do {
      if (absl::Status status = ReadStep(); !status.ok()) return status;
    } while (!cursor_.AtTail());
  }
  Seal(&path_);
  const auto fan_out = std::count_if(path_.steps.begin(), path_.steps.end(),
                                     [](const Step& step) { return !step.definite; });
  if (fan_out > kMaxFanOut) {
    return Invalid(StrCat("more than ", kMaxFanOut, " steps that select several nodes"));
  }
  return std::move(path_);
}

absl::Status PathParser::ReadStep() {
  switch (cursor_.Current()) {
    case '[':
      return ReadBracket();
    case '.':
      return ReadDots();
    case '*':
      cursor_.Advance();
      Add(Step::Kind::kWildcard);
      return absl::OkStatus();
    default:
      return ReadNameOrFunction();
  }
}

absl::Status PathParser::ReadDots() {
  if (cursor_.At(cursor_.position() + 1) == '.') {
    Add(Step::Kind::kScan);
    cursor_.Advance();
  }
  cursor_.Advance();
  if (cursor_.AtEnd() || cursor_.Current() == '.') {
    return Invalid(StrCat("character '.' at position ", cursor_.position(), " is not valid"));
  }
  return ReadStep();
}

absl::Status PathParser::ReadNameOrFunction() {
  const size_t start = cursor_.position();
  size_t end = start;
  while (cursor_.Has(end) && !std::strchr(" .[(", cursor_.At(end))) ++end;
  if (cursor_.At(end) == ' ') {
    return Invalid(
        StrCat("use bracket notation ['my prop'] for names with blanks, position ", end));
  }
  if (end == start) return NoStep();
  const std::string_view name = cursor_.Slice(start, end);
  cursor_.MoveTo(end);
  if (cursor_.Current() == '(') return ReadFunction(name);
  Add(Step::Kind::kNames).names.emplace_back(name);
  return absl::OkStatus();
}

// The pieces of an argument list; commas within brackets and strings do not separate.
std::vector<std::string_view> SplitArguments(std::string_view text) {
  std::vector<std::string_view> pieces;
  size_t start = 0;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == '(' || c == '[' || c == '{') {
      ++depth;
    } else if (c == ')' || c == ']' || c == '}') {
      --depth;
    } else if (c == ',' && depth == 0) {
      pieces.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  pieces.push_back(text.substr(start));
  return pieces;
}

absl::Status PathParser::ReadFunction(std::string_view name) {
  const auto* known = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const NamedFunction& f) { return f.name == name; });
  const std::optional<size_t> close = cursor_.FindClosing(cursor_.position(), false);
  if (!close) return Invalid(StrCat("arguments to function: '", name, "' are not closed"));
  const std::string_view list = TrimBlanks(cursor_.Slice(cursor_.position() + 1, *close));
  Step step;
  step.kind = Step::Kind::kFunction;
  step.function = known == std::end(kFunctions) ? Function::kUnknown : known->function;
  step.function_name = name;
  if (!list.empty()) {
    for (const std::string_view piece : SplitArguments(list)) {
      absl::StatusOr<FunctionArgument> argument = ReadArgument(TrimBlanks(piece));
      if (!argument.ok()) return argument.status();
      step.arguments.push_back(*std::move(argument));
    }
  }
  path_.steps.push_back(std::move(step));
  cursor_.MoveTo(*close + 1);
  return absl::OkStatus();
}

absl::StatusOr<FunctionArgument> PathParser::ReadArgument(std::string_view text) {
  FunctionArgument argument;
  if (text.starts_with('$') || text.starts_with('@')) {
    absl::StatusOr<PathProgram> path = ParsePath(text, context_);
    if (!path.ok()) return path.status();
    argument.path = std::make_unique<PathProgram>(*std::move(path));
    return argument;
  }
  absl::StatusOr<Json> value = ParseJson(text, context_->arena);
  if (!value.ok()) return Invalid(StrCat("argument '", text, "' is neither a path nor JSON"));
  argument.value = *value;
  return argument;
}

absl::Status PathParser::ReadBracket() {
  const char first = cursor_.NextSignificantChar(cursor_.position());
  if (first == '\'' || first == '"') return ReadQuotedNames(first);
  if (IsDigit(first) || first == '-' || first == ':') return ReadArray();
  if (first == '*') return ReadBracketWildcard();
  if (first == '?') return ReadFilter();
  return Invalid(StrCat("could not parse the step at position ", cursor_.position(),
                        ", expected ?, ', 0-9, *"));
}

std::string UnescapeName(std::string_view text, char quote, bool other_quotes_keep_backslash) {
  const char other = quote == '\'' ? '"' : '\'';
  if (!other_quotes_keep_backslash) return Unescape(text);
  std::string doubled;  // the backslashes that stay
  for (size_t i = 0; i < text.size(); ++i) {
    doubled.push_back(text[i]);
    if (text[i] != '\\' || i + 1 == text.size()) continue;
    if (text[i + 1] == other) doubled.push_back('\\');
    doubled.push_back(text[++i]);
  }
  return Unescape(doubled);
}

// Walks to the closing bracket and gathers what is quoted on the way.
absl::StatusOr<std::vector<std::string>> PathParser::CollectQuotedNames(char quote,
                                                                        size_t* last_quote) {
  std::vector<std::string> names;
  size_t start = 0;
  bool inside = false;
  bool after_comma = false;
  for (size_t i = cursor_.position() + 1; cursor_.Has(i); ++i) {
    const char c = cursor_.At(i);
    if (c == '\\') {
      ++i;
    } else if (c == ']' && !inside) {
      break;
    } else if (c == quote && inside) {
      const char next = cursor_.NextSignificantChar(i);
      if (next != ']' && next != ',') {
        return Invalid(StrCat("a name must be followed by ',' or ']', position ", i));
      }
      names.push_back(
          UnescapeName(cursor_.Slice(start, i), quote, context_->other_quotes_keep_backslash));
      inside = false;
      *last_quote = i;
    } else if (c == quote) {
      start = i + 1;
      inside = true;
      after_comma = false;
    } else if (c == ',' && !inside) {
      if (after_comma) return Invalid(StrCat("found empty name at position ", i));
      after_comma = true;
    }
  }
  if (inside) return Invalid(StrCat("missing closing ", std::string(1, quote)));
  if (after_comma) return Invalid("found empty name at the end of a union");
  return names;
}

absl::Status PathParser::ReadQuotedNames(char quote) {
  size_t last_quote = 0;
  absl::StatusOr<std::vector<std::string>> names = CollectQuotedNames(quote, &last_quote);
  if (!names.ok()) return names.status();
  const size_t close = cursor_.NextSignificant(last_quote);
  if (names->empty() || cursor_.At(close) != ']') return Invalid("missing closing ]");
  Step& step = Add(Step::Kind::kNames);
  step.names = *std::move(names);
  step.quote = quote;
  cursor_.MoveTo(close + 1);
  return absl::OkStatus();
}

absl::Status PathParser::ReadArray() {
  const std::optional<size_t> close = cursor_.Find(']', cursor_.position());
  if (!close) return Invalid("missing closing ]");
  const std::string_view inside = TrimBlanks(cursor_.Slice(cursor_.position() + 1, *close));
  absl::Status status =
      inside.find(':') != std::string_view::npos ? ReadSlice(inside) : ReadIndexes(inside);
  cursor_.MoveTo(*close + 1);
  return status;
}

absl::Status PathParser::ReadIndexes(std::string_view text) {
  std::vector<int32_t> indexes;
  for (const std::string_view piece : Split(text, ',')) {
    const std::optional<int32_t> index = ReadInteger(TrimBlanks(piece));
    if (!index) return Invalid(StrCat("failed to parse index: ", text));
    indexes.push_back(*index);
  }
  Add(Step::Kind::kIndexes).indexes = std::move(indexes);
  return absl::OkStatus();
}

absl::Status PathParser::ReadSlice(std::string_view text) {
  const auto failure = [&] { return Invalid(StrCat("failed to parse slice: ", text)); };
  const bool clean = std::all_of(text.begin(), text.end(),
                                 [](char c) { return IsDigit(c) || c == '-' || c == ':'; });
  if (!clean) return failure();
  const std::vector<std::string_view> pieces = Split(text, ':');
  std::optional<int32_t> bounds[2];
  for (size_t i = 0; i < 2 && i < pieces.size(); ++i) {
    if (pieces[i].empty()) continue;
    bounds[i] = ReadInteger(pieces[i]);
    if (!bounds[i]) return failure();
  }
  if (!bounds[0] && !bounds[1]) return failure();
  Step& step = Add(Step::Kind::kSlice);
  step.from = bounds[0];
  step.to = bounds[1];
  return absl::OkStatus();
}

absl::Status PathParser::ReadBracketWildcard() {
  const size_t star = cursor_.NextSignificant(cursor_.position());
  const size_t close = cursor_.NextSignificant(star);
  if (cursor_.At(close) != ']') {
    return Invalid(StrCat("expected a wildcard to end with ']' at position ", star + 1));
  }
  Add(Step::Kind::kWildcard);
  cursor_.MoveTo(close + 1);
  return absl::OkStatus();
}

absl::Status PathParser::ReadFilter() {
  const size_t mark = cursor_.NextSignificant(cursor_.position());
  const size_t open = cursor_.NextSignificant(mark);
  if (cursor_.At(open) != '(') return Invalid("a filter must start with [?(");
  const std::optional<size_t> close = cursor_.FindClosing(open, true);
  if (!close) return Invalid("the brackets of a filter are not balanced");
  const size_t end = cursor_.NextSignificant(*close);
  if (cursor_.At(end) != ']') return Invalid("a filter must end with )]");
  absl::StatusOr<std::unique_ptr<Filter>> filter =
      ParseFilter(cursor_.Slice(open + 1, *close), context_);
  if (!filter.ok()) return filter.status();
  Add(Step::Kind::kFilter).filter = *std::move(filter);
  cursor_.MoveTo(end + 1);
  return absl::OkStatus();
}

// `$..a.f()` asks for one value of all that `$..a` finds: it becomes `$.f($..a)`.
PathProgram TurnScanIntoArgument(PathProgram path) {
  const auto first_function =
      std::find_if(path.steps.begin(), path.steps.end(),
                   [](const Step& step) { return step.kind == Step::Kind::kFunction; });
  auto scanned = std::make_unique<PathProgram>();
  scanned->steps.insert(scanned->steps.end(), std::make_move_iterator(path.steps.begin()),
                        std::make_move_iterator(first_function));
  path.steps.erase(path.steps.begin(), first_function);
  Seal(scanned.get());
  FunctionArgument argument;
  argument.path = std::move(scanned);
  path.steps.front().arguments.clear();
  path.steps.front().arguments.push_back(std::move(argument));
  Seal(&path);
  return path;
}

// The length of what a path selects is that of its children.
void CountChildrenInLength(PathProgram* path) {
  for (Step& step : path->steps) {
    if (step.kind != Step::Kind::kFunction || step.function != Function::kLength) continue;
    if (step.arguments.empty() || !step.arguments[0].path) continue;
    PathProgram& argument = *step.arguments[0].path;
    if (argument.steps.empty() || argument.ends_with_function()) continue;
    argument.steps.emplace_back().kind = Step::Kind::kWildcard;
    Seal(&argument);
  }
}

}  // namespace

absl::StatusOr<PathProgram> ParsePath(std::string_view text, ParseContext* context) {
  text = TrimBlanks(text);
  if (!text.starts_with('$') && !text.starts_with('@')) {
    return Invalid("a path must start with '$' or '@'");
  }
  if (text.ends_with('.')) return Invalid("a path must not end with '.' or '..'");
  if (context->nesting >= kMaxPathNesting) return Invalid("the path is nested too deeply");
  ++context->nesting;
  absl::StatusOr<PathProgram> parsed = PathParser(text, context).Parse();
  --context->nesting;
  if (!parsed.ok()) return parsed;
  PathProgram path = *std::move(parsed);
  if (path.ends_with_function() && path.steps.front().kind == Step::Kind::kScan) {
    path = TurnScanIntoArgument(std::move(path));
  }
  CountChildrenInLength(&path);
  return path;
}

}  // namespace pawl::query
