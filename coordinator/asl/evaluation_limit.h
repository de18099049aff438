// How much memory one template, or one call of an intrinsic function, may fill while it is
// evaluated: a definition of the allowed size could ask for a million times its input.

#ifndef PAWL_ASL_EVALUATION_LIMIT_H_
#define PAWL_ASL_EVALUATION_LIMIT_H_

#include <cstddef>

#include "coordinator/asl/error.h"
#include "coordinator/base/json.h"

namespace pawl::asl {

class EvaluationLimit {
 public:
  // Counts from now on.
  explicit EvaluationLimit(const JsonArena* arena) : arena_(arena), before_(arena->bytes_used()) {}

  bool Exceeded() const { return arena_->bytes_used() - before_ > kMaxBytes; }
  static WorkflowError Error() {
    return {"States.DataLimitExceeded",
            "The evaluation of a payload template takes more than 256 MiB of memory."};
  }

 private:
  // Far more than what the largest payload, and all that leads to it, can need.
  static constexpr size_t kMaxBytes = 256u << 20;

  const JsonArena* const arena_;
  const size_t before_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_EVALUATION_LIMIT_H_
