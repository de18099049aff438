#include "coordinator/query/jsonata/text/uri_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "coordinator/base/json.h"
#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

constexpr std::string_view kMarks = "-_.!~*'()";       // never encoded, as letters and digits
constexpr std::string_view kReserved = ";/?:@&=+$,#";  // what takes a whole URL apart

JsonataError BadUrl(std::string_view function, std::string_view text) {
  std::string value;
  AppendJsonString(text, &value, NumberStyle::kJavaScript);
  return MakeError("D3140", "Malformed URL passed to $" + std::string(function) + "(): " + value,
                   value);
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

Result<std::string> Encode(std::string_view text, std::string_view kept,
                           std::string_view function) {
  constexpr char kHex[] = "0123456789ABCDEF";
  if (FindInvalidUtf8(text) != std::string_view::npos) return BadUrl(function, text);
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (IsAlphanumeric(c) || kMarks.find(c) != std::string_view::npos ||
        kept.find(c) != std::string_view::npos) {
      encoded.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded.append({'%', kHex[byte >> 4], kHex[byte & 0xF]});
    }
  }
  return encoded;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The byte that `%XX` at `at` says, or -1.
int EscapedByte(std::string_view text, size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return -1;
  const int high = HexValue(text[at + 1]);
  const int low = HexValue(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

Result<std::string> Decode(std::string_view text, std::string_view kept,
                           std::string_view function) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '%') {
      decoded.push_back(text[at++]);
      continue;
    }
    const int lead = EscapedByte(text, at);
    if (lead < 0) return BadUrl(function, text);
    const size_t start = at;
    std::string character(1, static_cast<char>(lead));
    const size_t length = Utf8Length(static_cast<char>(lead));
    for (at += 3; character.size() < length; at += 3) {
      const int byte = EscapedByte(text, at);
      if (byte < 0) return BadUrl(function, text);
      character.push_back(static_cast<char>(byte));
    }
    if (FindInvalidUtf8(character) != std::string_view::npos) return BadUrl(function, text);
    const bool keep = kept.find(character) != std::string_view::npos;
    decoded.append(keep ? text.substr(start, at - start) : character);
  }
  return decoded;
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string LowBytes(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  std::string bytes;
  for (const char16_t unit : ToUtf16(text)) bytes.push_back(static_cast<char>(unit & 0xFF));
  return bytes;
}

// Both alphabets, and 64 for all else.
int Base64Value(char c) {
  static constexpr std::array<uint8_t, 256> kValues = [] {
    std::array<uint8_t, 256> values{};
    values.fill(64);
    for (size_t i = 0; i < kBase64.size(); ++i) {
      values[static_cast<unsigned char>(kBase64[i])] = static_cast<uint8_t>(i);
    }
    values['-'] = 62;
    values['_'] = 63;
    return values;
  }();
  return kValues[static_cast<unsigned char>(c)];
}

}  // namespace

Result<std::string> EncodeUrl(std::string_view text) {
  return Encode(text, kReserved, "encodeUrl");
}

Result<std::string> EncodeUrlComponent(std::string_view text) {
  return Encode(text, "", "encodeUrlComponent");
}

Result<std::string> DecodeUrl(std::string_view text) {
  return Decode(text, kReserved, "decodeUrl");
}

Result<std::string> DecodeUrlComponent(std::string_view text) {
  return Decode(text, "", "decodeUrlComponent");
}

std::string EncodeBase64(std::string_view text) {
  const std::string bytes = LowBytes(text);
  std::string encoded;
  encoded.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t j = i; j < i + 3; ++j) {
      three = three << 8 | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0);
    }
    for (int shift = 18; shift >= 0; shift -= 6)
      encoded.push_back(kBase64[(three >> shift) & 0x3F]);
    for (size_t missing = bytes.size() - i; missing < 3; ++missing) {
      encoded[encoded.size() - (3 - missing)] = '=';
    }
  }
  return encoded;
}

std::string DecodeBase64(std::string_view text) {
  std::string decoded;
  uint32_t bits = 0;
  int count = 0;
  // Node.js looks at the low byte of each unit here as well.
  for (const char c : LowBytes(text)) {
    if (c == '=') break;
    const int value = Base64Value(c);
    if (value == 64) continue;
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    AppendUtf8((bits >> count) & 0xFF, &decoded);
  }
  return decoded;
}

}  // namespace pawl::jsonata
