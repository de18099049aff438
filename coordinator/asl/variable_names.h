// The names that Assign gives to variables (reference/asl.md 8): which are well-formed, and which
// hide one of an outer level.

#ifndef PAWL_ASL_VARIABLE_NAMES_H_
#define PAWL_ASL_VARIABLE_NAMES_H_

#include <set>
#include <string_view>

#include "coordinator/asl/findings.h"
#include "coordinator/asl/machine.h"

namespace pawl::asl {

// The variables that the states of one level assign. Levels form a chain towards the outermost.
class VariableNames {
 public:
  // Collects from all states under `states`, whatever else may be wrong with them. Refers to the
  // text of `states`; `outer` may be null and must outlive this.
  VariableNames(Json states, const VariableNames* outer);

  // Whether some level around this one assigns `name`.
  bool IsOuter(std::string_view name) const;
  // Checks the names in one Assign object of this level, in a state of this language.
  void Check(const Place& assign, QueryLanguage language, Findings* findings) const;

 private:
  void Collect(Json assign);

  std::set<std::string_view> names_;
  const VariableNames* outer_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_VARIABLE_NAMES_H_
