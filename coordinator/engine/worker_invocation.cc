#include "coordinator/engine/worker_invocation.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/engine/sdk_metadata.h"
#include "coordinator/integrations/lambda_routes.h"

namespace pawl::engine {
namespace {

using integrations::CallFailure;
using integrations::CallResult;

constexpr std::string_view kEvent = "Event";

// Lambda's answer without a body.
std::string Answer(int status, const std::string& request_id, absl::Time now) {
  return StrCat(R"({"Payload":"",)",
                SdkMetadata(LambdaHeaders(request_id, 0, now), status, request_id),
                R"(,"StatusCode":)", status, "}");
}

// What the event's execution gets; members that the task was not given are null.
Text InputOf(const integrations::Invocation& invocation) {
  std::string input = R"({"FunctionName":)";
  AppendJsonString(invocation.function, &input);
  const auto append = [&](std::string_view name, const std::string& value) {
    StrAppend(&input, ",\"", name, "\":");
    if (value.empty()) {
      input.append("null");
    } else {
      AppendJsonString(value, &input);
    }
  };
  append("Qualifier", invocation.qualifier);
  append("ClientContext", invocation.client_context);
  input.append(R"(,"Payload":)");
  // Text that is no JSON is told as the text it is; functions of workers get it as a JSON string.
  if (CheckJson(invocation.payload).ok()) {
    input.append(invocation.payload);
  } else {
    AppendJsonString(invocation.payload, &input);
  }
  input.push_back('}');
  return Text(std::move(input));
}

CallFailure EventFailure(const absl::Status& status, const std::string& request_id) {
  return {"Lambda.ServiceException",
          fmt::format("The event could not be queued: {} (Service: AWSLambda; Status Code: 500; "
                      "Error Code: ServiceException; Request ID: {}; Proxy: null)",
                      FromAbsl(status.message()), request_id)};
}

// Starts the execution that is the event, whose machine is made with the first of them.
class EventStart : public std::enable_shared_from_this<EventStart> {
 public:
  EventStart(WantedExecution wanted, WorkerInvocationParts parts, store::Callback<Started> done)
      : wanted_(std::move(wanted)), parts_(std::move(parts)), done_(std::move(done)) {}

  void Try() {
    StartUntilKnown(wanted_, parts_.scheduler, parts_.start,
                    [self = shared_from_this()](absl::StatusOr<Started> started) {
                      if (!absl::IsNotFound(started.status()) || ++self->tried_ == kMostTries) {
                        return self->done_(std::move(started));
                      }
                      self->MakeMachine();
                    });
  }

 private:
  // However it ends, the next start shows whether the machine is there.
  void MakeMachine() {
    parts_.create_event_machine([self = shared_from_this()](const absl::Status& status) {
      if (status.ok()) return self->Try();
      self->parts_.scheduler->RunAfter(kPause, [self] { self->Try(); });
    });
  }

  static constexpr int kMostTries = 60;
  static constexpr absl::Duration kPause = absl::Seconds(1);

  const WantedExecution wanted_;
  const WorkerInvocationParts parts_;
  store::Callback<Started> done_;
  int tried_ = 0;
};

}  // namespace

std::optional<integrations::Invocation> OwnInvocation(
    const integrations::Call& call,
    const std::function<std::string(std::string_view function)>& served_function) {
  if (call.service != "lambda" || !call.function_arn.empty()) return std::nullopt;
  // Most do not say it: their payload is read by who sends it, and only there.
  if (call.parameters.find("\"InvocationType\"") == std::string::npos) return std::nullopt;
  Outcome<integrations::Invocation, CallFailure> invocation = integrations::ReadInvocation(call);
  if (!invocation.ok() || invocation->type == "RequestResponse") return std::nullopt;
  const auto function =
      integrations::FunctionReference::Parse(invocation->function, invocation->qualifier);
  if (served_function(function.Qualified()).empty()) return std::nullopt;
  return *std::move(invocation);
}

void CallWorkerFunction(const integrations::Call& call, const integrations::Invocation& invocation,
                        const ByTask& task, const WorkerInvocationParts& parts,
                        absl::AnyInvocable<void(CallResult)> done) {
  const std::string id = call.idempotency_key;
  // Nobody is asked whether a worker serves the function: one may come at any time.
  if (invocation.type != kEvent) return done(CallResult(Answer(204, id, parts.clock->Now())));
  WantedExecution wanted{std::string(kEventMachine), id, InputOf(invocation), task};
  std::make_shared<EventStart>(
      std::move(wanted), parts,
      [id, clock = parts.clock,
       done = std::move(done)](const absl::StatusOr<Started>& started) mutable {
        done(started.ok() ? CallResult(Answer(202, id, clock->Now()))
                          : CallResult(EventFailure(started.status(), id)));
      })
      ->Try();
}

}  // namespace pawl::engine
