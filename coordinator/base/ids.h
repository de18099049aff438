// Identifiers that cannot be mixed up, and where they come from.

#ifndef PAWL_BASE_IDS_H_
#define PAWL_BASE_IDS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pawl {

// A value with a meaning of its own: two StrongIds of different tags do not convert into each
// other.
template <typename Tag, typename Rep>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(Rep value) : value_(std::move(value)) {}
  const Rep& value() const { return value_; }
  auto operator<=>(const StrongId&) const = default;

  template <typename H>
  friend H AbslHashValue(H h, const StrongId& id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  Rep value_{};
};

// 128 bits, printed as 8-4-4-4-12 lower-case hexadecimal digits. Ordered as its bytes are.
class Uuid {
 public:
  Uuid() : bytes_{} {}
  explicit Uuid(const std::array<uint8_t, 16>& bytes) : bytes_(bytes) {}
  // INVALID_ARGUMENT unless `text` has the printed form; upper-case digits are accepted.
  static absl::StatusOr<Uuid> Parse(std::string_view text);
  // Random (version 4), from the system's source.
  static Uuid Random();
  // Version 7: starts with `time` in milliseconds and 12 bits of what is below, the rest is random.
  // Ids of times that are a microsecond or more apart sort as their times do.
  static Uuid TimeOrdered(absl::Time time);
  // The same, its random bits taken from two calls of `random`.
  static Uuid TimeOrdered(absl::Time time, const std::function<int64_t()>& random);

  std::string ToString() const;
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  bool is_nil() const { return *this == Uuid(); }
  auto operator<=>(const Uuid&) const = default;

  template <typename H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  std::array<uint8_t, 16> bytes_;
};

using ExecutionId = StrongId<struct ExecutionIdTag, Uuid>;  // version 7, of the start time
using RevisionId = StrongId<struct RevisionIdTag, Uuid>;  // of a state machine's immutable revision
using MachineId = StrongId<struct MachineIdTag, int64_t>;
using ActivityId = StrongId<struct ActivityIdTag, int64_t>;
// Names one moment of an execution. Drawn at random for each transition, never used twice; 0 is
// none.
using Fence = StrongId<struct FenceTag, int64_t>;
// Numbers the times between two losses of the flush barrier's session (store/store.h); 0 is none.
using FlushEpoch = StrongId<struct FlushEpochTag, int64_t>;
// A line of control of an execution: 0 is the execution itself, others are branches of a Parallel
// and iterations of a Map, numbered in the order in which they began.
using BranchId = StrongId<struct BranchIdTag, int64_t>;

// 64 random bits from the system's source, never 0. Cheap: the system is asked for many at a time.
int64_t RandomInt64();

}  // namespace pawl

#endif  // PAWL_BASE_IDS_H_
