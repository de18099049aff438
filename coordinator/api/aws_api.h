// The AWS Step Functions API: `POST /` with an X-Amz-Target (reference/api.md 1). Finds the
// operation, checks the members, runs it. Signatures are neither asked for nor looked at.

#ifndef PAWL_API_AWS_API_H_
#define PAWL_API_AWS_API_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "coordinator/api/aws_operations.h"
#include "coordinator/api/http_message.h"

namespace pawl::api {

// Thread-safe.
class AwsApi {
 public:
  // `services` outlives it and every call.
  explicit AwsApi(Services* services);

  void Handle(const Request& request, Responder responder);

 private:
  Services* const services_;
  absl::flat_hash_map<std::string, const Operation*> operations_;
};

}  // namespace pawl::api

#endif  // PAWL_API_AWS_API_H_
