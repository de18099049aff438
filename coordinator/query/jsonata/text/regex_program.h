// What a regular expression becomes: instructions for the matcher.

#ifndef PAWL_QUERY_JSONATA_TEXT_REGEX_PROGRAM_H_
#define PAWL_QUERY_JSONATA_TEXT_REGEX_PROGRAM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/query/jsonata/error.h"
#include "coordinator/query/jsonata/text/regex_parser.h"
#include "coordinator/query/jsonata/text/unit_set.h"

namespace pawl::jsonata {

enum class RegexOp : uint8_t {
  kUnit,           // the unit x
  kSet,            // a unit of set x
  kRun,            // units of set x, min to max of them
  kSplit,          // go on at x, and if that fails at y
  kJump,           // go on at x
  kSave,           // slot x is here
  kForget,         // the slots from x to before y are unset
  kMark,           // register x is here
  kProgress,       // fail when register x is here
  kSetZero,        // register x is 0
  kCount,          // a round of a counted loop: on at the next while register x < min, at y when it
                   // is max, else either, the next one first when greedy
  kCountUp,        // one more in register x; fail when it is beyond min and register y is here
  kBackreference,  // what the slots of group x say
  kTextStart,
  kTextEnd,
  kWordEdge,
  kNoWordEdge,
  kLook,  // the next instructions, to kAccept, match here (or not, when negative); on at x
  kAccept,
};

struct RegexInstruction {
  RegexOp op;
  bool backward = false;  // inside of a look behind: what is read lies before the position
  bool greedy = true;
  bool negative = false;
  uint32_t x = 0;
  uint32_t y = 0;
  uint32_t min = 0;
  uint32_t max = 0;
  uint32_t choice = 0;  // kSplit, kRun: a number of its own
  // kSplit: of the registers that say where the open rounds began, how many there are.
  uint32_t open_rounds = 0;
};

struct RegexProgram {
  std::string source;
  bool ignore_case = false;
  bool multiline = false;
  uint32_t group_count = 0;
  uint32_t register_count = 0;
  uint32_t choice_count = 0;
  uint32_t open_rounds_max = 0;
  // Whether what follows depends on the instruction and the position alone, and on whether the open
  // rounds have got anywhere. Then what failed once need not be tried again.
  bool memorable = true;
  std::vector<RegexInstruction> code;
  std::vector<UnitSet> sets;
  // The registers of kMark that are open at a choice, the outermost first, by choice number.
  std::vector<std::vector<uint32_t>> rounds;
  // What a match can begin with; nothing when it may be empty.
  std::optional<UnitSet> first;
};

// kTooLongCode when the program would be too large.
Result<RegexProgram> CompileRegex(const RegexTree& tree, bool ignore_case, bool multiline);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_PROGRAM_H_
