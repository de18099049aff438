// What a task that waited for an execution gets when that has ended.

#ifndef PAWL_ENGINE_CHILD_RESULT_H_
#define PAWL_ENGINE_CHILD_RESULT_H_

#include "coordinator/base/account.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// DescribeExecution's answer, as `states:startExecution.sync` and `.sync:2` (`parsed`) have it; of
// a child that did not succeed a failure with it as the cause (reference/integrations.md 7).
TaskResult ChildResult(const store::ExecutionRecord& child, const Account& account, bool parsed);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_CHILD_RESULT_H_
