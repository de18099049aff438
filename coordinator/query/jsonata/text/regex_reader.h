// Reads the small parts of a JavaScript regular expression: numbers, names, escapes and classes.

#ifndef PAWL_QUERY_JSONATA_TEXT_REGEX_READER_H_
#define PAWL_QUERY_JSONATA_TEXT_REGEX_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/query/jsonata/text/unit_set.h"

namespace pawl::jsonata {

inline bool IsRegexDigit(char32_t c) { return c >= '0' && c <= '9'; }

// A place in a pattern that moves on as parts are taken. After an error it is at the end.
class RegexReader {
 protected:
  static constexpr char32_t kEnd = 0xFFFFFFFF;

  explicit RegexReader(std::u16string_view pattern) : pattern_(pattern) {}

  struct GroupCount {
    uint32_t count = 0;
    bool named = false;  // one of them has a name
  };
  // How many groups the whole pattern has, and whether one has a name, decides what `\1` and `\k`
  // mean.
  GroupCount CountGroups() const;

  char32_t Peek(size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? char32_t{pattern_[at_ + ahead]} : kEnd;
  }
  bool Take(char16_t c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  bool Take(std::u16string_view text) {
    if (!pattern_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  void Fail(const char* message) {
    if (error_.empty()) error_ = message;
    at_ = pattern_.size();
  }

  uint32_t TakeNumber();  // UINT32_MAX when it is larger
  // The rest of `<name>`; nothing when it is none.
  std::optional<std::u16string> TakeName();
  // \d, \D, \s, \S, \w, \W.
  std::optional<UnitSet> TakeClassEscape();
  // The unit that an escape stands for, behind its backslash.
  char32_t TakeUnitEscape(bool in_class);
  // What stands in brackets, as it stands there: neither with other cases nor inverted.
  UnitSet TakeClass(bool* inverted);

  std::u16string_view pattern_;
  size_t at_ = 0;
  std::string error_;  // the first one

 private:
  std::optional<char32_t> TakeNameEscape();
  std::optional<char32_t> TakeHex(size_t count);
  char32_t TakeOctal();
  int64_t TakeClassAtom(UnitSet* set);
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_READER_H_
