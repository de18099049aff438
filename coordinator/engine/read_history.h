// Reads the whole history of a closed execution, page by page.

#ifndef PAWL_ENGINE_READ_HISTORY_H_
#define PAWL_ENGINE_READ_HISTORY_H_

#include <functional>

#include "absl/status/status.h"
#include "coordinator/core/history.h"
#include "coordinator/store/store.h"

namespace pawl::engine {

// Calls `add` with each event, in order, then `done`; an error of `add` ends it.
void ReadHistory(store::Store* store, ExecutionId id,
                 std::function<absl::Status(const core::HistoryEvent&)> add,
                 store::DoneCallback done);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_READ_HISTORY_H_
