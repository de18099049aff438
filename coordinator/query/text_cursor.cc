#include "coordinator/query/text_cursor.h"

#include <charconv>
#include <cstdint>

#include "coordinator/base/utf8.h"

namespace pawl::query {
namespace {

char ClosingOf(char open) {
  switch (open) {
    case '(':
      return ')';
    case '[':
      return ']';
    default:
      return '}';
  }
}

// What `\c` stands for; 0 when it is `c` itself.
char ControlFor(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

std::optional<uint32_t> HexUnit(std::string_view digits) {
  uint32_t unit = 0;
  if (digits.size() < 4) return std::nullopt;
  auto [stop, error] = std::from_chars(digits.data(), digits.data() + 4, unit, 16);
  if (error != std::errc() || stop != digits.data() + 4) return std::nullopt;
  return unit;
}

// Reads the four digits behind `\u` at `at`, and the low half of a surrogate pair behind them.
size_t AppendUnicodeEscape(std::string_view text, size_t at, std::string* out) {
  const std::optional<uint32_t> unit = HexUnit(text.substr(at));
  if (!unit) {
    out->push_back('u');
    return at;
  }
  at += 4;
  if (*unit >= 0xD800 && *unit <= 0xDBFF && text.substr(at, 2) == "\\u") {
    const std::optional<uint32_t> low = HexUnit(text.substr(at + 2));
    if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
      AppendUtf8(0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00), out);
      return at + 6;
    }
  }
  AppendUtf8(*unit, out);
  return at;
}

}  // namespace

std::optional<size_t> TextCursor::FindUnescaped(char c, size_t from) const {
  for (size_t i = from; i < text_.size(); ++i) {
    if (text_[i] != c) continue;
    size_t backslashes = 0;
    while (backslashes < i && text_[i - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return i;
  }
  return std::nullopt;
}

std::optional<size_t> TextCursor::FindClosing(size_t open, bool skip_patterns) const {
  const char opening = At(open);
  const char closing = ClosingOf(opening);
  int depth = 1;
  for (size_t i = open + 1; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '\'' || c == '"' || (c == '/' && skip_patterns)) {
      const std::optional<size_t> end = FindUnescaped(c, i + 1);
      if (!end) return std::nullopt;
      i = *end;
    } else if (c == opening) {
      ++depth;
    } else if (c == closing && --depth == 0) {
      return i;
    }
  }
  return std::nullopt;
}

std::string Unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char c = text[++i];
    if (c == 'u') {
      i = AppendUnicodeEscape(text, i + 1, &out) - 1;
    } else {
      const char control = ControlFor(c);
      out.push_back(control != 0 ? control : c);
    }
  }
  return out;
}

}  // namespace pawl::query
