#include "coordinator/query/jsonata/text/regex_parser.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/query/jsonata/text/utf16.h"

namespace pawl::jsonata {
namespace {

using Kind = RegexNode::Kind;
using NodePtr = std::unique_ptr<RegexNode>;

constexpr int kMaxDepth = 500;
constexpr char32_t kEnd = 0xFFFFFFFF;

NodePtr MakeNode(Kind kind) {
  auto node = std::make_unique<RegexNode>();
  node->kind = kind;
  return node;
}

bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }
bool IsOctal(char32_t c) { return c >= '0' && c <= '7'; }
bool IsLetter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

int HexValue(char32_t c) {
  if (IsDigit(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

// A recursive descent over ECMA-262's Pattern, as its Annex B widens it for the web: what makes no
// sense as an escape, a quantifier or a class range stands for itself. The first error ends it:
// `error_` is set, and all that is left is unwound.
class Parser {
 public:
  Parser(std::u16string_view pattern, bool ignore_case)
      : pattern_(pattern), ignore_case_(ignore_case) {}

  Result<RegexTree> Parse() {
    CountGroups();
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
  char32_t Peek(size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? char32_t{pattern_[at_ + ahead]} : kEnd;
  }
  bool Take(char16_t c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  bool Take(std::u16string_view text) {
    if (!pattern_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }
  void Fail(const char* message) {
    if (error_.empty()) error_ = message;
    at_ = pattern_.size();
  }

  // How many groups there will be, and whether one has a name, decides what `\1` and `\k` mean.
  void CountGroups() {
    bool in_class = false;
    for (size_t i = 0; i < pattern_.size(); ++i) {
      const char16_t c = pattern_[i];
      if (c == u'\\') {
        ++i;
      } else if (in_class) {
        in_class = c != u']';
      } else if (c == u'[') {
        in_class = true;
      } else if (c == u'(') {
        const std::u16string_view rest = pattern_.substr(i + 1);
        const bool named =
            rest.starts_with(u"?<") && !rest.starts_with(u"?<=") && !rest.starts_with(u"?<!");
        if (named || !rest.starts_with(u"?")) ++total_groups_;
        has_names_ = has_names_ || named;
      }
    }
  }

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
    if (!Take(u'{') || !IsDigit(Peek())) {
      at_ = start;
      return false;
    }
    *min = TakeNumber();
    *max = *min;
    if (Take(u',')) *max = IsDigit(Peek()) ? TakeNumber() : RegexNode::kForever;
    if (Take(u'}')) return true;
    at_ = start;
    return false;
  }

  uint32_t TakeNumber() {
    uint64_t number = 0;
    for (; IsDigit(Peek()); ++at_) {
      number = std::min<uint64_t>(number * 10 + (Peek() - '0'), RegexNode::kForever);
    }
    return static_cast<uint32_t>(number);
  }

  NodePtr ParseAtom(int depth, bool* repeatable) {
    const char32_t c = Peek();
    if (c == '(') return ParseGroup(depth, repeatable);
    if (c == '^' || c == '$') {
      ++at_;
      *repeatable = false;
      return MakeNode(c == '^' ? Kind::kTextStart : Kind::kTextEnd);
    }
    if (c == '[') return ParseClass();
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

  // The rest of `<name>`.
  std::optional<std::u16string> TakeName() {
    std::u16string name;
    while (at_ < pattern_.size() && Peek() != '>') {
      char32_t c = NextCodePoint(pattern_, &at_);
      if (c == '\\') {
        const auto escaped = Take(u'u') ? TakeNameEscape() : std::nullopt;
        if (!escaped) return std::nullopt;
        c = *escaped;
      }
      const bool fits = c == '$' || c == '_' ||
                        (name.empty() ? u_isIDStart(static_cast<UChar32>(c))
                                      : u_isIDPart(static_cast<UChar32>(c)));
      if (!fits) return std::nullopt;
      AppendCodePoint(c, &name);
    }
    if (name.empty() || !Take(u'>')) return std::nullopt;
    return name;
  }

  std::optional<char32_t> TakeNameEscape() {
    if (!Take(u'{')) return TakeHex(4);
    char32_t value = 0;
    while (HexValue(Peek()) >= 0 && value <= 0x10FFFF) {
      value = value * 16 + static_cast<char32_t>(HexValue(Peek()));
      ++at_;
    }
    if (!Take(u'}') || value > 0x10FFFF) return std::nullopt;
    return value;
  }

  // Exactly so many hexadecimal digits, or nothing is taken.
  std::optional<char32_t> TakeHex(size_t count) {
    char32_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      const int digit = HexValue(Peek(i));
      if (digit < 0) return std::nullopt;
      value = value * 16 + static_cast<char32_t>(digit);
    }
    at_ += count;
    return value;
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
    if (c == 'k' && has_names_) return ParseNamedReference();
    if (c >= '1' && c <= '9') {
      const size_t start = at_;
      const uint32_t number = TakeNumber();
      if (number <= total_groups_) {
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

  // \d, \D, \s, \S, \w, \W.
  std::optional<UnitSet> TakeClassEscape() {
    const char32_t c = Peek();
    UnitSet set;
    switch (c) {
      case 'd':
      case 'D':
        set = UnitSet::Digits();
        break;
      case 's':
      case 'S':
        set = UnitSet::Spaces();
        break;
      case 'w':
      case 'W':
        set = UnitSet::WordUnits();
        break;
      default:
        return std::nullopt;
    }
    ++at_;
    if (c < 'a') set.Invert();
    return set;
  }

  // The unit that the escape stands for, behind its backslash.
  char32_t TakeUnitEscape(bool in_class) {
    const char32_t c = Peek();
    if (IsOctal(c)) return TakeOctal();
    ++at_;
    switch (c) {
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return '\v';
      case 'x':
        return TakeHex(2).value_or('x');
      case 'u':
        return TakeHex(4).value_or('u');
      case 'c': {
        const char32_t control = Peek();
        if (IsLetter(control) || (in_class && (IsDigit(control) || control == '_'))) {
          ++at_;
          return control & 0x1F;
        }
        --at_;  // the backslash stands for itself, and so does the `c`
        return '\\';
      }
      default:
        return c;
    }
  }

  // Up to three digits, not beyond \377.
  char32_t TakeOctal() {
    char32_t value = 0;
    for (int i = 0; i < 3 && IsOctal(Peek()) && value * 8 + (Peek() - '0') <= 0377; ++i) {
      value = value * 8 + (Peek() - '0');
      ++at_;
    }
    return value;
  }

  // One member of a class: a unit, or -1 with what `\d` and its kin stand for added to `set`.
  int64_t ParseClassAtom(UnitSet* set) {
    const char32_t c = Peek();
    ++at_;
    if (c != '\\') return c;
    if (Peek() == kEnd) {
      Fail("\\ at end of pattern");
      return -1;
    }
    if (const auto escape = TakeClassEscape()) {
      set->Add(*escape);
      return -1;
    }
    if (Take(u'b')) return '\b';
    return TakeUnitEscape(true);
  }

  NodePtr ParseClass() {
    ++at_;
    const bool inverted = Take(u'^');
    UnitSet set;
    const auto add = [&set](int64_t unit) {
      if (unit >= 0) set.Add(static_cast<uint32_t>(unit), static_cast<uint32_t>(unit));
    };
    while (at_ < pattern_.size() && Peek() != ']') {
      const int64_t first = ParseClassAtom(&set);
      if (Peek() != '-' || Peek(1) == ']' || Peek(1) == kEnd) {
        add(first);
        continue;
      }
      ++at_;
      const int64_t last = ParseClassAtom(&set);
      if (first < 0 || last < 0) {  // a range of more than units: all three stand for themselves
        add(first);
        add('-');
        add(last);
      } else if (first > last) {
        Fail("Range out of order in character class");
      } else {
        set.Add(static_cast<uint32_t>(first), static_cast<uint32_t>(last));
      }
    }
    if (!Take(u']')) Fail("Unterminated character class");
    return MakeSet(std::move(set), inverted);
  }

  std::u16string_view pattern_;
  bool ignore_case_;
  size_t at_ = 0;
  uint32_t groups_ = 0;
  uint32_t total_groups_ = 0;
  bool has_names_ = false;
  std::map<std::u16string, uint32_t> names_;
  std::vector<std::pair<RegexNode*, std::u16string>> references_;
  std::string error_;
  bool too_deep_ = false;
};

}  // namespace

Result<RegexTree> ParseRegex(std::u16string_view pattern, bool ignore_case) {
  return Parser(pattern, ignore_case).Parse();
}

}  // namespace pawl::jsonata
