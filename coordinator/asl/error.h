// A failure of a state machine's own: data that Retry and Catch look at, not an error of Pawl.

#ifndef PAWL_ASL_ERROR_H_
#define PAWL_ASL_ERROR_H_

#include <optional>
#include <string>
#include <utility>

#include "coordinator/base/outcome.h"

namespace pawl::asl {

// Both absent in a Fail state that has neither. `cause` is without the prefix that names the state
// (reference/asl.md 12.1); who knows the state adds it where `needs_prefix` says so.
struct WorkflowError {
  std::optional<std::string> error;
  std::optional<std::string> cause;
  bool needs_prefix = false;
  // The history says EvaluationFailed before anything else comes of it.
  bool evaluation_failed = false;
  // What did the work reported it: the failure is a task's own, not the interpreter's.
  bool reported_by_task = false;
  // Of an evaluation that failed: the field, "Output/a"; empty: no single one.
  std::string location;
};

template <typename T>
using Result = Outcome<T, WorkflowError>;

// Raised by the interpreter itself, never caught: `States.Runtime`.
inline WorkflowError RuntimeError(std::string detail, bool needs_prefix = true) {
  return {"States.Runtime", std::move(detail), needs_prefix};
}

}  // namespace pawl::asl

#endif  // PAWL_ASL_ERROR_H_
