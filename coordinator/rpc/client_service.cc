#include "coordinator/rpc/client_service.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/history_json.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/rpc/status.h"
#include "coordinator/rpc/unary_call.h"

namespace pawl::rpc {
namespace {

using CallPtr = std::shared_ptr<UnaryCall>;
using Record = absl::StatusOr<store::ExecutionRecord>;

constexpr int64_t kDefaultPageSize = 100;
constexpr int64_t kMaxPageSize = 1000;

grpc::Status Invalid(std::string message) {
  return {grpc::StatusCode::INVALID_ARGUMENT, std::move(message)};
}

void FillTime(absl::Time time, google::protobuf::Timestamp* stamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  stamp->set_seconds(seconds);
  stamp->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

v1::ExecutionStatus StatusOf(core::Status status) {
  switch (status) {
    case core::Status::kRunning:
      return v1::EXECUTION_STATUS_RUNNING;
    case core::Status::kSucceeded:
      return v1::EXECUTION_STATUS_SUCCEEDED;
    case core::Status::kFailed:
      return v1::EXECUTION_STATUS_FAILED;
    case core::Status::kTimedOut:
      return v1::EXECUTION_STATUS_TIMED_OUT;
    case core::Status::kAborted:
      return v1::EXECUTION_STATUS_ABORTED;
  }
  return v1::EXECUTION_STATUS_UNSPECIFIED;
}

void FillExecution(const Account& account, const store::ExecutionRecord& record,
                   v1::Execution* execution) {
  execution->set_state_machine(record.machine_name);
  execution->set_name(record.name);
  execution->set_execution_arn(account.ExecutionArn(record.machine_name, record.name));
  execution->set_status(StatusOf(record.status));
  FillTime(record.started_at, execution->mutable_started_at());
  if (record.origin != nullptr) {
    execution->set_version(record.origin->version);
    execution->set_alias(record.origin->alias);
  }
  execution->set_input(record.input.str());
  if (record.status == core::Status::kRunning) return;
  FillTime(record.closed_at, execution->mutable_stopped_at());
  if (record.status == core::Status::kSucceeded) execution->set_output(record.output.str());
  if (record.error) execution->set_error(record.error->str());
  if (record.cause) execution->set_cause(record.cause->str());
}

// Finds an execution; a failure is the call's.
void Find(Services& services, const std::string& machine, const std::string& name,
          const CallPtr& call, std::function<void(store::ExecutionRecord)> found) {
  services.store->FindExecution(
      machine, name, [call, machine, name, found = std::move(found)](Record record) {
        if (absl::IsNotFound(record.status())) {
          return call->Fail({grpc::StatusCode::NOT_FOUND,
                             StrCat("there is no execution ", name, " of ", machine)});
        }
        if (!record.ok()) return call->Fail(ToGrpc(record.status()));
        found(*std::move(record));
      });
}

std::optional<std::string> CheckStart(const v1::StartExecutionRequest& request,
                                      int64_t max_payload_bytes) {
  if (request.name().size() > kMaxNameCharacters || api::CheckName(request.name()).has_value()) {
    return "name has characters that names may not have, or more than 80 of them";
  }
  if (static_cast<int64_t>(request.input().size()) > max_payload_bytes) {
    return StrCat("input has more than ", max_payload_bytes, " bytes");
  }
  if (request.input().empty()) return std::nullopt;
  const absl::Status json = CheckJson(request.input());
  if (json.ok()) return std::nullopt;
  return StrCat("input is no JSON: ", FromAbsl(json.message()));
}

// A call that waits for an execution's end.
class Waiter : public std::enable_shared_from_this<Waiter> {
 public:
  Waiter(Services* services, std::shared_ptr<ExecutionWaits> waits, CallPtr call,
         const v1::WaitExecutionRequest& request, v1::WaitExecutionResponse* response)
      : services_(services),
        waits_(std::move(waits)),
        call_(std::move(call)),
        response_(response),
        machine_(request.state_machine()),
        name_(request.name()),
        deadline_(services->clock->Now() + WaitOf(request.has_wait(), request.wait())) {}

  void Start() {
    const std::optional<ExecutionId> started = waits_->StartedLately(machine_, name_);
    if (started && !Late()) return WaitFor(*started);
    Find(*services_, machine_, name_, call_,
         [self = shared_from_this()](const store::ExecutionRecord& record) {
           const bool running = record.status == core::Status::kRunning && !self->Late();
           running ? self->WaitFor(record.id) : self->Answer(record);
         });
  }

 private:
  bool Late() const { return services_->clock->Now() >= deadline_; }

  void WaitFor(ExecutionId execution) {
    const int64_t id =
        waits_->Add(execution, [self = shared_from_this()](const store::ExecutionRecord* ended) {
          ended != nullptr ? self->Answer(*ended) : self->Look();
        });
    const auto remove = [waits = waits_, execution, id] { waits->Remove(execution, id); };
    {
      absl::MutexLock lock(&mu_);
      remove_ = remove;
      if (answered_) remove();
    }
    call_->OnGone(remove);
    // Who comes after the drain has begun has missed that.
    if (services_->draining) Look();
  }

  void Look() {
    services_->store->FindExecution(
        machine_, name_, [self = shared_from_this()](const Record& record) {
          const bool late = self->Late();
          if (record.ok() && (record->status != core::Status::kRunning || late)) {
            return self->Answer(*record);
          }
          // The database is away, or the node goes: who waits asks again, elsewhere best.
          if (self->services_->draining) {
            return self->Fail({grpc::StatusCode::UNAVAILABLE, "the coordinator is going down"});
          }
          if (!record.ok() && (late || absl::IsNotFound(record.status()))) {
            self->Fail(ToGrpc(record.status()));
          }
        });
  }

  void Answer(const store::ExecutionRecord& record) {
    call_->Succeed(
        [&] { FillExecution(services_->account, record, response_->mutable_execution()); });
    Leave();
  }
  void Fail(grpc::Status status) {
    call_->Fail(std::move(status));
    Leave();
  }
  void Leave() {
    std::function<void()> remove;
    {
      absl::MutexLock lock(&mu_);
      answered_ = true;
      remove = remove_;
    }
    if (remove) remove();
  }

  Services* const services_;
  const std::shared_ptr<ExecutionWaits> waits_;
  const CallPtr call_;
  v1::WaitExecutionResponse* const response_;
  const std::string machine_;
  const std::string name_;
  const absl::Time deadline_;
  absl::Mutex mu_;
  bool answered_ ABSL_GUARDED_BY(mu_) = false;
  std::function<void()> remove_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

grpc::ServerUnaryReactor* ClientServiceImpl::StartExecution(
    grpc::CallbackServerContext*, const v1::StartExecutionRequest* request,
    v1::StartExecutionResponse* response) {
  const CallPtr call = UnaryCall::New();
  if (const auto wrong = CheckStart(*request, services_->max_payload_bytes)) {
    call->Fail(Invalid(*wrong));
    return call.get();
  }
  const std::string machine = request->state_machine();
  const std::string name =
      request->name().empty() ? Uuid::Random().ToString() : std::string(request->name());
  services_->engine->StartExecution(
      {machine, request->qualifier()}, name,
      Text(request->input().empty() ? "{}" : request->input()),
      [services = services_, waits = waits_, call, response, machine,
       name](const absl::StatusOr<engine::Started>& started) {
        if (!started.ok()) return call->Fail(ToGrpc(started.status()));
        waits->Started(machine, name, started->id);
        call->Succeed([&] {
          response->set_name(name);
          response->set_execution_arn(services->account.ExecutionArn(machine, name));
          FillTime(started->started_at, response->mutable_started_at());
        });
      });
  return call.get();
}

grpc::ServerUnaryReactor* ClientServiceImpl::DescribeExecution(
    grpc::CallbackServerContext*, const v1::DescribeExecutionRequest* request,
    v1::DescribeExecutionResponse* response) {
  const CallPtr call = UnaryCall::New();
  Find(*services_, request->state_machine(), request->name(), call,
       [services = services_, call, response](const store::ExecutionRecord& record) {
         call->Succeed(
             [&] { FillExecution(services->account, record, response->mutable_execution()); });
       });
  return call.get();
}

grpc::ServerUnaryReactor* ClientServiceImpl::GetExecutionHistory(
    grpc::CallbackServerContext*, const v1::GetExecutionHistoryRequest* request,
    v1::GetExecutionHistoryResponse* response) {
  const CallPtr call = UnaryCall::New();
  if (request->page_size() < 0 || request->page_size() > kMaxPageSize ||
      request->after_event_id() < 0) {
    call->Fail(Invalid("page_size is from 0 to 1000, after_event_id not negative"));
    return call.get();
  }
  const int64_t limit = request->page_size() == 0 ? kDefaultPageSize : request->page_size();
  const auto read = [call, response,
                     machine_arn = services_->account.StateMachineArn(request->state_machine())](
                        const absl::StatusOr<store::Page<core::HistoryEvent>>& page) {
    if (!page.ok()) return call->Fail(ToGrpc(page.status()));
    call->Succeed([&] {
      for (const core::HistoryEvent& event : page->items) {
        v1::HistoryEvent* out = response->add_events();
        out->set_id(event.id);
        out->set_previous_id(event.previous_id);
        FillTime(event.timestamp, out->mutable_timestamp());
        out->set_type(std::string(core::EventTypeName(event.type)));
        api::AppendHistoryEvent(event, /*execution_data=*/true, machine_arn, out->mutable_json());
      }
      response->set_more(!page->next.empty());
    });
  };
  Find(*services_, request->state_machine(), request->name(), call,
       [services = services_, read, limit,
        after = request->after_event_id()](const store::ExecutionRecord& record) {
         services->store->GetHistory({.execution = record.id, .limit = limit, .after = after},
                                     read);
       });
  return call.get();
}

grpc::ServerUnaryReactor* ClientServiceImpl::StopExecution(grpc::CallbackServerContext*,
                                                           const v1::StopExecutionRequest* request,
                                                           v1::StopExecutionResponse* response) {
  const CallPtr call = UnaryCall::New();
  std::optional<Text> error, cause;
  if (request->has_error()) error = Text(request->error());
  if (request->has_cause()) cause = Text(request->cause());
  if (request->error().size() > kMaxErrorCharacters ||
      request->cause().size() > kMaxCauseCharacters) {
    call->Fail(Invalid("error has more than 256 bytes or cause more than 32768"));
    return call.get();
  }
  services_->engine->StopExecution(
      request->state_machine(), request->name(), std::move(error), std::move(cause),
      [call, response](const absl::StatusOr<absl::Time>& stopped_at) {
        if (!stopped_at.ok()) return call->Fail(ToGrpc(stopped_at.status()));
        call->Succeed([&] { FillTime(*stopped_at, response->mutable_stopped_at()); });
      });
  return call.get();
}

grpc::ServerUnaryReactor* ClientServiceImpl::WaitExecution(grpc::CallbackServerContext*,
                                                           const v1::WaitExecutionRequest* request,
                                                           v1::WaitExecutionResponse* response) {
  const CallPtr call = UnaryCall::New();
  std::make_shared<Waiter>(services_, waits_, call, *request, response)->Start();
  return call.get();
}

}  // namespace pawl::rpc
