#include "coordinator/engine/start_execution_call.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {
namespace {

using integrations::CallFailure;
using integrations::CallResult;

// The request of a call, and what its answers need of it.
struct Request {
  std::string machine_arn;
  std::string machine_name;
  std::string name;
  Text input;
  std::string execution_arn;
  std::string request_id;
  ByTask task;
};

CallFailure ServiceFailure(std::string_view code, std::string_view exception,
                           std::string_view message, std::string_view request_id) {
  return {
      StrCat("StepFunctions.", exception),
      fmt::format("{} (Service: AWSStepFunctions; Status Code: 400; Error Code: {}; Request ID: "
                  "{}; Proxy: null)",
                  message, code, request_id)};
}

CallFailure NoMachine(const std::string& arn, std::string_view request_id) {
  return ServiceFailure("StateMachineDoesNotExist", "StateMachineDoesNotExistException",
                        StrCat("State Machine Does Not Exist: '", arn, "'"), request_id);
}

CallFailure BadParameters(const std::string& parameters, std::string_view what) {
  return {"States.Runtime", StrCat("The Parameters '", parameters,
                                   "' could not be used to start the Task: [", what, "]")};
}

Outcome<Request, CallFailure> ReadRequest(const Account& account, const integrations::Call& call) {
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(call.parameters, &arena);
  if (!json.ok() || !json->is_object()) {
    return BadParameters(call.parameters, "The value must be an object");
  }
  Request request{.request_id = call.idempotency_key};
  const Json machine = json->Find("StateMachineArn");
  if (!machine.is_string()) {
    return BadParameters(call.parameters,
                         "The value for the field 'StateMachineArn' must be a STRING");
  }
  request.machine_arn = std::string(machine.as_string());
  const absl::StatusOr<Arn> arn = Arn::Parse(request.machine_arn);
  if (!arn.ok() || request.machine_arn != account.StateMachineArn(arn->name)) {
    return NoMachine(request.machine_arn, request.request_id);
  }
  request.machine_name = arn->name;
  const Json name = json->Find("Name");
  if (!name.is_undefined() && !name.is_string()) {
    return BadParameters(call.parameters, "The value for the field 'Name' must be a STRING");
  }
  request.name = name.is_string() ? std::string(name.as_string()) : call.idempotency_key;
  const Json input = json->Find("Input");
  const bool none = input.is_undefined() || input.is_null();
  // Text that is JSON goes as it is, all other values as what they are.
  if (input.is_string() && CheckJson(input.as_string()).ok()) {
    request.input = Text(std::string(input.as_string()));
  } else {
    request.input = none ? Text("{}") : Text(WriteJson(input));
  }
  request.execution_arn = account.ExecutionArn(request.machine_name, request.name);
  return request;
}

std::string Response(const Request& request, absl::Time started_at) {
  JsonArena arena;
  const auto quoted = [&](const std::string& text) {
    return WriteJson(Json::String(text, &arena));
  };
  const std::string id = quoted(request.request_id);
  return StrCat(R"({"ExecutionArn":)", quoted(request.execution_arn), R"(,"SdkHttpMetadata":)",
                R"({"AllHttpHeaders":{"x-amzn-RequestId":[)", id,
                R"(],"Content-Type":["application/x-amz-json-1.0"]},"HttpHeaders":)",
                R"({"Content-Type":"application/x-amz-json-1.0","x-amzn-RequestId":)", id,
                R"(},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":)", id,
                R"(},"StartDate":)", absl::ToUnixMillis(started_at), "}");
}

CallFailure FailureOf(const absl::Status& status, const Request& request) {
  if (absl::IsNotFound(status)) return NoMachine(request.machine_arn, request.request_id);
  if (absl::IsAlreadyExists(status)) {
    return ServiceFailure("ExecutionAlreadyExists", "ExecutionAlreadyExistsException",
                          StrCat("Execution Already Exists: '", request.execution_arn, "'"),
                          request.request_id);
  }
  if (absl::IsFailedPrecondition(status)) {
    return ServiceFailure("StateMachineDeleting", "StateMachineDeletingException",
                          StrCat("State Machine is being deleted: '", request.machine_arn, "'"),
                          request.request_id);
  }
  return {"StepFunctions.SdkClientException", std::string(status.message())};
}

// Starts until somebody knows what came of it. The name makes repeats harmless.
class Attempts : public std::enable_shared_from_this<Attempts> {
 public:
  Attempts(Request request, Scheduler* scheduler, StartFunction start,
           absl::AnyInvocable<void(CallResult)> done)
      : request_(std::move(request)),
        scheduler_(scheduler),
        start_(std::move(start)),
        done_(std::move(done)) {}

  void Try() {
    start_(request_.machine_name, request_.name, request_.input, request_.task,
           [self = shared_from_this()](absl::StatusOr<Started> started) {
             self->Tried(std::move(started));
           });
  }

 private:
  void Tried(absl::StatusOr<Started> started) {
    if (started.ok()) return done_(CallResult(Response(request_, started->started_at)));
    if (!absl::IsUnavailable(started.status()) || ++tried_ == kMostTries) {
      return done_(CallResult(FailureOf(started.status(), request_)));
    }
    scheduler_->RunAfter(kPause, [self = shared_from_this()] { self->Try(); });
  }

  static constexpr int kMostTries = 120;
  static constexpr absl::Duration kPause = absl::Milliseconds(500);

  const Request request_;
  Scheduler* const scheduler_;
  const StartFunction start_;
  absl::AnyInvocable<void(CallResult)> done_;
  int tried_ = 0;
};

}  // namespace

void CallStartExecution(const Account& account, const integrations::Call& call, const ByTask& task,
                        Scheduler* scheduler, StartFunction start,
                        absl::AnyInvocable<void(CallResult)> done) {
  Outcome<Request, CallFailure> request = ReadRequest(account, call);
  if (!request.ok()) return done(CallResult(std::move(request.error())));
  request->task = task;
  const auto attempts =
      std::make_shared<Attempts>(*std::move(request), scheduler, std::move(start), std::move(done));
  attempts->Try();
}

}  // namespace pawl::engine
