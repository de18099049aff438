// Payload templates: JSON in which a member whose key ends in `.$` is computed
// (reference/asl.md 6.1), and the single expressions of fields such as `ErrorPath`. Compiled once;
// immutable and thread-safe afterwards.

#ifndef PAWL_ASL_TEMPLATE_H_
#define PAWL_ASL_TEMPLATE_H_

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "absl/status/statusor.h"
#include "coordinator/asl/error.h"
#include "coordinator/asl/intrinsic.h"
#include "coordinator/base/json.h"
#include "coordinator/query/environment.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::asl {

// A path or a call of an intrinsic function.
class Expression {
 public:
  // INVALID_ARGUMENT when `text` is neither.
  static absl::StatusOr<Expression> Compile(std::string_view text);
  const std::string& text() const;
  // False for a call that never gives a string.
  bool may_give_text() const;
  // `field` as it stands in the definition: "k.$", "ErrorPath". A definite path without a match is
  // States.Runtime "The JSONPath '$.x' specified for the field 'k.$' could not be found in the
  // input '..'".
  Result<Json> Evaluate(const query::Environment& environment, const RandomBits& random,
                        std::string_view field, JsonArena* arena) const;
  void VisitPaths(const std::function<void(const query::JsonPath&)>& visit) const;

 private:
  explicit Expression(std::variant<query::JsonPath, Intrinsic> form) : form_(std::move(form)) {}
  std::variant<query::JsonPath, Intrinsic> form_;
};

class Template {
 public:
  // Where compiling failed: `pointer` is relative to the template ("" its root, "/a/b" below).
  // `message` has AWS's words.
  struct Problem {
    std::string pointer;
    std::string message;
  };

  // Copies what it needs of `definition`.
  static Outcome<Template, Problem> Compile(Json definition);
  Result<Json> Evaluate(const query::Environment& environment, const RandomBits& random,
                        JsonArena* arena) const;
  void VisitPaths(const std::function<void(const query::JsonPath&)>& visit) const;

 private:
  friend class TemplateCompiler;
  friend class TemplateEvaluation;
  struct Node;
  explicit Template(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_TEMPLATE_H_
