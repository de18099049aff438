// Strings as JavaScript sees them: sequences of 16-bit units.
//
// Pawl keeps strings as UTF-8 in which half a surrogate pair takes three bytes (WTF-8, see
// base/json.h). The two forms hold the same texts. Where JSONata's rules are about units, and not
// about characters, the work is done on units.

#ifndef PAWL_QUERY_JSONATA_TEXT_UTF16_H_
#define PAWL_QUERY_JSONATA_TEXT_UTF16_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::jsonata {

std::u16string ToUtf16(std::string_view text);
std::string FromUtf16(std::u16string_view units);

// Whether every byte is below 0x80: then bytes, units and code points are the same.
bool IsAscii(std::string_view text);

// Appends `text` as JavaScript's `+` does: half a pair at the end of `out` and the other half at
// the start of `text` become one character.
void AppendText(std::string_view text, std::string* out);

// The code point that starts at `at`, which is moved behind it. `text` is WTF-8.
char32_t NextCodePoint(std::string_view text, size_t* at);
// The code point that starts at `at`, which is moved behind it; half a pair stands for itself.
char32_t NextCodePoint(std::u16string_view units, size_t* at);
void AppendCodePoint(char32_t code_point, std::u16string* out);

// White space and line ends as JavaScript's `\s` has them.
bool IsJsSpace(char32_t unit);

// JavaScript's String.prototype.substring, slice and substr, for positions of any size and sign.
std::u16string_view Substring(std::u16string_view text, ptrdiff_t begin, ptrdiff_t end);
std::u16string_view Slice(std::u16string_view text, ptrdiff_t begin, ptrdiff_t end);
std::u16string_view Substr(std::u16string_view text, ptrdiff_t begin, ptrdiff_t length);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_UTF16_H_
