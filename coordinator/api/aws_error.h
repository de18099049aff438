// Errors of the AWS API: the names and messages that its clients dispatch on (reference/api.md 3).

#ifndef PAWL_API_AWS_ERROR_H_
#define PAWL_API_AWS_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace pawl::api {

struct AwsError {
  std::string code;  // "StateMachineDoesNotExist"
  std::string message;
  int status = 400;
  std::string reason;  // of a ValidationException, where AWS gives one

  // {"__type": ..., "message": ...}
  std::string Body() const;
};

AwsError ValidationException(std::string message, std::string reason = "");
AwsError SerializationException(std::string message);
AwsError UnknownOperationException(std::string_view target);

// Each names the thing it is about.
AwsError StateMachineDoesNotExist(std::string_view arn);
AwsError StateMachineAlreadyExists(std::string_view arn);
AwsError StateMachineDeleting(std::string_view arn);
AwsError StateMachineTypeNotSupported();
AwsError ExecutionDoesNotExist(std::string_view arn);
AwsError ExecutionAlreadyExists(std::string_view arn);
AwsError ExecutionNotRedrivable(std::string_view arn, std::string_view reason);
AwsError ActivityDoesNotExist(std::string_view arn);
AwsError ResourceNotFound(std::string_view arn);
AwsError InvalidArn(std::string_view reason);
AwsError InvalidRoleArn(std::string_view arn);
AwsError InvalidName(std::string_view name);
AwsError InvalidDefinition(std::string_view problems);
AwsError InvalidExecutionInput(std::string_view reason);
AwsError InvalidOutput(std::string_view output);
AwsError InvalidToken();
AwsError InvalidLoggingConfiguration(std::string_view reason);
AwsError InvalidEncryptionConfiguration(std::string_view reason);
AwsError TaskTimedOut(std::string_view what);
AwsError TooManyTags();
AwsError MissingRequiredParameter();
AwsError VersionsNotSupported(std::string_view what);

// What remains of a failure within: 503 when a repeat may succeed, else 500, without internals. The
// status is logged with the request it failed.
AwsError ErrorOfStatus(const absl::Status& status, std::string_view operation,
                       std::string_view request_id);

}  // namespace pawl::api

#endif  // PAWL_API_AWS_ERROR_H_
