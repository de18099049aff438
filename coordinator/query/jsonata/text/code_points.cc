#include "coordinator/query/jsonata/text/code_points.h"

#include <unicode/ustring.h>

#include <algorithm>
#include <cmath>

#include "coordinator/query/jsonata/text/find_text.h"
#include "coordinator/query/jsonata/text/js_number.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

bool IsTail(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The byte at which the code point number `count` begins, or the end.
size_t Advance(std::string_view text, size_t at, double count) {
  for (; count >= 1 && at < text.size(); --count) {
    do {
      ++at;
    } while (at < text.size() && IsTail(text[at]));
  }
  return at;
}

// Half a pair at an edge may be found inside of a character, which bytes do not show.
bool HasHalfAtEdge(std::string_view text) {
  return text.size() >= 3 && (text[0] == '\xED' || text[text.size() - 3] == '\xED');
}

struct Span {
  size_t begin;
  size_t end;
};

// Where `token` is first; calls back with what stands before and behind it.
template <typename Use>
std::string AroundFirst(std::string_view text, std::string_view token, Use use) {
  if (!HasHalfAtEdge(token)) {
    const size_t at = FindText(text, token);
    if (at == std::string_view::npos) return std::string(text);
    return std::string(use(text, Span{at, at + token.size()}));
  }
  const std::u16string units = ToUtf16(text);
  const std::u16string wanted = ToUtf16(token);
  const size_t at = FindText(std::u16string_view(units), wanted);
  if (at == std::u16string::npos) return std::string(text);
  return FromUtf16(use(std::u16string_view(units), Span{at, at + wanted.size()}));
}

using CaseMapping = int32_t (*)(UChar*, int32_t, const UChar*, int32_t, const char*, UErrorCode*);

std::string MapCase(std::string_view text, CaseMapping mapping) {
  const std::u16string units = ToUtf16(text);
  std::u16string mapped(units.size() + 16, u'\0');
  for (;;) {
    UErrorCode status = U_ZERO_ERROR;
    // The empty locale is the root: nothing depends on where the process runs.
    const int32_t length = mapping(mapped.data(), static_cast<int32_t>(mapped.size()), units.data(),
                                   static_cast<int32_t>(units.size()), "", &status);
    const bool fits = static_cast<size_t>(length) <= mapped.size();
    mapped.resize(static_cast<size_t>(length));
    if (fits) return FromUtf16(mapped);
  }
}

std::string MapAscii(std::string_view text, char first, char last) {
  std::string mapped(text);
  for (char& c : mapped) {
    if (c >= first && c <= last) c = static_cast<char>(c ^ 0x20);
  }
  return mapped;
}

// JavaScript's ToUint32 of a positive number.
size_t ToUint32(double value) {
  return static_cast<size_t>(std::fmod(std::trunc(value), 4294967296.0));
}

template <typename Text, typename Emit>
void SplitBy(Text text, Text separator, size_t limit, Emit emit) {
  size_t start = 0;
  for (size_t count = 0; count < limit; ++count) {
    const size_t at = FindText(text, separator, start);
    emit(text.substr(start, at - start));
    if (at == Text::npos) return;
    start = at + separator.size();
  }
}

JsonataError TooLong(std::string_view function, size_t max_bytes) {
  return MakeError(kTooLongCode, "the result of $" + std::string(function) +
                                     " would be longer than " + std::to_string(max_bytes) +
                                     " bytes");
}

template <typename Text>
bool ReplaceIn(Text text, Text pattern, std::string_view replacement, double limit,
               size_t max_bytes, std::string* out) {
  const auto append = [&](Text part) {
    if constexpr (std::is_same_v<Text, std::string_view>) {
      AppendText(part, out);
    } else {
      AppendText(FromUtf16(part), out);
    }
  };
  size_t start = 0;
  for (double count = 0; count < limit; ++count) {
    const size_t at = FindText(text, pattern, start);
    if (at == Text::npos) break;
    if (out->size() + (at - start) + replacement.size() > max_bytes) return false;
    append(text.substr(start, at - start));
    AppendText(replacement, out);
    start = at + pattern.size();
  }
  append(text.substr(start));
  return out->size() <= max_bytes;
}

// The first `count` code points of `chars` said over and over.
std::string Padding(std::string_view chars, double count, size_t max_bytes) {
  std::string padding;
  double left = count;
  // Halves at both ends join when they meet: then more is needed for as many code points, and the
  // last one is not known before the next comes.
  if (HasHalfAtEdge(chars)) {
    for (double i = 0; i < count && padding.size() <= max_bytes; ++i) {
      AppendText(chars, &padding);
    }
    return std::string(SubstringByCodePoints(padding, 0, count));
  }
  const auto length = static_cast<double>(Length(chars));
  for (; left >= length; left -= length) padding.append(chars);
  return padding.append(chars.substr(0, Advance(chars, 0, left)));
}

}  // namespace

size_t Length(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsTail(c); }));
}

std::string_view SubstringByCodePoints(std::string_view text, double start,
                                       std::optional<double> length) {
  if (length && *length <= 0) return {};
  // Only what counts from the end needs to know where it is.
  double size = 0;
  if (start < 0) {
    size = static_cast<double>(Length(text));
    if (size + start < 0) start = 0;
  }
  const double end = length ? (start >= 0 ? start : size + start) + *length : HUGE_VAL;
  double first = std::trunc(start);
  if (first < 0) first += size;
  const size_t from = Advance(text, 0, first);
  if (end == HUGE_VAL) return text.substr(from);
  return text.substr(from, Advance(text, from, std::trunc(end) - first) - from);
}

std::string SubstringBefore(std::string_view text, std::string_view chars) {
  return AroundFirst(text, chars,
                     [](auto whole, Span found) { return whole.substr(0, found.begin); });
}

std::string SubstringAfter(std::string_view text, std::string_view chars) {
  return AroundFirst(text, chars, [](auto whole, Span found) { return whole.substr(found.end); });
}

bool Contains(std::string_view text, std::string_view token) {
  if (!HasHalfAtEdge(token)) return FindText(text, token) != std::string_view::npos;
  return FindText(ToUtf16(text), ToUtf16(token)) != std::u16string::npos;
}

std::string Uppercase(std::string_view text) {
  return IsAscii(text) ? MapAscii(text, 'a', 'z') : MapCase(text, &u_strToUpper);
}

std::string Lowercase(std::string_view text) {
  return IsAscii(text) ? MapAscii(text, 'A', 'Z') : MapCase(text, &u_strToLower);
}

std::string Trim(std::string_view text) {
  std::string trimmed;
  trimmed.reserve(text.size());
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!space) {
      trimmed.push_back(c);
    } else if (!trimmed.empty() && trimmed.back() != ' ') {
      trimmed.push_back(' ');
    }
  }
  if (!trimmed.empty() && trimmed.back() == ' ') trimmed.pop_back();
  return trimmed;
}

Result<std::string> Pad(std::string_view text, double width, std::string_view chars,
                        size_t max_bytes) {
  if (chars.empty()) chars = " ";
  width = std::trunc(width);
  const double missing = std::fabs(width) - static_cast<double>(Length(text));
  if (!(missing > 0)) return std::string(text);
  if (text.size() + missing > static_cast<double>(max_bytes)) return TooLong("pad", max_bytes);
  const double bytes =
      missing * static_cast<double>(chars.size()) / static_cast<double>(Length(chars));
  if (text.size() + bytes > static_cast<double>(max_bytes)) return TooLong("pad", max_bytes);
  const std::string padding = Padding(chars, missing, max_bytes);
  std::string padded(width > 0 ? text : padding);
  AppendText(width > 0 ? padding : text, &padded);
  return padded;
}

Result<std::vector<std::string>> Split(std::string_view text, std::string_view separator,
                                       std::optional<double> limit) {
  if (limit && *limit < 0) {
    return MakeError("D3020", "the third argument of $split is not negative", NumberText(*limit));
  }
  std::vector<std::string> parts;
  const size_t most = limit ? ToUint32(*limit) : static_cast<size_t>(-1);
  if (limit && !(*limit > 0)) return parts;
  if (separator.empty()) {
    const std::u16string units = ToUtf16(text);
    for (size_t i = 0; i < units.size() && i < most; ++i) {
      parts.push_back(FromUtf16(std::u16string_view(units).substr(i, 1)));
    }
  } else if (!HasHalfAtEdge(separator)) {
    SplitBy(text, separator, most, [&](std::string_view part) { parts.emplace_back(part); });
  } else {
    const std::u16string units = ToUtf16(text);
    const std::u16string wanted = ToUtf16(separator);
    SplitBy(std::u16string_view(units), std::u16string_view(wanted), most,
            [&](std::u16string_view part) { parts.push_back(FromUtf16(part)); });
  }
  return parts;
}

Result<std::string> Replace(std::string_view text, std::string_view pattern,
                            std::string_view replacement, std::optional<double> limit,
                            size_t max_bytes) {
  if (pattern.empty()) {
    return MakeError("D3010", "the second argument of $replace is not an empty text", "\"\"");
  }
  if (limit && *limit < 0) {
    return MakeError("D3011", "the fourth argument of $replace is not negative",
                     NumberText(*limit));
  }
  if (limit && !(*limit > 0)) return std::string(text);
  std::string result;
  const double most = limit ? *limit : HUGE_VAL;
  bool fits;
  if (HasHalfAtEdge(pattern)) {
    const std::u16string units = ToUtf16(text);
    const std::u16string wanted = ToUtf16(pattern);
    fits = ReplaceIn(std::u16string_view(units), std::u16string_view(wanted), replacement, most,
                     max_bytes, &result);
  } else {
    fits = ReplaceIn(text, pattern, replacement, most, max_bytes, &result);
  }
  if (!fits) return TooLong("replace", max_bytes);
  return result;
}

}  // namespace pawl::jsonata
