#include "coordinator/asl/jsonata_budget.h"

#include <algorithm>

#include "coordinator/asl/unverified.h"

namespace pawl::asl {
namespace {

// AWS gives an expression about a second (reference/asl.md 7.4, R2).
constexpr absl::Duration kTimeOfOne = absl::Seconds(1);
// All of them must leave a transaction time to end in: less than the two seconds for which other
// coordinators are kept from the execution.
constexpr absl::Duration kTimeOfAll = absl::Milliseconds(1500);

// A number takes sixteen bytes here, and texts that were made on the way are held too.
constexpr size_t kMemoryOfOne = 2 * unverified::kJsonataBytes;
// Executions with larger payloads must be able to go through them.
constexpr size_t kMemoryPerPayloadByte = 16;
constexpr size_t kMostInOneDecision = 8;  // times what one expression may take

}  // namespace

JsonataBudget::JsonataBudget(size_t max_payload_bytes)
    : memory_of_one_(std::max(kMemoryOfOne, max_payload_bytes * kMemoryPerPayloadByte)),
      memory_(memory_of_one_ * kMostInOneDecision),
      time_(kTimeOfAll) {}

jsonata::Limits JsonataBudget::Limits() const {
  jsonata::Limits limits;
  limits.time = std::min(kTimeOfOne, time_);
  limits.depth = unverified::kJsonataDepth;
  limits.memory_bytes = std::min(memory_of_one_, memory_);
  return limits;
}

void JsonataBudget::Spend(absl::Duration time, size_t bytes) {
  time_ = std::max(absl::ZeroDuration(), time_ - time);
  memory_ -= std::min(memory_, bytes);
}

}  // namespace pawl::asl
