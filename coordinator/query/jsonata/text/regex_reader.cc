#include "coordinator/query/jsonata/text/regex_reader.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

bool IsOctal(char32_t c) { return c >= '0' && c <= '7'; }
bool IsLetter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int HexValue(char32_t c) {
  if (IsRegexDigit(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

}  // namespace

RegexReader::GroupCount RegexReader::CountGroups() const {
  GroupCount groups;
  bool in_class = false;
  for (size_t i = 0; i < pattern_.size(); ++i) {
    const char16_t c = pattern_[i];
    if (c == u'\\') {
      ++i;
    } else if (in_class) {
      in_class = c != u']';
    } else if (c == u'[') {
      in_class = true;
    } else if (c == u'(') {
      const std::u16string_view rest = pattern_.substr(i + 1);
      const bool named =
          rest.starts_with(u"?<") && !rest.starts_with(u"?<=") && !rest.starts_with(u"?<!");
      if (named || !rest.starts_with(u"?")) ++groups.count;
      groups.named = groups.named || named;
    }
  }
  return groups;
}

uint32_t RegexReader::TakeNumber() {
  uint64_t number = 0;
  for (; IsRegexDigit(Peek()); ++at_) {
    number = std::min<uint64_t>(number * 10 + (Peek() - '0'), UINT32_MAX);
  }
  return static_cast<uint32_t>(number);
}

// The rest of `<name>`.
std::optional<std::u16string> RegexReader::TakeName() {
  std::u16string name;
  while (at_ < pattern_.size() && Peek() != '>') {
    char32_t c = NextCodePoint(pattern_, &at_);
    if (c == '\\') {
      const auto escaped = Take(u'u') ? TakeNameEscape() : std::nullopt;
      if (!escaped) return std::nullopt;
      c = *escaped;
    }
    const bool fits =
        c == '$' || c == '_' ||
        (name.empty() ? u_isIDStart(static_cast<UChar32>(c)) : u_isIDPart(static_cast<UChar32>(c)));
    if (!fits) return std::nullopt;
    AppendCodePoint(c, &name);
  }
  if (name.empty() || !Take(u'>')) return std::nullopt;
  return name;
}

std::optional<char32_t> RegexReader::TakeNameEscape() {
  if (!Take(u'{')) return TakeHex(4);
  char32_t value = 0;
  while (HexValue(Peek()) >= 0 && value <= 0x10FFFF) {
    value = value * 16 + static_cast<char32_t>(HexValue(Peek()));
    ++at_;
  }
  if (!Take(u'}') || value > 0x10FFFF) return std::nullopt;
  return value;
}

// Exactly so many hexadecimal digits, or nothing is taken.
std::optional<char32_t> RegexReader::TakeHex(size_t count) {
  char32_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    const int digit = HexValue(Peek(i));
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  at_ += count;
  return value;
}

// \d, \D, \s, \S, \w, \W.
std::optional<UnitSet> RegexReader::TakeClassEscape() {
  const char32_t c = Peek();
  UnitSet set;
  switch (c) {
    case 'd':
    case 'D':
      set = UnitSet::Digits();
      break;
    case 's':
    case 'S':
      set = UnitSet::Spaces();
      break;
    case 'w':
    case 'W':
      set = UnitSet::WordUnits();
      break;
    default:
      return std::nullopt;
  }
  ++at_;
  if (c < 'a') set.Invert();
  return set;
}

// The unit that the escape stands for, behind its backslash.
char32_t RegexReader::TakeUnitEscape(bool in_class) {
  const char32_t c = Peek();
  if (IsOctal(c)) return TakeOctal();
  ++at_;
  switch (c) {
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case 'x':
      return TakeHex(2).value_or('x');
    case 'u':
      return TakeHex(4).value_or('u');
    case 'c': {
      const char32_t control = Peek();
      if (IsLetter(control) || (in_class && (IsRegexDigit(control) || control == '_'))) {
        ++at_;
        return control & 0x1F;
      }
      --at_;  // the backslash stands for itself, and so does the `c`
      return '\\';
    }
    default:
      return c;
  }
}

// Up to three digits, not beyond \377.
char32_t RegexReader::TakeOctal() {
  char32_t value = 0;
  for (int i = 0; i < 3 && IsOctal(Peek()) && value * 8 + (Peek() - '0') <= 0377; ++i) {
    value = value * 8 + (Peek() - '0');
    ++at_;
  }
  return value;
}

// One member of a class: a unit, or -1 with what `\d` and its kin stand for added to `set`.
int64_t RegexReader::TakeClassAtom(UnitSet* set) {
  const char32_t c = Peek();
  ++at_;
  if (c != '\\') return c;
  if (Peek() == kEnd) {
    Fail("\\ at end of pattern");
    return -1;
  }
  if (const auto escape = TakeClassEscape()) {
    set->Add(*escape);
    return -1;
  }
  if (Take(u'b')) return '\b';
  return TakeUnitEscape(true);
}

UnitSet RegexReader::TakeClass(bool* inverted) {
  ++at_;
  *inverted = Take(u'^');
  UnitSet set;
  const auto add = [&set](int64_t unit) {
    if (unit >= 0) set.Add(static_cast<uint32_t>(unit), static_cast<uint32_t>(unit));
  };
  while (at_ < pattern_.size() && Peek() != ']') {
    const int64_t first = TakeClassAtom(&set);
    if (Peek() != '-' || Peek(1) == ']' || Peek(1) == kEnd) {
      add(first);
      continue;
    }
    ++at_;
    const int64_t last = TakeClassAtom(&set);
    if (first < 0 || last < 0) {  // a range of more than units: all three stand for themselves
      add(first);
      add('-');
      add(last);
    } else if (first > last) {
      Fail("Range out of order in character class");
    } else {
      set.Add(static_cast<uint32_t>(first), static_cast<uint32_t>(last));
    }
  }
  if (!Take(u']')) Fail("Unterminated character class");
  return set;
}

}  // namespace pawl::jsonata
