// One `{% .. %}` of a definition, and what AWS says when it fails. Internal to the asl folder; the
// core sees templates.

#ifndef PAWL_ASL_JSONATA_EXPRESSION_H_
#define PAWL_ASL_JSONATA_EXPRESSION_H_

#include <string>
#include <string_view>
#include <utility>

#include "coordinator/asl/jsonata_template.h"
#include "coordinator/query/jsonata/jsonata.h"

namespace pawl::asl {

class JsonataExpression {
 public:
  struct Problem {
    std::string_view code;
    std::string message;
  };

  // `text` without the marks around it; `location`: "Output/a/b", "Choices[0]/Condition".
  static Outcome<JsonataExpression, Problem> Compile(std::string_view text, std::string location,
                                                     StatesMembers available);

  StatesMembers reads() const { return reads_; }

  Result<Json> Evaluate(const JsonataEnvironment& environment, JsonArena* arena) const;
  // `value`, or the failure that it is of another type.
  Result<Json> Expect(std::string_view wanted, Json value) const;

 private:
  explicit JsonataExpression(jsonata::Expression program) : program_(std::move(program)) {}
  WorkflowError Failure(std::string_view what) const;
  WorkflowError Failure(const jsonata::JsonataError& error) const;

  jsonata::Expression program_;
  std::string text_;
  std::string location_;
  StatesMembers reads_ = 0;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_JSONATA_EXPRESSION_H_
