#include <algorithm>
#include <utility>

#include "coordinator/query/jsonata/text/regex_program.h"

namespace pawl::jsonata {
namespace {

using Kind = RegexNode::Kind;
using Op = RegexOp;

constexpr size_t kMaxInstructions = 50'000;
// A counted group is written out as often as it may occur up to this many instructions; a larger
// one counts in a register.
constexpr uint64_t kMaxWrittenOut = 2'000;

// How many units a match of the node has at least.
uint64_t MinLength(const RegexNode& node) {
  uint64_t length = 0;
  switch (node.kind) {
    case Kind::kSet:
      return 1;
    case Kind::kSequence:
    case Kind::kGroup:
      for (const auto& child : node.children) length += MinLength(*child);
      return std::min<uint64_t>(length, 1u << 30);
    case Kind::kAlternatives:
      length = UINT64_MAX;
      for (const auto& child : node.children) length = std::min(length, MinLength(*child));
      return length;
    case Kind::kRepeat:
      return std::min<uint64_t>(MinLength(*node.children[0]) * node.min, 1u << 30);
    default:
      return 0;
  }
}

// About how many instructions the node becomes.
uint64_t Size(const RegexNode& node) {
  uint64_t size = 2;
  for (const auto& child : node.children) size += Size(*child);
  if (node.kind != Kind::kRepeat || node.children[0]->kind == Kind::kSet) return size;
  const uint64_t times = node.max == RegexNode::kForever ? node.min + 1 : node.max;
  return size * times > kMaxWrittenOut ? size + 6 : (size + 4) * times;
}

// Adds what a match of the node can begin with; true when it may also be empty.
bool AddFirst(const RegexNode& node, UnitSet* first) {
  switch (node.kind) {
    case Kind::kSet:
      first->Add(node.set);
      return false;
    case Kind::kSequence:
    case Kind::kGroup:
      return std::all_of(node.children.begin(), node.children.end(),
                         [first](const auto& child) { return AddFirst(*child, first); });
    case Kind::kAlternatives: {
      bool empty = false;
      for (const auto& child : node.children) empty = AddFirst(*child, first) || empty;
      return empty;
    }
    case Kind::kRepeat:
      if (node.max == 0) return true;
      return AddFirst(*node.children[0], first) || node.min == 0;
    case Kind::kBackreference:
      first->Add(0, 0xFFFF);
      return true;
    default:
      return true;
  }
}

class Compiler {
 public:
  Result<RegexProgram> Compile(const RegexTree& tree, bool ignore_case, bool multiline) {
    program_.ignore_case = ignore_case;
    program_.multiline = multiline;
    program_.group_count = tree.group_count;
    Emit(*tree.root);
    Put({Op::kAccept});
    if (too_large_) return MakeError(kTooLongCode, "this regular expression is too large");
    UnitSet first;
    if (!AddFirst(*tree.root, &first)) {
      first.Seal();
      program_.first = std::move(first);
    }
    return std::move(program_);
  }

 private:
  uint32_t here() const { return static_cast<uint32_t>(program_.code.size()); }

  uint32_t Put(RegexInstruction instruction) {
    too_large_ = too_large_ || program_.code.size() >= kMaxInstructions;
    if (too_large_) program_.code.clear();
    instruction.backward = backward_;
    if (instruction.op == Op::kSplit || instruction.op == Op::kRun ||
        instruction.op == Op::kCount) {
      instruction.choice = program_.choice_count++;
      instruction.open_rounds = static_cast<uint32_t>(rounds_.size());
      program_.rounds.push_back(rounds_);
      program_.open_rounds_max = std::max(program_.open_rounds_max, instruction.open_rounds);
    }
    program_.code.push_back(instruction);
    return here() - 1;
  }

  RegexInstruction& At(uint32_t index) {
    return program_.code[std::min<size_t>(index, program_.code.size() - 1)];
  }

  uint32_t PutSet(const UnitSet& set) {
    program_.sets.push_back(set);
    return static_cast<uint32_t>(program_.sets.size() - 1);
  }

  void Emit(const RegexNode& node) {
    if (too_large_) return;
    switch (node.kind) {
      case Kind::kEmpty:
        return;
      case Kind::kSet:
        return EmitSet(node.set);
      case Kind::kSequence:
        return EmitSequence(node);
      case Kind::kAlternatives:
        return EmitAlternatives(node);
      case Kind::kGroup:
        return EmitGroup(node);
      case Kind::kRepeat:
        return EmitRepeat(node);
      case Kind::kBackreference:
        program_.memorable = false;
        Put({.op = Op::kBackreference, .x = node.number});
        return;
      case Kind::kTextStart:
        Put({Op::kTextStart});
        return;
      case Kind::kTextEnd:
        Put({Op::kTextEnd});
        return;
      case Kind::kWordEdge:
        Put({Op::kWordEdge});
        return;
      case Kind::kNoWordEdge:
        Put({Op::kNoWordEdge});
        return;
      case Kind::kLook:
        return EmitLook(node);
    }
  }

  void EmitSet(const UnitSet& set) {
    const int32_t only = set.only();
    if (only >= 0) {
      Put({.op = Op::kUnit, .x = static_cast<uint32_t>(only)});
    } else {
      Put({.op = Op::kSet, .x = PutSet(set)});
    }
  }

  void EmitSequence(const RegexNode& node) {
    if (!backward_) {
      for (const auto& child : node.children) Emit(*child);
    } else {
      for (size_t i = node.children.size(); i-- > 0;) Emit(*node.children[i]);
    }
  }

  void EmitAlternatives(const RegexNode& node) {
    std::vector<uint32_t> ends;
    for (size_t i = 0; i < node.children.size(); ++i) {
      const bool last = i + 1 == node.children.size();
      const uint32_t split = last ? 0 : Put({.op = Op::kSplit, .x = here() + 1});
      Emit(*node.children[i]);
      if (last || too_large_) break;
      ends.push_back(Put({Op::kJump}));
      At(split).y = here();
    }
    if (too_large_) return;
    for (const uint32_t end : ends) At(end).x = here();
  }

  void EmitGroup(const RegexNode& node) {
    const uint32_t begin = node.number * 2;
    Put({.op = Op::kSave, .x = backward_ ? begin + 1 : begin});
    Emit(*node.children[0]);
    Put({.op = Op::kSave, .x = backward_ ? begin : begin + 1});
  }

  void EmitLook(const RegexNode& node) {
    program_.memorable = false;
    const bool outer = std::exchange(backward_, node.behind);
    // Rounds that are open outside stay open: a look never goes on with them.
    const uint32_t look = Put({.op = Op::kLook, .negative = node.negative});
    Emit(*node.children[0]);
    Put({Op::kAccept});
    backward_ = outer;
    if (!too_large_) At(look).x = here();
  }

  // One round. ECMA-262's RepeatMatcher: it forgets the groups inside, and one that is not asked
  // for fails when it has matched nothing.
  void EmitRound(const RegexNode& node, bool may_be_empty) {
    const RegexNode& body = *node.children[0];
    const bool watch = !may_be_empty && MinLength(body) == 0;
    const uint32_t mark = watch ? program_.register_count++ : 0;
    if (watch) {
      Put({.op = Op::kMark, .x = mark});
      rounds_.push_back(mark);
    }
    if (node.first_group < node.end_group) {
      Put({.op = Op::kForget, .x = node.first_group * 2, .y = node.end_group * 2});
    }
    Emit(body);
    if (watch) {
      rounds_.pop_back();
      Put({.op = Op::kProgress, .x = mark});
    }
  }

  // A choice between the next instruction and one to be named later.
  uint32_t PutSplit(bool greedy) {
    const uint32_t split = Put({.op = Op::kSplit});
    (greedy ? At(split).x : At(split).y) = here();
    return split;
  }

  void EmitRepeat(const RegexNode& node) {
    if (node.max == 0) return;
    const RegexNode& body = *node.children[0];
    if (body.kind == Kind::kSet) {
      const uint32_t set = PutSet(body.set);
      Put({.op = Op::kRun, .greedy = node.greedy, .x = set, .min = node.min, .max = node.max});
      return;
    }
    const bool forever = node.max == RegexNode::kForever;
    const uint64_t times = forever ? node.min + 1 : node.max;
    if (times > 1 && (Size(body) + 4) * times > kMaxWrittenOut) return EmitCounted(node);
    for (uint32_t i = 0; i < node.min; ++i) EmitRound(node, true);
    if (forever) {
      const uint32_t split = PutSplit(node.greedy);
      EmitRound(node, false);
      Put({.op = Op::kJump, .x = split});
      if (!too_large_) (node.greedy ? At(split).y : At(split).x) = here();
      return;
    }
    std::vector<uint32_t> splits;
    for (uint32_t i = node.min; i < node.max && !too_large_; ++i) {
      splits.push_back(PutSplit(node.greedy));
      EmitRound(node, false);
    }
    if (too_large_) return;
    for (const uint32_t split : splits) (node.greedy ? At(split).y : At(split).x) = here();
  }

  void EmitCounted(const RegexNode& node) {
    program_.memorable = false;
    const uint32_t counter = program_.register_count++;
    const uint32_t mark = program_.register_count++;
    Put({.op = Op::kSetZero, .x = counter});
    const uint32_t loop = Put(
        {.op = Op::kCount, .greedy = node.greedy, .x = counter, .min = node.min, .max = node.max});
    Put({.op = Op::kMark, .x = mark});
    if (node.first_group < node.end_group) {
      Put({.op = Op::kForget, .x = node.first_group * 2, .y = node.end_group * 2});
    }
    Emit(*node.children[0]);
    Put({.op = Op::kCountUp, .x = counter, .y = mark, .min = node.min});
    Put({.op = Op::kJump, .x = loop});
    if (!too_large_) At(loop).y = here();
  }

  RegexProgram program_;
  bool backward_ = false;
  bool too_large_ = false;
  std::vector<uint32_t> rounds_;  // the marks of the rounds around what is being written
};

}  // namespace

Result<RegexProgram> CompileRegex(const RegexTree& tree, bool ignore_case, bool multiline) {
  return Compiler().Compile(tree, ignore_case, multiline);
}

}  // namespace pawl::jsonata
