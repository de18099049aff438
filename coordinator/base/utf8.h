// UTF-8, looked at byte by byte.

#ifndef PAWL_BASE_UTF8_H_
#define PAWL_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

// The offset of the first byte that is not part of valid UTF-8 (RFC 3629: no surrogates, no
// overlong forms), or npos.
size_t FindInvalidUtf8(std::string_view text);

// The same text with U+FFFD in the place of every byte that is not part of valid UTF-8.
std::string ReplaceInvalidUtf8(std::string_view text);

// The same text with `?` in the place of halves of surrogate pairs (three bytes each), as Java
// writes strings with them. Makes UTF-8 of a string that came out of JSON.
std::string MaskSurrogates(std::string_view text);

// How many bytes the character has that starts with `lead`, in valid UTF-8.
inline size_t Utf8Length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// How many UTF-16 units valid UTF-8 takes: the length of a string in Java and in JavaScript.
size_t CountUtf16(std::string_view text);

// Negative, zero or positive: the order of the UTF-16 units, which is that of Java's
// String.compareTo and of JavaScript. It differs from the order of the bytes beyond U+FFFF.
int CompareUtf16(std::string_view a, std::string_view b);

// Takes surrogates as well, as three bytes.
void AppendUtf8(uint32_t code_point, std::string* out);

}  // namespace pawl

#endif  // PAWL_BASE_UTF8_H_
