// Reads a JavaScript regular expression into a tree.

#ifndef PAWL_QUERY_JSONATA_TEXT_REGEX_PARSER_H_
#define PAWL_QUERY_JSONATA_TEXT_REGEX_PARSER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "coordinator/query/jsonata/error.h"
#include "coordinator/query/jsonata/text/unit_set.h"

namespace pawl::jsonata {

struct RegexNode {
  enum class Kind {
    kEmpty,
    kSet,            // one unit of `set`
    kSequence,       // `children` one after the other
    kAlternatives,   // the first of `children` that leads to a match
    kGroup,          // `children[0]`, remembered as group `number`
    kRepeat,         // `children[0]` from `min` to `max` times
    kBackreference,  // what group `number` matched
    kTextStart,      // ^
    kTextEnd,        // $
    kWordEdge,       // \b
    kNoWordEdge,     // \B
    kLook,           // children[0] matches here, ahead or behind, or does not
  };
  static constexpr uint32_t kForever = UINT32_MAX;

  Kind kind = Kind::kEmpty;
  UnitSet set;
  std::vector<std::unique_ptr<RegexNode>> children;
  uint32_t number = 0;
  uint32_t min = 0;
  uint32_t max = kForever;
  bool greedy = true;
  // kRepeat: the groups inside, from the first to before the last, which each round forgets.
  uint32_t first_group = 0;
  uint32_t end_group = 0;
  bool behind = false;
  bool negative = false;
};

struct RegexTree {
  std::unique_ptr<RegexNode> root;
  uint32_t group_count = 0;
};

// An error without a code, in JavaScript's words; kTooLongCode when groups are nested too deeply.
Result<RegexTree> ParseRegex(std::u16string_view pattern, bool ignore_case);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_PARSER_H_
