#include "coordinator/query/jsonata/text/regex_parser.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/query/jsonata/text/regex_reader.h"
#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

using Kind = RegexNode::Kind;
using NodePtr = std::unique_ptr<RegexNode>;

constexpr int kMaxDepth = 500;

NodePtr MakeNode(Kind kind) {
  auto node = std::make_unique<RegexNode>();
  node->kind = kind;
  return node;
}

// A recursive descent over ECMA-262's Pattern, as its Annex B widens it for the web: what makes no
// sense as an escape, a quantifier or a class range stands for itself. The first error ends it:
// `error_` is set, and all that is left is unwound.
class Parser : private RegexReader {
 public:
  Parser(std::u16string_view pattern, bool ignore_case)
      : RegexReader(pattern), ignore_case_(ignore_case), all_groups_(CountGroups()) {}

  Result<RegexTree> Parse() {
    RegexTree tree;
    tree.root = ParseAlternatives(0);
    if (error_.empty() && at_ < pattern_.size()) Fail("Unmatched ')'");
    if (error_.empty() && !references_.empty()) ResolveReferences();
    if (!error_.empty()) {
      if (too_deep_) return MakeError(kTooLongCode, error_);
      return MakeError("", "Invalid regular expression: /" + FromUtf16(pattern_) + "/: " + error_);
    }
    tree.group_count = groups_;
    return tree;
  }

 private:
  NodePtr ParseAlternatives(int depth) {
    if (depth > kMaxDepth) {
      too_deep_ = true;
      Fail("the groups of this regular expression are nested too deeply");
      return MakeNode(Kind::kEmpty);
    }
    NodePtr first = ParseSequence(depth);
    if (Peek() != '|') return first;
    NodePtr alternatives = MakeNode(Kind::kAlternatives);
    alternatives->children.push_back(std::move(first));
    while (Take(u'|')) alternatives->children.push_back(ParseSequence(depth));
    return alternatives;
  }

  NodePtr ParseSequence(int depth) {
    NodePtr sequence = MakeNode(Kind::kSequence);
    while (at_ < pattern_.size() && Peek() != '|' && Peek() != ')') {
      sequence->children.push_back(ParseTerm(depth));
    }
    return sequence;
  }

  NodePtr ParseTerm(int depth) {
    const uint32_t first_group = groups_ + 1;
    bool repeatable = true;
    NodePtr atom = ParseAtom(depth, &repeatable);
    uint32_t min = 0;
    uint32_t max = 0;
    if (!error_.empty() || !TakeQuantifier(&min, &max)) return atom;
    if (!repeatable) {
      Fail("Nothing to repeat");
      return atom;
    }
    if (max < min) Fail("numbers out of order in {} quantifier");
    NodePtr repeat = MakeNode(Kind::kRepeat);
    repeat->min = min;
    repeat->max = max;
    repeat->greedy = !Take(u'?');
    repeat->first_group = first_group;
    repeat->end_group = groups_ + 1;
    repeat->children.push_back(std::move(atom));
    return repeat;
  }

  bool TakeQuantifier(uint32_t* min, uint32_t* max) {
    *min = 0;
    *max = RegexNode::kForever;
    if (Take(u'*')) return true;
    if (Take(u'+')) {
      *min = 1;
      return true;
    }
    if (Take(u'?')) {
      *max = 1;
      return true;
    }
    return TakeBraces(min, max);
  }

  // `{2}`, `{2,}`, `{2,3}`; anything else in braces is no quantifier.
  bool TakeBraces(uint32_t* min, uint32_t* max) {
    const size_t start = at_;
    if (!Take(u'{') || !IsRegexDigit(Peek())) {
      at_ = start;
      return false;
    }
    *min = TakeNumber();
    *max = *min;
    if (Take(u',')) *max = IsRegexDigit(Peek()) ? TakeNumber() : RegexNode::kForever;
    if (Take(u'}')) return true;
    at_ = start;
    return false;
  }

  NodePtr ParseAtom(int depth, bool* repeatable) {
    const char32_t c = Peek();
    if (c == '(') return ParseGroup(depth, repeatable);
    if (c == '^' || c == '$') {
      ++at_;
      *repeatable = false;
      return MakeNode(c == '^' ? Kind::kTextStart : Kind::kTextEnd);
    }
    if (c == '[') {
      bool inverted = false;
      UnitSet set = TakeClass(&inverted);
      return MakeSet(std::move(set), inverted);
    }
    if (c == '\\') return ParseEscape(repeatable);
    if (c == '.') {
      ++at_;
      NodePtr node = MakeNode(Kind::kSet);
      node->set = UnitSet::LineEnds();
      node->set.Invert();
      return node;
    }
    uint32_t min = 0;
    uint32_t max = 0;
    if (c == '*' || c == '+' || c == '?' || (c == '{' && TakeBraces(&min, &max))) {
      Fail("Nothing to repeat");
      return MakeNode(Kind::kEmpty);
    }
    ++at_;
    return MakeUnit(c);
  }

  NodePtr MakeSet(UnitSet set, bool inverted) {
    NodePtr node = MakeNode(Kind::kSet);
    if (ignore_case_) set.AddOtherCases();
    if (inverted) {
      set.Invert();
    } else {
      set.Seal();
    }
    node->set = std::move(set);
    return node;
  }

  NodePtr MakeUnit(char32_t unit) {
    UnitSet set;
    set.Add(unit, unit);
    return MakeSet(std::move(set), false);
  }

  NodePtr ParseGroup(int depth, bool* repeatable) {
    NodePtr node;
    if (Take(u"(?:")) {
      node = ParseAlternatives(depth + 1);
    } else if (Take(u"(?=") || Take(u"(?!")) {
      node = ParseLook(depth, false);
    } else if (Take(u"(?<=") || Take(u"(?<!")) {
      *repeatable = false;
      node = ParseLook(depth, true);
    } else {
      const bool named = Take(u"(?<");
      if (!named && Take(u"(?")) {
        Fail("Invalid group");
        return MakeNode(Kind::kEmpty);
      }
      if (!named) Take(u'(');
      node = MakeNode(Kind::kGroup);
      node->number = ++groups_;
      if (named) AddName(node->number);
      node->children.push_back(ParseAlternatives(depth + 1));
    }
    if (!Take(u')')) Fail("Unterminated group");
    return node;
  }

  NodePtr ParseLook(int depth, bool behind) {
    NodePtr node = MakeNode(Kind::kLook);
    node->behind = behind;
    node->negative = pattern_[at_ - 1] == u'!';
    node->children.push_back(ParseAlternatives(depth + 1));
    return node;
  }

  void AddName(uint32_t number) {
    const auto name = TakeName();
    if (!name) {
      Fail("Invalid capture group name");
    } else if (!names_.emplace(*name, number).second) {
      Fail("Duplicate capture group name");
    }
  }

  NodePtr ParseEscape(bool* repeatable) {
    ++at_;
    const char32_t c = Peek();
    if (c == kEnd) {
      Fail("\\ at end of pattern");
      return MakeNode(Kind::kEmpty);
    }
    if (c == 'b' || c == 'B') {
      ++at_;
      *repeatable = false;
      return MakeNode(c == 'b' ? Kind::kWordEdge : Kind::kNoWordEdge);
    }
    if (c == 'k' && all_groups_.named) return ParseNamedReference();
    if (c >= '1' && c <= '9') {
      const size_t start = at_;
      const uint32_t number = TakeNumber();
      if (number <= all_groups_.count) {
        NodePtr node = MakeNode(Kind::kBackreference);
        node->number = number;
        return node;
      }
      at_ = start;
    }
    if (auto set = TakeClassEscape()) {
      // None of these has a unit without its other cases.
      NodePtr node = MakeNode(Kind::kSet);
      node->set = std::move(*set);
      node->set.Seal();
      return node;
    }
    return MakeUnit(TakeUnitEscape(false));
  }

  NodePtr ParseNamedReference() {
    ++at_;
    NodePtr node = MakeNode(Kind::kBackreference);
    const auto name = Take(u'<') ? TakeName() : std::nullopt;
    if (name) {
      references_.emplace_back(node.get(), *name);
    } else {
      Fail("Invalid named reference");
    }
    return node;
  }

  void ResolveReferences() {
    for (const auto& [node, name] : references_) {
      const auto found = names_.find(name);
      if (found == names_.end()) return Fail("Invalid named capture referenced");
      node->number = found->second;
    }
  }

  const bool ignore_case_;
  const GroupCount all_groups_;
  uint32_t groups_ = 0;
  std::map<std::u16string, uint32_t> names_;
  std::vector<std::pair<RegexNode*, std::u16string>> references_;
  bool too_deep_ = false;
};

}  // namespace

Result<RegexTree> ParseRegex(std::u16string_view pattern, bool ignore_case) {
  return Parser(pattern, ignore_case).Parse();
}

}  // namespace pawl::jsonata
