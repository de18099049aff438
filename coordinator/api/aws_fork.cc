// ForkExecution: an operation of Pawl's own, in the form of AWS's. Errors of the request are
// ValidationExceptions.

#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::api {
namespace {

constexpr Member kForkExecution[] = {
    ArnMember("executionArn"),
    {.name = "state", .required = true, .least = 1, .most = kMaxNameCharacters},
    {.name = "input", .sensitive = true, .payload = PayloadLength::kCharacters},
    {.name = "revisionId", .least = 1, .most = 256},
    {.name = "name", .least = 1, .most = kMaxNameCharacters},
};

void AnswerFork(const CallPtr& call, const std::string& new_arn,
                const absl::StatusOr<engine::Started>& started) {
  switch (started.status().code()) {
    case absl::StatusCode::kOk:
      break;
    case absl::StatusCode::kNotFound:
      return call->Fail(ExecutionDoesNotExist(call->Text("executionArn")));
    case absl::StatusCode::kAlreadyExists:
      return call->Fail(ExecutionAlreadyExists(new_arn));
    case absl::StatusCode::kInvalidArgument:
      return call->Fail(ValidationException(std::string(started.status().message())));
    case absl::StatusCode::kFailedPrecondition:
      return call->Fail(StateMachineDeleting(call->Text("executionArn")));
    default:
      return call->Fail(started.status());
  }
  std::string out;
  ObjectWriter(&out).Text("executionArn", new_arn).Time("startDate", started->started_at).Close();
  call->Succeed(std::move(out));
}

void ForkExecution(Services& services, CallPtr call) {
  const auto arn = ReadExecutionArn(services.account, call->Text("executionArn"));
  if (!arn.ok()) return call->Fail(arn.error());
  if (const auto error = CheckName(call->Text("name"))) return call->Fail(*error);
  if (call->Has("input")) {
    const auto error = CheckExecutionInput(call->Text("input"), services.max_payload_bytes);
    if (error) return call->Fail(*error);
  }
  const std::string name =
      call->Has("name") ? std::string(call->Text("name")) : Uuid::Random().ToString();
  const std::string new_arn = services.account.ExecutionArn(arn->name, name);
  services.engine->ForkExecution({.machine_name = arn->name,
                                  .name = arn->qualifier,
                                  .state = std::string(call->Text("state")),
                                  .input = call->OptionalText("input"),
                                  .revision = std::string(call->Text("revisionId")),
                                  .new_name = name},
                                 [call, new_arn](const absl::StatusOr<engine::Started>& started) {
                                   AnswerFork(call, new_arn, started);
                                 });
}

}  // namespace

std::span<const Operation> ForkOperations() {
  static constexpr Operation kOperations[] = {{"ForkExecution", kForkExecution, ForkExecution}};
  return kOperations;
}

}  // namespace pawl::api
