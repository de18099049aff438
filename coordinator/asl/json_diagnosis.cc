#include "coordinator/asl/json_diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

namespace pawl::asl {
namespace {

constexpr size_t kMaxQuotedBytes = 500;  // Jackson quotes no more of the source
constexpr std::string_view kAnyToken =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

bool IsTokenCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) || c == '_' || c == '$' || byte >= 0x80;
}

std::string LocationOf(std::string_view text, size_t position) {
  const std::string_view before = text.substr(0, position);
  const size_t line = 1 + static_cast<size_t>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_begin =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  size_t quoted = std::min(text.size(), kMaxQuotedBytes);
  while (quoted < text.size() && quoted > 0 &&
         (static_cast<unsigned char>(text[quoted]) & 0xC0) == 0x80) {
    --quoted;
  }
  const std::string cut =
      quoted < text.size() ? fmt::format("[truncated {} chars]", text.size() - quoted) : "";
  return fmt::format("[Source: (String)\"{}\"{}; line: {}, column: {}]", text.substr(0, quoted),
                     cut, line, position - line_begin + 1);
}

// Walks over the text until the first mistake. Containers are kept on a stack of its own, so that
// depth costs no call stack.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  // Nothing when no mistake of a known kind was found.
  std::optional<std::string> FirstMistake() {
    if (!Value()) return mistake_;
    while (!open_.empty()) {
      if (!AfterValue()) return mistake_;
    }
    SkipSpace();
    if (!AtEnd()) Unexpected("expected end-of-input behind the root value");
    return mistake_;
  }

  // Where the parser stood when it noticed: behind the character that was wrong.
  size_t position() const { return at_; }

 private:
  bool AtEnd() const { return at_ >= text_.size(); }
  bool InObject() const { return text_[open_.back()] == '{'; }

  void SkipSpace() {
    while (!AtEnd() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  bool Mistake(std::string message) {
    mistake_ = std::move(message);
    return false;
  }

  bool Unexpected(std::string_view expected) {
    const char c = text_[at_++];
    return Mistake(fmt::format("Unexpected character ('{}' (code {})): {}", c,
                               static_cast<unsigned char>(c), expected));
  }

  bool EndOfInput() {
    if (open_.empty()) return Mistake("No content to map due to end-of-input");
    return Mistake(
        fmt::format("Unexpected end-of-input: expected close marker for {} (start marker at {})",
                    InObject() ? "Object" : "Array", LocationOf(text_, open_.back())));
  }

  // Reads a value; of a container that is not empty, only what comes before its first value.
  bool Value() {
    for (;;) {
      SkipSpace();
      if (AtEnd()) return EndOfInput();
      const char c = text_[at_];
      if (c == '"') return String();
      if (c == '-' || std::isdigit(static_cast<unsigned char>(c))) return Number();
      if (c != '{' && c != '[') return Literal();
      open_.push_back(at_++);
      SkipSpace();
      if (AtEnd()) return EndOfInput();
      if (text_[at_] == (c == '{' ? '}' : ']')) {
        ++at_;
        open_.pop_back();
        return true;
      }
      if (c == '{' && !Key()) return false;
    }
  }

  // Behind a value inside a container: its end, or a comma and the next value.
  bool AfterValue() {
    SkipSpace();
    if (AtEnd()) return EndOfInput();
    const bool object = InObject();
    if (text_[at_] == (object ? '}' : ']')) {
      ++at_;
      open_.pop_back();
      return true;
    }
    if (text_[at_] != ',') {
      return Unexpected(object ? "was expecting comma to separate Object entries"
                               : "was expecting comma to separate Array entries");
    }
    ++at_;
    return (!object || Key()) && Value();
  }

  bool Key() {
    SkipSpace();
    if (AtEnd()) return EndOfInput();
    if (text_[at_] != '"') return Unexpected("was expecting double-quote to start field name");
    if (!String()) return false;
    SkipSpace();
    if (AtEnd()) return EndOfInput();
    if (text_[at_] != ':') {
      return Unexpected("was expecting a colon to separate field name and value");
    }
    ++at_;
    return true;
  }

  bool String() {
    for (++at_; !AtEnd(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) {
        ++at_;
        return Mistake(
            fmt::format("Illegal unquoted character ((CTRL-CHAR, code {})): has to be "
                        "escaped using backslash to be included in string value",
                        static_cast<int>(c)));
      }
      if (c == '\\' && !Escape()) return false;
    }
    return Mistake("Unexpected end-of-input: was expecting closing quote for a string value");
  }

  // On the backslash; ends on the last character of the escape.
  bool Escape() {
    if (++at_ >= text_.size()) return true;  // String() reports the end of the input
    const char c = text_[at_];
    if (std::string_view("\"\\/bfnrtu").find(c) != std::string_view::npos) return true;
    ++at_;
    return Mistake(fmt::format("Unrecognized character escape '{}' (code {})", c,
                               static_cast<unsigned char>(c)));
  }

  bool Number() {
    while (!AtEnd() && (IsTokenCharacter(text_[at_]) ||
                        std::string_view("+-.").find(text_[at_]) != std::string_view::npos)) {
      ++at_;
    }
    return true;
  }

  bool Literal() {
    const size_t begin = at_;
    while (!AtEnd() && IsTokenCharacter(text_[at_])) ++at_;
    const std::string_view token = text_.substr(begin, at_ - begin);
    if (token == "true" || token == "false" || token == "null") return true;
    if (token.empty()) return Unexpected(fmt::format("expected a valid value {}", kAnyToken));
    return Mistake(fmt::format("Unrecognized token '{}': was expecting {}",
                               token.substr(0, kMaxQuotedBytes), kAnyToken));
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<size_t> open_;  // where the containers around this place begin
  std::optional<std::string> mistake_;
};

}  // namespace

JsonDiagnosis DiagnoseJson(std::string_view text, std::string_view otherwise) {
  Walker walker(text);
  std::optional<std::string> mistake = walker.FirstMistake();
  if (!mistake.has_value()) return {std::string(otherwise), LocationOf(text, 0)};
  return {*std::move(mistake), LocationOf(text, walker.position())};
}

}  // namespace pawl::asl
