// JavaScript's regular expressions (ECMA-262 with Annex B; flags `i` and `m`), in bounded time.
//
// Positions are UTF-16 units, as JavaScript's. A pattern is compiled once and may be used by many
// threads at once.

#ifndef PAWL_QUERY_JSONATA_TEXT_JS_REGEX_H_
#define PAWL_QUERY_JSONATA_TEXT_JS_REGEX_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

// A text to be searched, turned into units once, however many searches follow. Refers to `text`,
// which must outlive it.
class RegexSubject {
 public:
  explicit RegexSubject(std::string_view text);

  size_t size() const { return ascii_ ? text_.size() : units_.size(); }  // in units
  std::string Slice(size_t begin, size_t end) const;
  bool ascii() const { return ascii_; }
  std::string_view text() const { return text_; }
  std::u16string_view units() const { return units_; }

 private:
  std::string_view text_;
  bool ascii_;
  std::u16string units_;  // empty when all is ASCII
};

struct RegexMatch {
  static constexpr size_t kUnset = static_cast<size_t>(-1);
  struct Span {
    size_t begin = kUnset;  // kUnset: the group took no part in the match
    size_t end = kUnset;
  };
  Span whole;
  std::vector<Span> groups;  // the first is group 1
};

struct RegexProgram;

class Regex {
 public:
  // The most steps one Find may take. A pattern without backreferences, lookaround and large
  // counted groups needs no more than its size times the size of the text and never gets there.
  static constexpr int64_t kDefaultSteps = 50'000'000;

  // An error without a code when the pattern is not one, in JavaScript's words; kTooLongCode when
  // it is too large.
  static Result<Regex> Compile(std::string_view pattern, bool ignore_case, bool multiline);
  static Result<Regex> Compile(std::u16string_view pattern, bool ignore_case, bool multiline);

  // The first match that begins at `from` or behind. kTooSlowCode when it takes more than `steps`
  // steps to tell.
  Result<bool> Find(const RegexSubject& subject, size_t from, RegexMatch* match,
                    int64_t steps = kDefaultSteps) const;

  size_t group_count() const;
  // As written between the slashes.
  const std::string& source() const;

 private:
  explicit Regex(std::shared_ptr<const RegexProgram> program) : program_(std::move(program)) {}

  std::shared_ptr<const RegexProgram> program_;
};

// $replace's replacement for one match: `$0`, `$1`, ..., `$$` are put in, by the rules of the
// reference implementation. Appends to `out`.
void AppendReplacement(std::string_view replacement, const RegexSubject& subject,
                       const RegexMatch& match, std::string* out);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_JS_REGEX_H_
