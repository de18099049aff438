// Runs a compiled regular expression: tries, goes back, tries the next way.
//
// Going back can take time exponential in the text's length (`(a+)+b`). So, when a search has taken
// suspiciously many steps, and the program is `memorable`, it begins anew and remembers each choice
// that has failed at each position: then no choice is tried twice, and the time is bounded by the
// size of the program times the length of the text. All else is bounded by a number of steps.

#ifndef PAWL_QUERY_JSONATA_TEXT_REGEX_MATCHER_H_
#define PAWL_QUERY_JSONATA_TEXT_REGEX_MATCHER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "coordinator/query/jsonata/text/regex_memory.h"
#include "coordinator/query/jsonata/text/regex_program.h"
#include "coordinator/query/jsonata/text/regex_text.h"
#include "coordinator/query/jsonata/text/regex_trail.h"

namespace pawl::jsonata {

enum class RegexOutcome { kMatch, kNoMatch, kTooSlow };

// `Unit` is char for ASCII texts, char16_t for all others.
template <typename Unit>
class RegexMatcher {
 public:
  RegexMatcher(const RegexProgram& program, std::span<const Unit> text, int64_t steps);

  // The first match that begins at `from` or behind.
  RegexOutcome Search(size_t from);

  // After a match: begin and end of the whole, then of each group; kUnset where it took no part.
  static constexpr uint32_t kUnset = RegexTrail::kUnset;
  const std::vector<uint32_t>& slots() const { return trail_.slots(); }

 private:
  using Kind = RegexTrail::Kind;
  using Entry = RegexTrail::Entry;

  RegexOutcome SearchFrom(size_t* from);
  // Gets ready to begin anew with a memory; or without one, when that would be too large: the
  // search then goes on as it is, to the end of its steps.
  bool Remember() {
    if (!program_.memorable) return false;
    pause_ = 0;
    too_slow_ = false;
    memory_.TurnOn(program_, text_.size());
    return true;
  }
  // From `pc` to kAccept. A match leaves on the stack what takes its writing back.
  RegexOutcome Run(uint32_t pc, uint32_t position);
  bool ResumeRun(const Entry& entry, uint32_t* pc, uint32_t* position);
  bool GoBack(size_t base, uint32_t* pc, uint32_t* position);
  // Gives the search up when the trail had no room.
  bool Noted(bool had_room) {
    if (!had_room) {
      too_slow_ = true;
      steps_left_ = 0;
    }
    return had_room;
  }
  bool Push(Kind kind, uint32_t pc, uint32_t position, uint32_t limit = 0) {
    return Noted(trail_.Push(kind, pc, position, limit));
  }

  // Each carries out one instruction at *pc and *position, moves both, and is false when it fails.
  bool Step(const RegexInstruction& in, uint32_t* pc, uint32_t* position);
  bool StepRun(const RegexInstruction& in, uint32_t* pc, uint32_t* position);
  bool StepRunRemembering(const RegexInstruction& in, uint32_t* pc, uint32_t* position);
  bool StepLook(const RegexInstruction& in, uint32_t* pc, uint32_t position);
  bool StepCount(const RegexInstruction& in, uint32_t* pc, uint32_t position);
  bool StepBackreference(const RegexInstruction& in, uint32_t* position);

  // Whether an instruction that asks about a position, and takes nothing, succeeds there.
  bool Holds(RegexOp assertion, uint32_t position) const;
  bool FirstTime(const RegexInstruction& in, uint32_t position) {
    return memory_.FirstTime(in, position, trail_.registers());
  }

  const RegexProgram& program_;
  const RegexText<Unit> text_;
  int64_t steps_left_;
  int64_t pause_;  // the steps left at which remembering is considered
  bool too_slow_ = false;
  RegexMemory memory_;
  RegexTrail trail_;
};

extern template class RegexMatcher<char>;
extern template class RegexMatcher<char16_t>;

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_MATCHER_H_
