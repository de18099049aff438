// Finding the task that somebody speaks of.

#ifndef PAWL_CORE_OPEN_TASK_H_
#define PAWL_CORE_OPEN_TASK_H_

#include <string_view>

#include "absl/status/status.h"
#include "coordinator/core/execution.h"

namespace pawl::core {

// FAILED_PRECONDITION, with the execution's id.
absl::Status Late(const Execution& execution, std::string_view what);

// The open task of branch `id` with this attempt's nonce, which somebody has or had in hand; null
// when there is none.
Branch* OpenTask(Execution& execution, BranchId id, int64_t nonce);

}  // namespace pawl::core

#endif  // PAWL_CORE_OPEN_TASK_H_
