// Task tokens: opaque to their holders, signed with the cluster's secret. A token names one attempt
// of one task; whether that attempt is still open only the execution can tell.

#ifndef PAWL_ENGINE_TASK_TOKEN_H_
#define PAWL_ENGINE_TASK_TOKEN_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/core/task_token.h"

struct evp_mac_ctx_st;

namespace pawl::engine {

using core::TaskToken;

class TaskTokens {
 public:
  // `scope` tells clusters apart that share a secret: a token of another account or region is
  // refused.
  TaskTokens(const std::string& secret, std::string scope);

  // URL-safe text of at most 200 characters.
  std::string Encode(const TaskToken& token) const;
  // INVALID_ARGUMENT unless Encode made it, here or on another node of the cluster.
  absl::StatusOr<TaskToken> Decode(std::string_view text) const;

 private:
  std::string Sign(std::string_view payload) const;

  // A signature that has been begun with the secret. It is never gone on with, but copied: to look
  // for the algorithm and to take in the key costs several times what a token does.
  std::shared_ptr<const evp_mac_ctx_st> keyed_;
  std::string scope_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_TASK_TOKEN_H_
