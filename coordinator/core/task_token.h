// What a task token names: one attempt of one task. Its form without the signature that makes it a
// token (engine/task_token.h), so that who holds tokens without the secret can tell whose they are.

#ifndef PAWL_CORE_TASK_TOKEN_H_
#define PAWL_CORE_TASK_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/base/ids.h"

namespace pawl::core {

struct TaskToken {
  ExecutionId execution;
  BranchId branch;
  int64_t nonce = 0;
  // The queue that the task was taken from, or kCallbackQueue (core/queues.h).
  std::string queue;
};

// Bytes of the signature, which a token's bytes end with.
inline constexpr size_t kTokenSignatureBytes = 16;

// The bytes that are signed.
std::string TokenPayload(const TaskToken& token);
// INVALID_ARGUMENT unless TokenPayload made it.
absl::StatusOr<TaskToken> ReadTokenPayload(std::string_view payload);

// What a whole token, URL-safe base64, says; whether it is genuine is not checked. INVALID_ARGUMENT
// when it has not the form of one.
absl::StatusOr<TaskToken> ReadUnverifiedToken(std::string_view token);

}  // namespace pawl::core

#endif  // PAWL_CORE_TASK_TOKEN_H_
