// A handler's result as a coordinator takes it.

#ifndef PAWL_WORKER_RESULT_REQUEST_H_
#define PAWL_WORKER_RESULT_REQUEST_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "pawl/v1/worker.pb.h"
#include "worker/task.h"

namespace pawl::worker {

// The most that a coordinator can be set to take; what it takes less it says, and the output
// becomes a failure then, too.
inline constexpr size_t kMaxOutputBytes = 16 << 20;
// AWS quotas.
inline constexpr size_t kMaxErrorBytes = 256;
inline constexpr size_t kMaxCauseBytes = 32 * 1024;

// Without a request_id. An output that no coordinator would take becomes a failure with
// Pawl.InvalidOutput; a task left open becomes a heartbeat, whose acknowledgement says that its
// receipt is known.
v1::WorkItem ResultRequest(const std::string& token, const TaskResult& result);

// `text` as a JSON string may hold it: bytes that are not UTF-8 become U+FFFD; no more than the
// last kMaxCauseBytes, beginning with a whole character.
std::string CauseText(std::string_view text);

}  // namespace pawl::worker

#endif  // PAWL_WORKER_RESULT_REQUEST_H_
