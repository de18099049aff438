// JSONata in the fields of a state (reference/asl.md 7): JSON at any depth in which a text that is
// `{% .. %}` is an expression. Compiled once; immutable and thread-safe afterwards.

#ifndef PAWL_ASL_JSONATA_TEMPLATE_H_
#define PAWL_ASL_JSONATA_TEMPLATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/asl/error.h"
#include "coordinator/asl/intrinsic.h"
#include "coordinator/asl/jsonata_budget.h"
#include "coordinator/base/json.h"

namespace pawl::asl {

// Members of `$states`, as bits of a set.
using StatesMembers = uint8_t;
inline constexpr StatesMembers kStatesInput = 1;
inline constexpr StatesMembers kStatesContext = 2;
inline constexpr StatesMembers kStatesResult = 4;
inline constexpr StatesMembers kStatesErrorOutput = 8;
// What every field sees.
inline constexpr StatesMembers kStatesOfState = kStatesInput | kStatesContext;

// What the expressions of a field see of the world.
struct JsonataEnvironment {
  // The workflow variables, and `states` with those of its members that the template reads.
  Json bindings;
  absl::Time now;  // $now(), $millis()
  const RandomBits& random;
  JsonataBudget* budget;
};

// Whether `value` is a text that begins with `{%` and ends with `%}`.
bool IsJsonata(Json value);
// What stands between the two, without the blanks around it.
std::string_view JsonataText(std::string_view expression);

class JsonataTemplate {
 public:
  // Where it is wrong: `pointer` is relative to the template ("" its root, "/a/b" below).
  struct Problem {
    std::string pointer;
    std::string_view code;
    std::string message;
  };

  // `field` is how causes name the field: "Output", "Choices[0]/Condition". `available`: which
  // members `$states` has there. Copies what it needs of `definition`. Nothing when it adds to
  // `problems`.
  static std::optional<JsonataTemplate> Compile(Json definition, std::string_view field,
                                                StatesMembers available,
                                                std::vector<Problem>* problems);

  // What of `$states` its expressions can see.
  StatesMembers reads() const { return reads_; }
  // What its literals lie in.
  std::shared_ptr<const void> memory() const { return root_; }
  // The text of the field's name.
  const std::string& field() const { return field_; }

  // States.QueryEvaluationError, with EvaluationFailed, when an expression fails, or gives nothing
  // or a function. What comes out refers to the template's own memory for its literal parts.
  Result<Json> Evaluate(const JsonataEnvironment& environment, JsonArena* arena) const;
  // The same, also when the whole field is one expression and its outcome is not of type `wanted`:
  // "number", "string", "boolean", "array", "object".
  Result<Json> Evaluate(const JsonataEnvironment& environment, std::string_view wanted,
                        JsonArena* arena) const;

 private:
  friend class JsonataCompiler;
  struct Node;
  JsonataTemplate() = default;

  std::shared_ptr<const Node> root_;
  std::string field_;
  StatesMembers reads_ = 0;
};

// The failure of a field whose value could not be used: States.QueryEvaluationError with `detail`
// as its cause. `location` may be empty.
WorkflowError QueryEvaluationError(std::string detail, std::string location);

}  // namespace pawl::asl

#endif  // PAWL_ASL_JSONATA_TEMPLATE_H_
