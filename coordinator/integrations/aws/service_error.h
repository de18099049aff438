// What a service says when it refuses an operation or fails (reference/integrations.md 3). Pure.

#ifndef PAWL_INTEGRATIONS_AWS_SERVICE_ERROR_H_
#define PAWL_INTEGRATIONS_AWS_SERVICE_ERROR_H_

#include <optional>
#include <string>

#include "coordinator/integrations/aws/model.h"
#include "coordinator/integrations/aws/wire.h"

namespace pawl::aws {

struct ServiceError {
  std::string code;  // as the service sent it; empty: none came
  std::optional<std::string> message;
  std::optional<std::string> request_id;
  std::optional<std::string> extended_request_id;  // S3's
  int status = 0;
  bool throttled = false;  // too many calls: the same call can succeed later
  bool transient = false;  // the service's own trouble, likewise

  // What the model has for it, "ResourceNotFoundException"; empty: nothing.
  std::string Shape(const ServiceModel& model, const Operation& operation) const;
  // "DynamoDb.ResourceNotFoundException"; "DynamoDb.DynamoDbException" of a code that the service's
  // model does not have.
  std::string Name(const ServiceModel& model, const Operation& operation) const;
  // "<message> (Service: DynamoDb, Status Code: 400, Request ID: <id>) (SDK Attempt Count: 1)"
  //   attempts   how often the operation was tried
  std::string Cause(const ServiceModel& model, int attempts = 1) const;
};

// Of a response that IsFailure. Whatever the body is, there is an error.
ServiceError ReadError(const ServiceModel& model, const Operation& operation,
                       const WireResponse& response);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_SERVICE_ERROR_H_
