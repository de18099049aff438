// Where a failure goes: Retry, Catch, outwards (reference/asl.md 11; history.md 5, 6.10, 6.12).

#ifndef PAWL_CORE_FAILURE_H_
#define PAWL_CORE_FAILURE_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/error.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/execution.h"

namespace pawl::core {

// "An error occurred while executing the state 'A' (entered at the event id #2). ": how the causes
// of the interpreter's own failures begin (reference/asl.md 12.1).
std::string CausePrefix(const Branch& branch);

// Whether an `ErrorEquals` list takes the error. Never asked for `States.Runtime`, which nothing
// takes.
bool ErrorMatches(const std::vector<std::string>& error_equals, const asl::WorkflowError& error,
                  bool heartbeat);

// The event that EvaluationFailed follows from when the state of `branch` fails with it.
int64_t EvaluationFailedFollows(const Branch& branch, const asl::State& state);

}  // namespace pawl::core

#endif  // PAWL_CORE_FAILURE_H_
