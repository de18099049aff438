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

#include "coordinator/query/jsonata/text/regex_program.h"

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
  static constexpr uint32_t kUnset = UINT32_MAX;
  const std::vector<uint32_t>& slots() const { return slots_; }

 private:
  enum class Kind : uint8_t { kChoice, kRun, kSlot, kRegister };
  // What to do when a way fails: go on elsewhere, or take back what was written.
  struct Entry {
    Kind kind;
    uint32_t pc;        // kSlot, kRegister: its index
    uint32_t position;  // kSlot, kRegister: what it was
    uint32_t limit;     // kRun: where it may shrink or grow to
  };

  RegexOutcome SearchFrom(size_t* from);
  bool Remember();
  // From `pc` to kAccept. A match leaves on the stack what takes its writing back.
  RegexOutcome Run(uint32_t pc, uint32_t position);
  void TakeBack(const Entry& entry);
  bool ResumeRun(const Entry& entry, uint32_t* pc, uint32_t* position);
  bool GoBack(size_t base, uint32_t* pc, uint32_t* position);
  bool Push(Kind kind, uint32_t pc, uint32_t position, uint32_t limit = 0);
  void Set(std::vector<uint32_t>* values, Kind kind, uint32_t index, uint32_t value);

  // Each carries out one instruction at *pc and *position, moves both, and is false when it fails.
  bool Step(const RegexInstruction& in, uint32_t* pc, uint32_t* position);
  bool StepRun(const RegexInstruction& in, uint32_t* pc, uint32_t* position);
  bool StepRunRemembering(const RegexInstruction& in, uint32_t* pc, uint32_t* position);
  bool StepLook(const RegexInstruction& in, uint32_t* pc, uint32_t position);
  bool StepCount(const RegexInstruction& in, uint32_t* pc, uint32_t position);
  bool StepBackreference(const RegexInstruction& in, uint32_t* position);

  // False when this choice was made at this position before, and so has failed.
  bool FirstTime(const RegexInstruction& in, uint32_t position);
  bool AtWordEdge(uint32_t position) const;
  bool IsLineEnd(uint32_t index) const;
  uint32_t UnitAt(uint32_t index) const {
    return sizeof(Unit) == 1 ? static_cast<unsigned char>(text_[index])
                             : static_cast<uint32_t>(text_[index]);
  }
  // The unit that an instruction reads at `position`, if there is one.
  bool Read(const RegexInstruction& in, uint32_t position, uint32_t* unit) const {
    if (in.backward ? position == 0 : position == size_) return false;
    *unit = UnitAt(in.backward ? position - 1 : position);
    return true;
  }

  const RegexProgram& program_;
  const std::span<const Unit> text_;
  const uint32_t size_;
  int64_t steps_left_;
  int64_t pause_;  // the steps left at which remembering is considered
  bool too_slow_ = false;
  bool remembers_ = false;
  std::vector<uint64_t> seen_;
  std::vector<uint32_t> slots_;
  std::vector<uint32_t> registers_;
  std::vector<Entry> stack_;
};

extern template class RegexMatcher<char>;
extern template class RegexMatcher<char16_t>;

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_REGEX_MATCHER_H_
