// The compiled form of a Choice rule, shared by choice.cc, which makes it, and choice_match.cc.

#ifndef PAWL_ASL_CHOICE_NODE_H_
#define PAWL_ASL_CHOICE_NODE_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/choice.h"
#include "coordinator/asl/string_pattern.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::asl {

enum class ChoiceFamily { kString, kNumeric, kBoolean, kTimestamp, kPattern, kType };
enum class ChoiceRelation { kEquals, kLess, kGreater, kLessEquals, kGreaterEquals };
enum class ChoiceTypeTest { kNone, kNull, kPresent, kNumeric, kString, kBoolean, kTimestamp };

struct ChoiceOperator {
  std::string_view name;
  ChoiceFamily family;
  ChoiceRelation relation = ChoiceRelation::kEquals;
  ChoiceTypeTest test = ChoiceTypeTest::kNone;
  bool has_path_form() const {
    return family != ChoiceFamily::kPattern && family != ChoiceFamily::kType;
  }
};

struct ChoiceRule::Node {
  enum class Kind { kAnd, kOr, kNot, kComparison };
  // What a comparison compares with, when it is written in the rule. A bool is also the wanted
  // outcome of a type test. Integers stay integers, so that large ones are compared exactly.
  using Operand =
      std::variant<std::monostate, std::string, int64_t, double, bool, absl::Time, StringPattern>;

  Kind kind = Kind::kComparison;
  std::vector<Node> children;  // of And, Or, Not

  // The rest belongs to comparisons.
  std::optional<query::JsonPath> variable;
  const ChoiceOperator* op = nullptr;
  Operand operand;
  std::optional<query::JsonPath> operand_path;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_CHOICE_NODE_H_
