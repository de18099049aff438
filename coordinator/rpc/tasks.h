// Tasks as workers see them, the same for single calls and for the stream: what a request must look
// like, and what the engine makes of it.

#ifndef PAWL_RPC_TASKS_H_
#define PAWL_RPC_TASKS_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/api/activity_cache.h"
#include "coordinator/base/account.h"
#include "coordinator/base/clock.h"
#include "coordinator/engine/engine.h"
#include "coordinator/engine/scheduler.h"
#include "coordinator/store/store.h"
#include "google/protobuf/duration.pb.h"
#include "grpcpp/support/status.h"
#include "pawl/v1/worker.pb.h"

namespace pawl::rpc {

// What all calls share. Outlives every call that has not been answered.
struct Services {
  Account account;
  int64_t max_payload_bytes;
  store::Store* store;
  engine::Engine* engine;
  const Clock* clock;
  api::ActivityCache activities = {};
  std::atomic<bool> draining = false;
};

// AWS quotas.
inline constexpr size_t kMaxNameCharacters = 80;
inline constexpr size_t kMaxFunctionNameCharacters = 140;  // with version or alias
inline constexpr size_t kMaxErrorCharacters = 256;
inline constexpr size_t kMaxCauseCharacters = 32'768;
inline constexpr absl::Duration kLongestWait = absl::Minutes(1);

using Answer = std::function<void(grpc::Status)>;

// All answer once, perhaps before they return.
void CompleteTask(Services& services, const v1::CompleteTaskRequest& request, Answer done);
void FailTask(Services& services, const v1::FailTaskRequest& request, Answer done);
void ConfirmTask(Services& services, const std::string& token, Answer done);
// `done` gets whether the task is still open.
void HeartbeatTask(Services& services, const v1::HeartbeatTaskRequest& request,
                   std::function<void(grpc::Status, bool)> done);

// `done` gets the name of the activity that `name_or_arn` names. NOT_FOUND.
void FindActivity(Services& services, const std::string& name_or_arn,
                  std::function<void(absl::StatusOr<std::string>)> done);

// The same; an activity that is not there is created. INVALID_ARGUMENT when it cannot have that
// name.
void FindOrCreateActivity(Services& services, const std::string& name_or_arn,
                          std::function<void(absl::StatusOr<std::string>)> done);

// Where those wait who want tasks of that Lambda function, "f" or "f:prod". INVALID_ARGUMENT when
// no function can have that name.
absl::StatusOr<std::string> QueueOfFunction(const std::string& function);

// INVALID_ARGUMENT when it is too long.
absl::Status CheckWorkerName(const std::string& name);

// How long a call waits that says `wait`.
absl::Duration WaitOf(bool given, const google::protobuf::Duration& wait);

// Fills `task` from what the engine gave to who waited for `queue`.
void FillTask(const std::string& queue, const engine::ActivityTask& given, v1::Task* task);

}  // namespace pawl::rpc

#endif  // PAWL_RPC_TASKS_H_
