// Choice rules (reference/asl.md 10.4), compiled once. Immutable and thread-safe.

#ifndef PAWL_ASL_CHOICE_H_
#define PAWL_ASL_CHOICE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/error.h"
#include "coordinator/base/json.h"
#include "coordinator/query/environment.h"

namespace pawl::asl {

// Whether `field` makes a rule of JSONPath: `Variable`, `And`, `StringEqualsPath`, ...
bool IsChoiceRuleField(std::string_view field);

class ChoiceRule {
 public:
  // Where a rule is wrong: `pointer` is relative to the rule ("/Variable", "/And[1]/Variable").
  struct Problem {
    std::string pointer;
    std::string message;
  };

  // Ignores Next, Assign, Comment. Copies what it needs of `definition`.
  static Outcome<ChoiceRule, Problem> Compile(Json definition);
  // The same, with all the problems instead of the first. Empty when there are any.
  static std::optional<ChoiceRule> Compile(Json definition, std::vector<Problem>* problems);

  // Whether the rule matches. A missing Variable or *Path operand is States.Runtime
  // "Invalid path '$.x': The choice state's condition path references an invalid value." (but for
  // IsPresent).
  Result<bool> Matches(const query::Environment& environment, JsonArena* arena) const;

  // Implementation detail; defined in choice.cc.
  struct Node;

 private:
  explicit ChoiceRule(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_CHOICE_H_
