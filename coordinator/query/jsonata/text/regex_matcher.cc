#include "coordinator/query/jsonata/text/regex_matcher.h"

#include <algorithm>

namespace pawl::jsonata {
namespace {

using Op = RegexOp;

// 96 MB of ways to go back to.
constexpr size_t kMaxStack = 6u << 20;
// 64 MB of choices to remember.
constexpr uint64_t kMaxSeenBits = 512u << 20;
// Steps that raise no suspicion: some, and a few for each unit of the text.
constexpr int64_t kUnsuspicious = 20'000;
constexpr int64_t kUnsuspiciousPerUnit = 8;

bool IsWordUnit(uint32_t unit) {
  return (unit >= '0' && unit <= '9') || (unit >= 'a' && unit <= 'z') ||
         (unit >= 'A' && unit <= 'Z') || unit == '_';
}

}  // namespace

template <typename Unit>
RegexMatcher<Unit>::RegexMatcher(const RegexProgram& program, std::span<const Unit> text,
                                 int64_t steps)
    : program_(program),
      text_(text),
      size_(static_cast<uint32_t>(text.size())),
      steps_left_(steps),
      pause_(steps - kUnsuspicious - kUnsuspiciousPerUnit * static_cast<int64_t>(text.size())),
      slots_((program.group_count + 1) * 2, kUnset),
      registers_(program.register_count, 0) {
  if (!program.memorable) pause_ = 0;
  pause_ = std::max<int64_t>(pause_, 0);
}

template <typename Unit>
RegexOutcome RegexMatcher<Unit>::Search(size_t from) {
  RegexOutcome outcome = SearchFrom(&from);
  if (outcome == RegexOutcome::kTooSlow && steps_left_ > 0 && Remember()) {
    outcome = SearchFrom(&from);
  }
  return outcome;
}

// Moves `from` to where it has come.
template <typename Unit>
RegexOutcome RegexMatcher<Unit>::SearchFrom(size_t* from) {
  for (; *from <= size_; ++*from) {
    if (program_.first) {
      while (*from < size_ && !program_.first->Contains(UnitAt(static_cast<uint32_t>(*from)))) {
        ++*from;
        --steps_left_;
      }
      if (*from == size_) return RegexOutcome::kNoMatch;
    }
    std::fill(slots_.begin(), slots_.end(), kUnset);
    stack_.clear();
    const RegexOutcome outcome = Run(0, static_cast<uint32_t>(*from));
    if (outcome == RegexOutcome::kMatch) slots_[0] = static_cast<uint32_t>(*from);
    if (outcome != RegexOutcome::kNoMatch) return outcome;
  }
  return RegexOutcome::kNoMatch;
}

template <typename Unit>
bool RegexMatcher<Unit>::Remember() {
  if (!program_.memorable) return false;
  const uint64_t bits =
      uint64_t{program_.choice_count} * (program_.open_rounds_max + 1) * (uint64_t{size_} + 1);
  pause_ = 0;
  too_slow_ = false;
  if (bits > kMaxSeenBits) return true;  // goes on as it is, to the end of its steps
  seen_.assign(bits / 64 + 1, 0);
  remembers_ = true;
  return true;
}

template <typename Unit>
bool RegexMatcher<Unit>::FirstTime(const RegexInstruction& in, uint32_t position) {
  // Of the open rounds the outer ones have begun earlier: those that have got anywhere are the
  // first ones, and their number says all.
  uint64_t moved = 0;
  const auto& rounds = program_.rounds[in.choice];
  while (moved < rounds.size() && registers_[rounds[moved]] != position) ++moved;
  const uint64_t bit =
      (uint64_t{in.choice} * (program_.open_rounds_max + 1) + moved) * (uint64_t{size_} + 1) +
      position;
  const uint64_t mask = uint64_t{1} << (bit & 63);
  const bool first = (seen_[bit >> 6] & mask) == 0;
  seen_[bit >> 6] |= mask;
  return first;
}

template <typename Unit>
bool RegexMatcher<Unit>::Push(Kind kind, uint32_t pc, uint32_t position, uint32_t limit) {
  if (stack_.size() >= kMaxStack) {
    too_slow_ = true;
    steps_left_ = 0;
    return false;
  }
  stack_.push_back({kind, pc, position, limit});
  return true;
}

template <typename Unit>
void RegexMatcher<Unit>::Set(std::vector<uint32_t>* values, Kind kind, uint32_t index,
                             uint32_t value) {
  uint32_t& place = (*values)[index];
  if (place == value) return;
  Push(kind, index, place);
  place = value;
}

template <typename Unit>
void RegexMatcher<Unit>::TakeBack(const Entry& entry) {
  if (entry.kind == Kind::kSlot) slots_[entry.pc] = entry.position;
  if (entry.kind == Kind::kRegister) registers_[entry.pc] = entry.position;
}

// A run is taken up where it stood: one unit shorter, or one longer.
template <typename Unit>
bool RegexMatcher<Unit>::ResumeRun(const Entry& entry, uint32_t* pc, uint32_t* position) {
  const RegexInstruction& in = program_.code[entry.pc];
  uint32_t unit;
  if (!in.greedy && (!Read(in, entry.position, &unit) || !program_.sets[in.x].Contains(unit))) {
    return false;
  }
  const bool forward = in.greedy == in.backward;
  *position = forward ? entry.position + 1 : entry.position - 1;
  const bool endless = in.max == RegexNode::kForever;
  if (remembers_ && !in.greedy && endless && !FirstTime(in, *position)) return false;
  *pc = entry.pc + 1;
  return *position == entry.limit || Push(Kind::kRun, entry.pc, *position, entry.limit);
}

// Takes back what was written since the last choice and turns to its other way; false when there
// is no choice left above `base`.
template <typename Unit>
bool RegexMatcher<Unit>::GoBack(size_t base, uint32_t* pc, uint32_t* position) {
  while (stack_.size() > base) {
    const Entry entry = stack_.back();
    stack_.pop_back();
    TakeBack(entry);
    if (entry.kind == Kind::kChoice) {
      *pc = entry.pc;
      *position = entry.position;
      return true;
    }
    if (entry.kind == Kind::kRun && ResumeRun(entry, pc, position)) return true;
  }
  return false;
}

template <typename Unit>
RegexOutcome RegexMatcher<Unit>::Run(uint32_t pc, uint32_t position) {
  const size_t base = stack_.size();
  for (;;) {
    const RegexInstruction& in = program_.code[pc];
    if (in.op == Op::kAccept) {
      if (base == 0) slots_[1] = position;
      return RegexOutcome::kMatch;
    }
    if (--steps_left_ < pause_) too_slow_ = true;
    const bool ok = !too_slow_ && Step(in, &pc, &position);
    if (too_slow_) return RegexOutcome::kTooSlow;
    if (!ok && !GoBack(base, &pc, &position)) return RegexOutcome::kNoMatch;
  }
}

template <typename Unit>
bool RegexMatcher<Unit>::Step(const RegexInstruction& in, uint32_t* pc, uint32_t* position) {
  uint32_t unit;
  switch (in.op) {
    case Op::kUnit:
      if (!Read(in, *position, &unit) || unit != in.x) return false;
      *position += in.backward ? -1 : 1;
      break;
    case Op::kSet:
      if (!Read(in, *position, &unit) || !program_.sets[in.x].Contains(unit)) return false;
      *position += in.backward ? -1 : 1;
      break;
    case Op::kRun:
      return remembers_ && in.max == RegexNode::kForever ? StepRunRemembering(in, pc, position)
                                                         : StepRun(in, pc, position);
    case Op::kSplit:
      if (remembers_ && !FirstTime(in, *position)) return false;
      *pc = in.x;
      return Push(Kind::kChoice, in.y, *position);
    case Op::kJump:
      *pc = in.x;
      return true;
    case Op::kSave:
      Set(&slots_, Kind::kSlot, in.x, *position);
      break;
    case Op::kForget:
      for (uint32_t slot = in.x; slot < in.y; ++slot) Set(&slots_, Kind::kSlot, slot, kUnset);
      steps_left_ -= in.y - in.x;
      break;
    case Op::kMark:
      Set(&registers_, Kind::kRegister, in.x, *position);
      break;
    case Op::kProgress:
      if (registers_[in.x] == *position) return false;
      break;
    case Op::kSetZero:
      Set(&registers_, Kind::kRegister, in.x, 0);
      break;
    case Op::kCount:
      return StepCount(in, pc, *position);
    case Op::kCountUp:
      if (registers_[in.x] >= in.min && registers_[in.y] == *position) return false;
      Set(&registers_, Kind::kRegister, in.x, registers_[in.x] + 1);
      break;
    case Op::kBackreference:
      if (!StepBackreference(in, position)) return false;
      break;
    case Op::kTextStart:
      if (*position != 0 && !(program_.multiline && IsLineEnd(*position - 1))) return false;
      break;
    case Op::kTextEnd:
      if (*position != size_ && !(program_.multiline && IsLineEnd(*position))) return false;
      break;
    case Op::kWordEdge:
    case Op::kNoWordEdge:
      if (AtWordEdge(*position) != (in.op == Op::kWordEdge)) return false;
      break;
    case Op::kLook:
      return StepLook(in, pc, *position);
    case Op::kAccept:
      break;
  }
  ++*pc;
  return true;
}

template <typename Unit>
bool RegexMatcher<Unit>::StepRun(const RegexInstruction& in, uint32_t* pc, uint32_t* position) {
  // A run with a bound begins here at most once; what it leads to is remembered further on.
  if (remembers_ && !FirstTime(in, *position)) return false;
  const UnitSet& set = program_.sets[in.x];
  const uint32_t room = in.backward ? *position : size_ - *position;
  const uint32_t most = std::min(in.greedy ? in.max : in.min, room);
  uint32_t count = 0;
  if (in.backward) {
    while (count < most && set.Contains(UnitAt(*position - count - 1))) ++count;
  } else {
    while (count < most && set.Contains(UnitAt(*position + count))) ++count;
  }
  steps_left_ -= count / 4;
  if (count < in.min) return false;
  const auto at = [&](uint32_t units) {
    return in.backward ? *position - units : *position + units;
  };
  const uint32_t limit = at(in.greedy ? in.min : std::min(in.max, room));
  *position = at(count);
  if (*position != limit && !Push(Kind::kRun, *pc, *position, limit)) return false;
  ++*pc;
  return true;
}

// An endless run unit by unit, with a choice at each.
template <typename Unit>
bool RegexMatcher<Unit>::StepRunRemembering(const RegexInstruction& in, uint32_t* pc,
                                            uint32_t* position) {
  const UnitSet& set = program_.sets[in.x];
  const auto step = [&] {
    uint32_t unit;
    if (!Read(in, *position, &unit) || !set.Contains(unit)) return false;
    *position += in.backward ? -1 : 1;
    --steps_left_;
    return true;
  };
  for (uint32_t i = 0; i < in.min; ++i) {
    if (!step()) return false;
  }
  if (!in.greedy) {
    // Growing is left to ResumeRun.
    if (!FirstTime(in, *position)) return false;
    const uint32_t limit = in.backward ? 0 : size_;
    if (*position != limit && !Push(Kind::kRun, *pc, *position, limit)) return false;
    ++*pc;
    return true;
  }
  while (FirstTime(in, *position)) {
    const uint32_t before = *position;
    if (!step()) {
      ++*pc;
      return true;
    }
    if (!Push(Kind::kChoice, *pc + 1, before)) return false;
  }
  return false;
}

template <typename Unit>
bool RegexMatcher<Unit>::StepLook(const RegexInstruction& in, uint32_t* pc, uint32_t position) {
  const size_t base = stack_.size();
  const RegexOutcome outcome = Run(*pc + 1, position);
  if (outcome == RegexOutcome::kTooSlow) return false;
  const bool found = outcome == RegexOutcome::kMatch;
  if (found && in.negative) {
    while (stack_.size() > base) {
      TakeBack(stack_.back());
      stack_.pop_back();
    }
  } else if (found) {
    // Its other ways are of no interest any more; what it wrote may have to be taken back.
    const auto is_way = [](const Entry& entry) {
      return entry.kind == Kind::kChoice || entry.kind == Kind::kRun;
    };
    stack_.erase(
        std::remove_if(stack_.begin() + static_cast<ptrdiff_t>(base), stack_.end(), is_way),
        stack_.end());
  }
  if (found == in.negative) return false;
  *pc = in.x;
  return true;
}

template <typename Unit>
bool RegexMatcher<Unit>::StepCount(const RegexInstruction& in, uint32_t* pc, uint32_t position) {
  const uint32_t count = registers_[in.x];
  const uint32_t next = *pc + 1;
  if (count < in.min) {
    *pc = next;
    return true;
  }
  if (count >= in.max && in.max != RegexNode::kForever) {
    *pc = in.y;
    return true;
  }
  *pc = in.greedy ? next : in.y;
  return Push(Kind::kChoice, in.greedy ? in.y : next, position);
}

template <typename Unit>
bool RegexMatcher<Unit>::StepBackreference(const RegexInstruction& in, uint32_t* position) {
  const uint32_t begin = slots_[in.x * 2];
  const uint32_t end = slots_[in.x * 2 + 1];
  if (begin == kUnset || end == kUnset) return true;
  const uint32_t length = end - begin;
  steps_left_ -= length;
  if (in.backward ? *position < length : size_ - *position < length) return false;
  const uint32_t start = in.backward ? *position - length : *position;
  for (uint32_t i = 0; i < length; ++i) {
    const uint32_t a = UnitAt(begin + i);
    const uint32_t b = UnitAt(start + i);
    if (a == b) continue;
    if (!program_.ignore_case ||
        Canonicalize(static_cast<char16_t>(a)) != Canonicalize(static_cast<char16_t>(b))) {
      return false;
    }
  }
  *position = in.backward ? start : start + length;
  return true;
}

template <typename Unit>
bool RegexMatcher<Unit>::AtWordEdge(uint32_t position) const {
  const bool before = position > 0 && IsWordUnit(UnitAt(position - 1));
  const bool after = position < size_ && IsWordUnit(UnitAt(position));
  return before != after;
}

template <typename Unit>
bool RegexMatcher<Unit>::IsLineEnd(uint32_t index) const {
  const uint32_t unit = UnitAt(index);
  return unit == '\n' || unit == '\r' || unit == 0x2028 || unit == 0x2029;
}

template class RegexMatcher<char>;
template class RegexMatcher<char16_t>;

}  // namespace pawl::jsonata
