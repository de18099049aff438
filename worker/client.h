// Starts executions and learns how they end, at any coordinator of a cluster.
//
//   Client client({.coordinators = {"pawl-a:8084", "pawl-b:8084"}});
//   const auto started = client.Start("order", R"({"id": 4711})", "4711");
//   const auto execution = client.WaitExecution("order", started->name(), absl::Minutes(5));
//
// A coordinator that does not serve is followed by the next, until `patience` has passed: all calls
// may be repeated, Start because it always has a name.

#ifndef PAWL_WORKER_CLIENT_H_
#define PAWL_WORKER_CLIENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pawl/v1/client.grpc.pb.h"
#include "worker/cluster.h"

namespace pawl::worker {

// Thread-safe; calls block. Errors of all calls, beside those that they name:
//   INVALID_ARGUMENT   a value is not as it must be; or an address, at each call.
//   NOT_FOUND          there is no such state machine or execution.
//   UNAVAILABLE        no coordinator answered within `patience`. What was asked for may have
//                      happened, and may be asked for again.
class Client {
 public:
  struct Options {
    // As of a Worker (worker/worker.h).
    std::vector<std::string> coordinators = {"127.0.0.1:8084"};
    // Of all attempts of a call, without what WaitExecution waits.
    absl::Duration patience = absl::Seconds(30);
  };

  explicit Client(Options options);

  // `input` is JSON text. Without a name a random one is made. The same name again is the same
  // execution while it runs and the input is the same; ALREADY_EXISTS otherwise.
  // FAILED_PRECONDITION: the state machine is being deleted.
  absl::StatusOr<v1::StartExecutionResponse> Start(const std::string& state_machine,
                                                   const std::string& input = "{}",
                                                   const std::string& name = "");
  absl::StatusOr<v1::Execution> Describe(const std::string& state_machine, const std::string& name);
  // Waits for the end, at the most for `wait`: then the execution still runs in what is given.
  absl::StatusOr<v1::Execution> WaitExecution(const std::string& state_machine,
                                              const std::string& name,
                                              absl::Duration wait = absl::InfiniteDuration());
  // No harm if it is over.
  absl::Status Stop(const std::string& state_machine, const std::string& name,
                    const std::optional<std::string>& error = std::nullopt,
                    const std::optional<std::string>& cause = std::nullopt);
  // The events after the one with the id `after_event_id`, up to 1000, and whether there are more
  // now.
  absl::StatusOr<v1::GetExecutionHistoryResponse> History(const std::string& state_machine,
                                                          const std::string& name,
                                                          int64_t after_event_id = 0);

 private:
  // Makes `attempt` at one coordinator after the other until one answers. `wait` is what an answer
  // may take beyond the usual.
  using Attempt = std::function<grpc::Status(v1::ClientService::Stub*, grpc::ClientContext*)>;
  absl::Status Call(const char* rpc, absl::Duration wait, const Attempt& attempt);

  const Options options_;
  absl::Status wrong_addresses_;
  std::unique_ptr<Cluster> cluster_;
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_CLIENT_H_
