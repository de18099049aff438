// The protocol between the functions that take patterns and what they take: a regular expression,
// or any function that gives {match, start, end, groups, next}.

#ifndef PAWL_QUERY_JSONATA_MATCHER_H_
#define PAWL_QUERY_JSONATA_MATCHER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/text/js_regex.h"

namespace pawl::jsonata {

// Runs through the matches of a text.
class Matcher {
 public:
  Matcher(Evaluator* evaluator, Json function, Json text);

  // Each is false when there is no match (any more), or when the evaluation has failed.
  bool First();
  bool Next();
  // The first from there on, of a regular expression.
  bool Find(size_t from);

  // Of the current match. Positions are UTF-16 units.
  size_t start() const { return start_; }
  size_t end() const { return end_; }
  size_t match_length() const { return match_length_; }
  // As a regular expression finds them, or whatever a function said they are.
  Json MatchText();
  Json Start();
  Json Groups();  // an array; undefined for a group that took no part
  // As functions see it: {match, start, end, groups, next}.
  Json Object();
  void AppendReplacementTo(std::string_view replacement, std::string* out);
  const RegexSubject& subject() const { return subject_; }

 private:
  bool Take(Json result);

  Evaluator& evaluator_;
  const Json callee_;
  const Function& function_;  // the same
  const Json text_;
  const RegexSubject subject_;
  RegexMatch match_;
  Json object_;  // of the current match, when a function gave it
  size_t start_ = 0;
  size_t end_ = 0;
  size_t match_length_ = 0;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_MATCHER_H_
