#include <utility>

#include "absl/status/status.h"
#include "coordinator/asl/intrinsic_call.h"
#include "coordinator/base/strings.h"

namespace pawl::asl {
namespace {

constexpr int kMaxNestedCalls = 10;  // AWS: "up to 10 nested intrinsic functions"
constexpr std::string_view kPrefix = "States.";

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

absl::Status Invalid(std::string_view message) {
  return absl::InvalidArgumentError(ToAbsl(message));
}

// call     = 'States.' name '(' [ argument { ',' argument } ] ')'
// argument = call | path | string | number | 'true' | 'false' | 'null'
class IntrinsicParser {
 public:
  IntrinsicParser(std::string_view text, JsonArena* literals) : text_(text), literals_(literals) {}

  absl::StatusOr<std::unique_ptr<CompiledCall>> Parse() {
    absl::StatusOr<std::unique_ptr<CompiledCall>> call = ReadCall(1);
    if (!call.ok()) return call;
    SkipBlanks();
    if (at_ != text_.size()) return Unexpected();
    return call;
  }

 private:
  char Current() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipBlanks() {
    while (IsBlank(Current())) ++at_;
  }
  bool Consume(char c) {
    SkipBlanks();
    if (Current() != c) return false;
    ++at_;
    return true;
  }
  absl::Status Unexpected() const {
    return Invalid(StrCat("unexpected text at position ", at_, " of an intrinsic function call"));
  }

  absl::StatusOr<std::unique_ptr<CompiledCall>> ReadCall(int depth);
  absl::Status ReadArguments(int depth, CompiledCall* call);
  absl::StatusOr<CompiledCall::Argument> ReadArgument(int depth, bool keep_escapes);
  absl::StatusOr<CompiledCall::Argument> ReadPath();
  absl::StatusOr<CompiledCall::Argument> ReadString(bool keep_escapes);
  absl::StatusOr<CompiledCall::Argument> ReadScalar();
  size_t EndOfPath() const;

  std::string_view text_;
  JsonArena* literals_;
  size_t at_ = 0;
};

absl::StatusOr<std::unique_ptr<CompiledCall>> IntrinsicParser::ReadCall(int depth) {
  if (depth > kMaxNestedCalls) {
    return Invalid(StrCat("more than ", kMaxNestedCalls, " nested intrinsic functions"));
  }
  SkipBlanks();
  if (!text_.substr(at_).starts_with(kPrefix)) return Unexpected();
  at_ += kPrefix.size();
  const size_t start = at_;
  while (IsNameCharacter(Current())) ++at_;
  const std::string_view name = text_.substr(start, at_ - start);
  auto call = std::make_unique<CompiledCall>();
  call->function = FindIntrinsic(name);
  if (call->function == nullptr) {
    return Invalid(StrCat("there is no intrinsic function States.", name));
  }
  if (absl::Status status = ReadArguments(depth, call.get()); !status.ok()) return status;
  const size_t count = call->arguments.size();
  if (count < call->function->least_arguments || count > call->function->most_arguments) {
    return Invalid(StrCat("wrong number of arguments of States.", name, ": ", count));
  }
  return call;
}

absl::Status IntrinsicParser::ReadArguments(int depth, CompiledCall* call) {
  if (!Consume('(')) return Unexpected();
  if (Consume(')')) return absl::OkStatus();
  do {
    // States.Format reads the escapes of its template itself: `\{` is a brace, `{}` a place.
    const bool is_template = call->function->name == "Format" && call->arguments.empty();
    absl::StatusOr<CompiledCall::Argument> argument = ReadArgument(depth, is_template);
    if (!argument.ok()) return argument.status();
    call->arguments.push_back(*std::move(argument));
  } while (Consume(','));
  return Consume(')') ? absl::OkStatus() : Unexpected();
}

absl::StatusOr<CompiledCall::Argument> IntrinsicParser::ReadArgument(int depth, bool keep_escapes) {
  SkipBlanks();
  if (Current() == '$') return ReadPath();
  if (Current() == '\'') return ReadString(keep_escapes);
  if (!text_.substr(at_).starts_with(kPrefix)) return ReadScalar();
  absl::StatusOr<std::unique_ptr<CompiledCall>> call = ReadCall(depth + 1);
  if (!call.ok()) return call.status();
  return CompiledCall::Argument(*std::move(call));
}

// A path ends before the comma or bracket that is not within its own brackets or quotes.
size_t IntrinsicParser::EndOfPath() const {
  int depth = 0;
  char quote = '\0';
  for (size_t i = at_; i < text_.size(); ++i) {
    const char c = text_[i];
    if (quote != '\0') {
      if (c == '\\') {
        ++i;
      } else if (c == quote) {
        quote = '\0';
      }
    } else if ((c == '\'' || c == '"') && depth > 0) {
      quote = c;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ')')) {
      return i;
    } else if (c == ']' || c == ')') {
      --depth;
    }
  }
  return text_.size();
}

absl::StatusOr<CompiledCall::Argument> IntrinsicParser::ReadPath() {
  const size_t end = EndOfPath();
  std::string_view text = text_.substr(at_, end - at_);
  while (IsBlank(text.back())) text.remove_suffix(1);  // the first one is `$`
  absl::StatusOr<query::JsonPath> path = query::JsonPath::Compile(text);
  if (!path.ok()) return path.status();
  at_ = end;
  return CompiledCall::Argument(*std::move(path));
}

absl::StatusOr<CompiledCall::Argument> IntrinsicParser::ReadString(bool keep_escapes) {
  std::string value;
  for (++at_; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\'') {
      ++at_;
      return CompiledCall::Argument(Json::String(value, literals_));
    }
    if (c != '\\') {
      value.push_back(c);
      continue;
    }
    const char escaped = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (escaped != '\'' && escaped != '{' && escaped != '}' && escaped != '\\') {
      return Invalid(StrCat("only ', {, } and \\ may be escaped, position ", at_));
    }
    if (keep_escapes) value.push_back('\\');
    value.push_back(escaped);
    ++at_;
  }
  return Invalid("a string is not closed");
}

absl::StatusOr<CompiledCall::Argument> IntrinsicParser::ReadScalar() {
  const size_t start = at_;
  while (at_ < text_.size() && Current() != ',' && Current() != ')' && !IsBlank(Current())) ++at_;
  absl::StatusOr<Json> value = ParseJson(text_.substr(start, at_ - start), literals_);
  const bool scalar = value.ok() && (value->is_number() || value->is_bool() || value->is_null());
  if (!scalar) {
    at_ = start;
    return Unexpected();
  }
  return CompiledCall::Argument(*value);
}

}  // namespace

absl::StatusOr<std::unique_ptr<CompiledCall>> ParseIntrinsic(std::string_view text,
                                                             JsonArena* literals) {
  return IntrinsicParser(text, literals).Parse();
}

}  // namespace pawl::asl
