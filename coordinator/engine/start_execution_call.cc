#include "coordinator/engine/start_execution_call.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/engine/sdk_metadata.h"
#include "coordinator/integrations/parameters.h"

namespace pawl::engine {
namespace {

using integrations::CallFailure;
using integrations::CallResult;

// The request of a call, and what its answers need of it.
struct Request {
  std::string machine_arn;
  std::string machine_name;
  std::string qualifier;  // of a version or an alias
  std::string name;
  Text input;
  std::string trace_header;
  std::string execution_arn;
  std::string request_id;
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

// The members of a call as they are; the reader has its problems.
struct Members {
  explicit Members(integrations::ParameterReader& reader)
      : machine_arn(reader.RequiredString("StateMachineArn")),
        name(reader.String("Name")),
        input(reader.Value("Input")),
        trace_header(reader.String("TraceHeader")) {
    reader.RefuseOthers();
  }

  std::optional<std::string> machine_arn;
  std::optional<std::string> name;
  Json input;
  std::optional<std::string> trace_header;
};

Outcome<Request, CallFailure> ReadRequest(const Account& account, const integrations::Call& call) {
  integrations::ParameterReader reader(call.parameters);
  const Members members(reader);
  if (!reader.ok()) return reader.Failure();
  const Json input = members.input;
  Request request{.request_id = call.idempotency_key};
  request.machine_arn = *members.machine_arn;
  request.name = members.name.value_or(call.idempotency_key);
  const absl::StatusOr<Arn> arn = Arn::Parse(request.machine_arn);
  if (!arn.ok() || request.machine_arn != account.QualifiedArn(arn->name, arn->qualifier)) {
    return NoMachine(request.machine_arn, request.request_id);
  }
  request.machine_name = arn->name;
  request.qualifier = arn->qualifier;
  request.trace_header = members.trace_header.value_or("");
  // Text that is JSON goes as it is, all other values as what they are.
  if (input.is_string() && CheckJson(input.as_string()).ok()) {
    request.input = Text(std::string(input.as_string()));
  } else {
    request.input = input.is_undefined() ? Text("{}") : Text(WriteJson(input));
  }
  request.execution_arn = account.ExecutionArn(request.machine_name, request.name);
  return request;
}

// As the API itself answers; what an SDK makes of it.
std::string Response(const Request& request, absl::Time started_at, absl::Time now) {
  std::string arn;
  AppendJsonString(request.execution_arn, &arn);
  const int64_t millis = absl::ToUnixMillis(started_at);
  const std::string body = fmt::format(R"({{"executionArn":{},"startDate":{}.{:03}}})", arn,
                                       millis / 1000, millis % 1000);
  const Headers headers = {{"connection", "keep-alive"},
                           {"Content-Length", StrCat(body.size())},
                           {"Content-Type", "application/x-amz-json-1.0"},
                           {"Date", HttpDate(now)},
                           {"x-amzn-RequestId", request.request_id}};
  return StrCat(R"({"ExecutionArn":)", arn, ",", SdkMetadata(headers, 200, request.request_id),
                R"(,"StartDate":)", millis, "}");
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

}  // namespace

std::optional<std::string> StartExecutionRefusal(Json parameters) {
  integrations::ParameterReader reader(parameters);
  const Members members(reader);
  if (reader.ok()) return std::nullopt;
  return reader.Failure().cause;
}

void CallStartExecution(const Account& account, const integrations::Call& call, const ByTask& task,
                        const Clock* clock, Scheduler* scheduler, StartFunction start,
                        absl::AnyInvocable<void(CallResult)> done) {
  Outcome<Request, CallFailure> read = ReadRequest(account, call);
  if (!read.ok()) return done(CallResult(std::move(read.error())));
  WantedExecution wanted{MachineRef(read->machine_name, read->qualifier),
                         read->name,
                         {read->input, read->trace_header},
                         task};
  StartUntilKnown(std::move(wanted), scheduler, std::move(start),
                  [request = *std::move(read), clock,
                   done = std::move(done)](absl::StatusOr<Started> started) mutable {
                    done(started.ok()
                             ? CallResult(Response(request, started->started_at, clock->Now()))
                             : CallResult(FailureOf(started.status(), request)));
                  });
}

}  // namespace pawl::engine
