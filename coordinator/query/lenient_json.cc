#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/path_parser.h"
#include "coordinator/query/text_cursor.h"

namespace pawl::query {
namespace {

class LenientReader {
 public:
  LenientReader(std::string_view text, ParseContext* context) : cursor_(text), context_(context) {}

  absl::StatusOr<Json> Read() {
    absl::StatusOr<Json> value = ReadValue();
    if (!value.ok()) return value;
    SkipWhitespace();
    if (!cursor_.AtEnd()) return Unexpected();
    return value;
  }

 private:
  absl::Status Unexpected() const {
    return absl::InvalidArgumentError(
        StrCat("unexpected text in a literal at position ", cursor_.position()));
  }

  void SkipWhitespace() {
    while (!cursor_.AtEnd() && std::strchr(" \t\r\n", cursor_.Current())) cursor_.Advance();
  }

  bool Consume(char c) {
    SkipWhitespace();
    if (cursor_.Current() != c) return false;
    cursor_.Advance();
    return true;
  }

  absl::StatusOr<Json> ReadValue() {
    if (context_->nesting >= kMaxPathNesting) return Unexpected();
    ++context_->nesting;
    absl::StatusOr<Json> value = Consume('[')   ? ReadArray()
                                 : Consume('{') ? ReadObject()
                                                : ReadScalar();
    --context_->nesting;
    return value;
  }

  absl::StatusOr<Json> ReadArray() {
    std::vector<Json> items;
    while (!Consume(']')) {
      if (Consume(',')) continue;
      absl::StatusOr<Json> item = ReadValue();
      if (!item.ok()) return item;
      items.push_back(*item);
    }
    return Json::Array(items, context_->arena);
  }

  absl::StatusOr<Json> ReadObject() {
    std::vector<JsonMember> members;
    while (!Consume('}')) {
      if (Consume(',')) continue;
      absl::StatusOr<std::string_view> key = ReadText();
      if (!key.ok()) return key.status();
      if (!Consume(':')) return Unexpected();
      absl::StatusOr<Json> value = ReadValue();
      if (!value.ok()) return value;
      members.push_back({*key, *value});
    }
    return Json::Object(members, context_->arena);
  }

  absl::StatusOr<Json> ReadScalar() {
    const bool quoted = cursor_.Current() == '\'' || cursor_.Current() == '"';
    absl::StatusOr<std::string_view> text = ReadText();
    if (!text.ok()) return text.status();
    if (!quoted) {
      absl::StatusOr<Json> scalar = ParseJson(*text, context_->arena);
      if (scalar.ok()) return scalar;
    }
    return Json::String(*text);
  }

  // A quoted string, or a bare word up to the next sign that ends it.
  absl::StatusOr<std::string_view> ReadText() {
    SkipWhitespace();
    const char quote = cursor_.Current();
    const size_t start = cursor_.position();
    if (quote == '\'' || quote == '"') {
      const std::optional<size_t> end = cursor_.FindUnescaped(quote, start + 1);
      if (!end) return Unexpected();
      cursor_.MoveTo(*end + 1);
      return context_->arena->Copy(Unescape(cursor_.Slice(start + 1, *end)));
    }
    while (!cursor_.AtEnd() && !std::strchr(",:[]{}", cursor_.Current())) cursor_.Advance();
    std::string_view word = cursor_.Slice(start, cursor_.position());
    while (!word.empty() && std::strchr(" \t\r\n", word.back())) word.remove_suffix(1);
    if (word.empty()) return Unexpected();
    return context_->arena->Copy(word);
  }

  TextCursor cursor_;
  ParseContext* context_;
};

}  // namespace

absl::StatusOr<Json> ParseLenientJson(std::string_view text, ParseContext* context) {
  return LenientReader(text, context).Read();
}

}  // namespace pawl::query
