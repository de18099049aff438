// What an execution may hold. Fixed when it begins and stored with its first event, so that every
// node, and every replay of its history, decides alike whatever its own settings are.

#ifndef PAWL_CORE_LIMITS_H_
#define PAWL_CORE_LIMITS_H_

#include <cstddef>
#include <cstdint>

namespace pawl::core {

// AWS quota: 256 KiB.
inline constexpr int64_t kAwsPayloadBytes = 262'144;
// What a payload can be allowed at the most: more would make rows and messages of that size a
// burden to everything else.
inline constexpr int64_t kMostPayloadBytes = 16'777'216;

struct Limits {
  // The largest input, output or result of a state, as JSON text in UTF-8, and the largest sum of
  // what one Assign gives its variables.
  int64_t payload_bytes = kAwsPayloadBytes;
  // The id of the last event that a history can have; what would need more fails the execution with
  // that event. 0: no limit; else at least 2. AWS quota: 25,000.
  int64_t history_events = 0;

  friend bool operator==(const Limits&, const Limits&) = default;
};

// The largest sum of all variables that a scope sees; values count as JSON text, names do not
// (reference/asl.md 8). AWS quota: 10 MiB.
inline constexpr size_t kMaxVariableBytes = 10'485'760;
// The longest name and text of an error; longer ones are cut (reference/quotas.md 1).
inline constexpr size_t kMaxErrorCharacters = 256;
inline constexpr size_t kMaxCauseCharacters = 32'768;

}  // namespace pawl::core

#endif  // PAWL_CORE_LIMITS_H_
