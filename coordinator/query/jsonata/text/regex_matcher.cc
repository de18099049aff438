#include "coordinator/query/jsonata/text/regex_matcher.h"

#include <algorithm>

namespace pawl::jsonata {
namespace {

using Op = RegexOp;

// Steps that raise no suspicion: some, and a few for each unit of the text.
constexpr int64_t kUnsuspicious = 20'000;
constexpr int64_t kUnsuspiciousPerUnit = 8;

}  // namespace

template <typename Unit>
RegexMatcher<Unit>::RegexMatcher(const RegexProgram& program, std::span<const Unit> text,
                                 int64_t steps)
    : program_(program),
      text_(text),
      steps_left_(steps),
      pause_(steps - kUnsuspicious - kUnsuspiciousPerUnit * static_cast<int64_t>(text.size())),
      trail_((program.group_count + 1) * 2, program.register_count) {
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
  for (; *from <= text_.size(); ++*from) {
    if (program_.first) {
      while (*from < text_.size() &&
             !program_.first->Contains(text_.At(static_cast<uint32_t>(*from)))) {
        ++*from;
        --steps_left_;
      }
      if (*from == text_.size()) return RegexOutcome::kNoMatch;
    }
    trail_.Clear();
    const RegexOutcome outcome = Run(0, static_cast<uint32_t>(*from));
    if (outcome == RegexOutcome::kMatch) trail_.FixSlot(0, static_cast<uint32_t>(*from));
    if (outcome != RegexOutcome::kNoMatch) return outcome;
  }
  return RegexOutcome::kNoMatch;
}

// A run is taken up where it stood: one unit shorter, or one longer.
template <typename Unit>
bool RegexMatcher<Unit>::ResumeRun(const Entry& entry, uint32_t* pc, uint32_t* position) {
  const RegexInstruction& in = program_.code[entry.pc];
  uint32_t unit;
  if (!in.greedy &&
      (!text_.Read(entry.position, in.backward, &unit) || !program_.sets[in.x].Contains(unit))) {
    return false;
  }
  const bool forward = in.greedy == in.backward;
  *position = forward ? entry.position + 1 : entry.position - 1;
  const bool endless = in.max == RegexNode::kForever;
  if (memory_.is_on() && !in.greedy && endless && !FirstTime(in, *position)) return false;
  *pc = entry.pc + 1;
  return *position == entry.limit || Push(Kind::kRun, entry.pc, *position, entry.limit);
}

// Takes back what was written since the last choice and turns to its other way; false when there
// is no choice left above `base`.
template <typename Unit>
bool RegexMatcher<Unit>::GoBack(size_t base, uint32_t* pc, uint32_t* position) {
  while (trail_.size() > base) {
    const Entry entry = trail_.Pop();
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
  const size_t base = trail_.size();
  for (;;) {
    const RegexInstruction& in = program_.code[pc];
    if (in.op == Op::kAccept) {
      if (base == 0) trail_.FixSlot(1, position);
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
      if (!text_.Read(*position, in.backward, &unit) || unit != in.x) return false;
      *position += in.backward ? -1 : 1;
      break;
    case Op::kSet:
      if (!text_.Read(*position, in.backward, &unit) || !program_.sets[in.x].Contains(unit))
        return false;
      *position += in.backward ? -1 : 1;
      break;
    case Op::kRun:
      return memory_.is_on() && in.max == RegexNode::kForever ? StepRunRemembering(in, pc, position)
                                                              : StepRun(in, pc, position);
    case Op::kSplit:
      if (memory_.is_on() && !FirstTime(in, *position)) return false;
      *pc = in.x;
      return Push(Kind::kChoice, in.y, *position);
    case Op::kJump:
      *pc = in.x;
      return true;
    case Op::kSave:
      Noted(trail_.SetSlot(in.x, *position));
      break;
    case Op::kForget:
      for (uint32_t slot = in.x; slot < in.y; ++slot) Noted(trail_.SetSlot(slot, kUnset));
      steps_left_ -= in.y - in.x;
      break;
    case Op::kMark:
    case Op::kSetZero:
      Noted(trail_.SetRegister(in.x, in.op == Op::kMark ? *position : 0));
      break;
    case Op::kProgress:
      if (trail_.registers()[in.x] == *position) return false;
      break;
    case Op::kCount:
      return StepCount(in, pc, *position);
    case Op::kCountUp:
      if (trail_.registers()[in.x] >= in.min && trail_.registers()[in.y] == *position) return false;
      Noted(trail_.SetRegister(in.x, trail_.registers()[in.x] + 1));
      break;
    case Op::kBackreference:
      if (!StepBackreference(in, position)) return false;
      break;
    case Op::kTextStart:
    case Op::kTextEnd:
    case Op::kWordEdge:
    case Op::kNoWordEdge:
      if (!Holds(in.op, *position)) return false;
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
bool RegexMatcher<Unit>::Holds(Op assertion, uint32_t position) const {
  switch (assertion) {
    case Op::kTextStart:
      return text_.AtStart(position, program_.multiline);
    case Op::kTextEnd:
      return text_.AtEnd(position, program_.multiline);
    default:
      return text_.AtWordEdge(position) == (assertion == Op::kWordEdge);
  }
}

template <typename Unit>
bool RegexMatcher<Unit>::StepRun(const RegexInstruction& in, uint32_t* pc, uint32_t* position) {
  // A run with a bound begins here at most once; what it leads to is remembered further on.
  if (memory_.is_on() && !FirstTime(in, *position)) return false;
  const UnitSet& set = program_.sets[in.x];
  const uint32_t room = in.backward ? *position : text_.size() - *position;
  const uint32_t most = std::min(in.greedy ? in.max : in.min, room);
  uint32_t count = 0;
  if (in.backward) {
    while (count < most && set.Contains(text_.At(*position - count - 1))) ++count;
  } else {
    while (count < most && set.Contains(text_.At(*position + count))) ++count;
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
    if (!text_.Read(*position, in.backward, &unit) || !set.Contains(unit)) return false;
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
    const uint32_t limit = in.backward ? 0 : text_.size();
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
  const size_t base = trail_.size();
  const RegexOutcome outcome = Run(*pc + 1, position);
  if (outcome == RegexOutcome::kTooSlow) return false;
  const bool found = outcome == RegexOutcome::kMatch;
  if (found && in.negative) {
    while (trail_.size() > base) trail_.Pop();
  } else if (found) {
    trail_.DropWays(base);  // of no interest any more
  }
  if (found == in.negative) return false;
  *pc = in.x;
  return true;
}

template <typename Unit>
bool RegexMatcher<Unit>::StepCount(const RegexInstruction& in, uint32_t* pc, uint32_t position) {
  const uint32_t count = trail_.registers()[in.x];
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
  const uint32_t begin = trail_.slots()[in.x * 2];
  const uint32_t end = trail_.slots()[in.x * 2 + 1];
  if (begin == kUnset || end == kUnset) return true;
  const uint32_t length = end - begin;
  steps_left_ -= length;
  if (in.backward ? *position < length : text_.size() - *position < length) return false;
  const uint32_t start = in.backward ? *position - length : *position;
  for (uint32_t i = 0; i < length; ++i) {
    const uint32_t a = text_.At(begin + i);
    const uint32_t b = text_.At(start + i);
    if (a == b) continue;
    if (!program_.ignore_case ||
        Canonicalize(static_cast<char16_t>(a)) != Canonicalize(static_cast<char16_t>(b))) {
      return false;
    }
  }
  *position = in.backward ? start : start + length;
  return true;
}

template class RegexMatcher<char>;
template class RegexMatcher<char16_t>;

}  // namespace pawl::jsonata
