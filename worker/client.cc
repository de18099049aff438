#include "worker/client.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "coordinator/base/backoff.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::worker {
namespace {

// An answer takes no longer, but for what is waited for.
constexpr absl::Duration kAnswerTime = absl::Seconds(10);
// What a coordinator waits at the most (client.proto).
constexpr absl::Duration kLongestWait = absl::Minutes(1);

// Whether another coordinator may do better.
bool IsPassing(const grpc::Status& status) {
  const grpc::StatusCode code = status.error_code();
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::INTERNAL ||
         code == grpc::StatusCode::UNKNOWN || code == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

// The codes of gRPC and of Abseil are the same.
absl::Status ToAbslStatus(const char* rpc, const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      StrCat(rpc, ": ", status.error_message()));
}

}  // namespace

Client::Client(Options options) : options_(std::move(options)) {
  absl::StatusOr<std::vector<Address>> addresses = ParseAddresses(options_.coordinators);
  wrong_addresses_ = addresses.status();
  if (addresses.ok()) cluster_ = std::make_unique<Cluster>(*std::move(addresses));
}

absl::Status Client::Call(const char* rpc, absl::Duration wait, const Attempt& attempt) {
  if (!wrong_addresses_.ok()) return wrong_addresses_;
  const absl::Time give_up = absl::Now() + wait + options_.patience;
  Backoff backoff;
  while (true) {
    absl::Status failed;
    const absl::StatusOr<Coordinator> coordinator = cluster_->Current();
    if (coordinator.ok()) {
      grpc::ClientContext context;
      context.set_deadline(absl::ToChronoTime(absl::Now() + wait + kAnswerTime));
      const auto stub = v1::ClientService::NewStub(coordinator->channel);
      const grpc::Status status = attempt(stub.get(), &context);
      if (status.ok()) return absl::OkStatus();
      if (!IsPassing(status)) return ToAbslStatus(rpc, status);
      cluster_->Failed(*coordinator);
      failed = absl::UnavailableError(
          StrCat(rpc, " at ", coordinator->address, ": ", status.error_message()));
    } else {
      failed = coordinator.status();
    }
    const absl::Duration pause = backoff.Next();
    if (absl::Now() + pause >= give_up) return failed;
    absl::SleepFor(pause);
  }
}

absl::StatusOr<v1::StartExecutionResponse> Client::Start(const std::string& state_machine,
                                                         const std::string& input,
                                                         const std::string& name) {
  v1::StartExecutionRequest request;
  request.set_state_machine(state_machine);
  request.set_name(name.empty() ? Uuid::Random().ToString() : name);
  request.set_input(input);
  v1::StartExecutionResponse response;
  const absl::Status status = Call(
      "StartExecution", absl::ZeroDuration(),
      [&](auto* stub, auto* context) { return stub->StartExecution(context, request, &response); });
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::Execution> Client::Describe(const std::string& state_machine,
                                               const std::string& name) {
  v1::DescribeExecutionRequest request;
  request.set_state_machine(state_machine);
  request.set_name(name);
  v1::DescribeExecutionResponse response;
  const absl::Status status =
      Call("DescribeExecution", absl::ZeroDuration(), [&](auto* stub, auto* context) {
        return stub->DescribeExecution(context, request, &response);
      });
  if (!status.ok()) return status;
  return response.execution();
}

absl::StatusOr<v1::Execution> Client::WaitExecution(const std::string& state_machine,
                                                    const std::string& name, absl::Duration wait) {
  const absl::Time end = absl::Now() + wait;
  v1::WaitExecutionRequest request;
  request.set_state_machine(state_machine);
  request.set_name(name);
  while (true) {
    v1::WaitExecutionResponse response;
    const absl::Duration left = std::clamp(end - absl::Now(), absl::ZeroDuration(), kLongestWait);
    const int64_t nanoseconds = absl::ToInt64Nanoseconds(left);
    request.mutable_wait()->set_seconds(nanoseconds / 1'000'000'000);
    request.mutable_wait()->set_nanos(static_cast<int32_t>(nanoseconds % 1'000'000'000));
    const absl::Status status = Call("WaitExecution", left, [&](auto* stub, auto* context) {
      return stub->WaitExecution(context, request, &response);
    });
    if (!status.ok()) return status;
    const bool running = response.execution().status() == v1::EXECUTION_STATUS_RUNNING;
    if (!running || absl::Now() >= end) return response.execution();
  }
}

absl::Status Client::Stop(const std::string& state_machine, const std::string& name,
                          const std::optional<std::string>& error,
                          const std::optional<std::string>& cause) {
  v1::StopExecutionRequest request;
  request.set_state_machine(state_machine);
  request.set_name(name);
  if (error) request.set_error(*error);
  if (cause) request.set_cause(*cause);
  v1::StopExecutionResponse response;
  return Call("StopExecution", absl::ZeroDuration(), [&](auto* stub, auto* context) {
    return stub->StopExecution(context, request, &response);
  });
}

absl::StatusOr<v1::GetExecutionHistoryResponse> Client::History(const std::string& state_machine,
                                                                const std::string& name,
                                                                int64_t after_event_id) {
  v1::GetExecutionHistoryRequest request;
  request.set_state_machine(state_machine);
  request.set_name(name);
  request.set_page_size(1000);
  request.set_after_event_id(after_event_id);
  v1::GetExecutionHistoryResponse response;
  const absl::Status status =
      Call("GetExecutionHistory", absl::ZeroDuration(), [&](auto* stub, auto* context) {
        return stub->GetExecutionHistory(context, request, &response);
      });
  if (!status.ok()) return status;
  return response;
}

}  // namespace pawl::worker
