// Task tokens: opaque to their holders, signed with the cluster's secret. A token names one attempt
// of one task; whether that attempt is still open only the execution can tell.

#ifndef PAWL_ENGINE_TASK_TOKEN_H_
#define PAWL_ENGINE_TASK_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/core/task_token.h"

namespace pawl::engine {

using core::TaskToken;

class TaskTokens {
 public:
  // `scope` tells clusters apart that share a secret: a token of another account or region is
  // refused.
  TaskTokens(std::string secret, std::string scope)
      : secret_(std::move(secret)), scope_(std::move(scope)) {}

  // URL-safe text of at most 200 characters.
  std::string Encode(const TaskToken& token) const;
  // INVALID_ARGUMENT unless Encode made it, here or on another node of the cluster.
  absl::StatusOr<TaskToken> Decode(std::string_view text) const;

 private:
  std::string Sign(std::string_view payload) const;

  std::string secret_;
  std::string scope_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_TASK_TOKEN_H_
