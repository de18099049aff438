#include "coordinator/query/jsonata/text/utf16.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "coordinator/base/utf8.h"

namespace pawl::jsonata {
namespace {

bool IsHigh(char32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLow(char32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// The half of a pair that the three bytes at `at` hold, or 0.
char32_t SurrogateAt(std::string_view text, size_t at) {
  if (at + 3 > text.size() || text[at] != '\xED') return 0;
  const char32_t second = static_cast<unsigned char>(text[at + 1]);
  const char32_t third = static_cast<unsigned char>(text[at + 2]);
  return second < 0xA0 ? 0 : 0xD000 | ((second & 0x3F) << 6) | (third & 0x3F);
}

size_t Clamp(ptrdiff_t position, size_t size) {
  return static_cast<size_t>(std::clamp<ptrdiff_t>(position, 0, static_cast<ptrdiff_t>(size)));
}

}  // namespace

bool IsAscii(std::string_view text) {
  size_t i = 0;
  for (uint64_t eight; text.size() - i >= sizeof(eight); i += sizeof(eight)) {
    std::memcpy(&eight, text.data() + i, sizeof(eight));
    if ((eight & 0x8080808080808080u) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) >= 0x80) return false;
  }
  return true;
}

char32_t NextCodePoint(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : char32_t{0};
  };
  const size_t start = *at;
  const char32_t lead = byte(start);
  *at = std::min(text.size(), start + Utf8Length(text[start]));
  if (lead < 0x80) return lead;
  if (lead < 0xE0) return (lead & 0x1F) << 6 | (byte(start + 1) & 0x3F);
  if (lead < 0xF0) {
    return (lead & 0x0F) << 12 | (byte(start + 1) & 0x3F) << 6 | (byte(start + 2) & 0x3F);
  }
  return (lead & 0x07) << 18 | (byte(start + 1) & 0x3F) << 12 | (byte(start + 2) & 0x3F) << 6 |
         (byte(start + 3) & 0x3F);
}

char32_t NextCodePoint(std::u16string_view units, size_t* at) {
  const char32_t unit = units[(*at)++];
  if (!IsHigh(unit) || *at == units.size() || !IsLow(units[*at])) return unit;
  return 0x10000 + ((unit - 0xD800) << 10) + (units[(*at)++] - 0xDC00);
}

void AppendCodePoint(char32_t code_point, std::u16string* out) {
  if (code_point < 0x10000) {
    out->push_back(static_cast<char16_t>(code_point));
    return;
  }
  code_point -= 0x10000;
  out->push_back(static_cast<char16_t>(0xD800 + (code_point >> 10)));
  out->push_back(static_cast<char16_t>(0xDC00 + (code_point & 0x3FF)));
}

std::u16string ToUtf16(std::string_view text) {
  std::u16string units;
  units.reserve(text.size());
  for (size_t at = 0; at < text.size();) AppendCodePoint(NextCodePoint(text, &at), &units);
  return units;
}

std::string FromUtf16(std::u16string_view units) {
  std::string text;
  text.reserve(units.size());
  for (size_t at = 0; at < units.size();) AppendUtf8(NextCodePoint(units, &at), &text);
  return text;
}

void AppendText(std::string_view text, std::string* out) {
  if (text.empty()) return;
  if (text[0] == '\xED' && out->size() >= 3) {
    const char32_t low = SurrogateAt(text, 0);
    const char32_t high = SurrogateAt(*out, out->size() - 3);
    if (IsLow(low) && IsHigh(high)) {
      out->resize(out->size() - 3);
      AppendUtf8(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), out);
      text.remove_prefix(3);
    }
  }
  out->append(text);
}

bool IsJsSpace(char32_t unit) {
  if (unit < 0x80) return unit == ' ' || (unit >= '\t' && unit <= '\r');
  return unit == 0xA0 || unit == 0x1680 || (unit >= 0x2000 && unit <= 0x200A) || unit == 0x2028 ||
         unit == 0x2029 || unit == 0x202F || unit == 0x205F || unit == 0x3000 || unit == 0xFEFF;
}

std::u16string_view Substring(std::u16string_view text, ptrdiff_t begin, ptrdiff_t end) {
  const size_t from = Clamp(begin, text.size());
  const size_t to = Clamp(end, text.size());
  return text.substr(std::min(from, to), std::max(from, to) - std::min(from, to));
}

std::u16string_view Slice(std::u16string_view text, ptrdiff_t begin, ptrdiff_t end) {
  const auto size = static_cast<ptrdiff_t>(text.size());
  const size_t from = Clamp(begin < 0 ? size + begin : begin, text.size());
  const size_t to = Clamp(end < 0 ? size + end : end, text.size());
  return from < to ? text.substr(from, to - from) : std::u16string_view();
}

std::u16string_view Substr(std::u16string_view text, ptrdiff_t begin, ptrdiff_t length) {
  const auto size = static_cast<ptrdiff_t>(text.size());
  const size_t from = Clamp(begin < 0 ? size + begin : begin, text.size());
  return length <= 0 ? std::u16string_view() : text.substr(from, static_cast<size_t>(length));
}

}  // namespace pawl::jsonata
