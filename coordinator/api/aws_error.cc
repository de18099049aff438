#include "coordinator/api/aws_error.h"

#include <fmt/format.h>

#include <utility>

#include "coordinator/api/json_writer.h"
#include "coordinator/base/log.h"

namespace pawl::api {
namespace {

AwsError Quoted(std::string_view code, std::string_view text, std::string_view what) {
  return {std::string(code), fmt::format("{}: '{}'", text, what)};
}

std::string_view NamespaceOf(const AwsError& error) {
  if (error.code == "ValidationException") return "com.amazon.coral.validate";
  if (error.code == "SerializationException" || error.code == "UnknownOperationException" ||
      error.status >= 500) {
    return "com.amazon.coral.service";
  }
  return "com.amazonaws.swf.service.v2.model";
}

}  // namespace

std::string AwsError::Body() const {
  std::string out;
  ObjectWriter body(&out);
  body.Text("__type", fmt::format("{}#{}", NamespaceOf(*this), code)).Text("message", message);
  if (!reason.empty()) body.Text("reason", reason);
  body.Close();
  return out;
}

AwsError ValidationException(std::string message, std::string reason) {
  return {"ValidationException", std::move(message), 400, std::move(reason)};
}

AwsError SerializationException(std::string message) {
  return {"SerializationException", std::move(message)};
}

AwsError UnknownOperationException(std::string_view target) {
  if (target.empty()) {
    return {"UnknownOperationException", "The header X-Amz-Target is missing."};
  }
  return {"UnknownOperationException", fmt::format("Unknown operation: '{}'", target)};
}

AwsError StateMachineDoesNotExist(std::string_view arn) {
  return Quoted("StateMachineDoesNotExist", "State Machine Does Not Exist", arn);
}
AwsError StateMachineAlreadyExists(std::string_view arn) {
  return Quoted("StateMachineAlreadyExists", "State Machine Already Exists", arn);
}
AwsError StateMachineDeleting(std::string_view arn) {
  return Quoted("StateMachineDeleting", "State Machine is being deleted", arn);
}
AwsError StateMachineTypeNotSupported() {
  return {"StateMachineTypeNotSupported",
          "This operation is not supported by this type of state machine"};
}
AwsError ExecutionDoesNotExist(std::string_view arn) {
  return Quoted("ExecutionDoesNotExist", "Execution Does Not Exist", arn);
}
AwsError ExecutionAlreadyExists(std::string_view arn) {
  return Quoted("ExecutionAlreadyExists", "Execution Already Exists", arn);
}
AwsError ExecutionNotRedrivable(std::string_view arn, std::string_view reason) {
  return {"ExecutionNotRedrivable",
          fmt::format("Execution {} invalid for redrive as: {}", arn, reason)};
}
AwsError ActivityDoesNotExist(std::string_view arn) {
  return Quoted("ActivityDoesNotExist", "Activity Does Not Exist", arn);
}
AwsError ResourceNotFound(std::string_view arn) {
  return Quoted("ResourceNotFound", "Resource not found", arn);
}
AwsError InvalidArn(std::string_view reason) { return Quoted("InvalidArn", "Invalid Arn", reason); }
AwsError InvalidRoleArn(std::string_view arn) {
  return Quoted("InvalidArn", "Invalid Role Arn", arn);
}
AwsError InvalidName(std::string_view name) { return Quoted("InvalidName", "Invalid Name", name); }
AwsError InvalidDefinition(std::string_view problems) {
  return Quoted("InvalidDefinition", "Invalid State Machine Definition", problems);
}
AwsError InvalidExecutionInput(std::string_view reason) {
  return Quoted("InvalidExecutionInput", "Invalid State Machine Execution Input", reason);
}
AwsError InvalidOutput(std::string_view output) {
  return {"InvalidOutput", fmt::format("Invalid Output: '{}' is not valid JSON.", output)};
}
AwsError InvalidToken() { return Quoted("InvalidToken", "Invalid Token", "Invalid token"); }
AwsError InvalidLoggingConfiguration(std::string_view reason) {
  return {"InvalidLoggingConfiguration", fmt::format("Invalid Logging Configuration: {}", reason)};
}
AwsError InvalidEncryptionConfiguration(std::string_view reason) {
  return {"InvalidEncryptionConfiguration",
          fmt::format("Invalid Encryption Configuration: {}", reason)};
}
AwsError TaskTimedOut(std::string_view what) {
  return Quoted("TaskTimedOut", "Task Timed Out", what);
}
AwsError TooManyTags() {
  return {"TooManyTags", "The number of tags exceeds the limit of 50 for a resource."};
}
AwsError MissingRequiredParameter() {
  return {"MissingRequiredParameter",
          "Either the definition, the role ARN, the LoggingConfiguration, or the "
          "TracingConfiguration must be specified"};
}
AwsError VersionsNotSupported(std::string_view what) {
  return ValidationException(
      fmt::format("State machine versions and aliases are not supported by this server: {}", what));
}

AwsError ErrorOfStatus(const absl::Status& status, std::string_view operation,
                       std::string_view request_id) {
  const bool passing = absl::IsUnavailable(status) || absl::IsUnknown(status) ||
                       absl::IsAborted(status) || absl::IsDeadlineExceeded(status) ||
                       absl::IsResourceExhausted(status) || absl::IsCancelled(status);
  log::Write(passing ? log::Level::kWarn : log::Level::kError, "request_failed",
             {{"operation", operation}, {"request", request_id}, {"error", status}});
  if (passing) {
    return {"ServiceUnavailable", "The service is temporarily unavailable. Please try again.", 503};
  }
  return {"InternalFailure", "The request failed because of an internal error.", 500};
}

}  // namespace pawl::api
