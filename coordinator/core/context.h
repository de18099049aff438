// The Context object, `$$` (reference/asl.md 9).

#ifndef PAWL_CORE_CONTEXT_H_
#define PAWL_CORE_CONTEXT_H_

#include <cstdint>
#include <optional>

#include "coordinator/core/step.h"

namespace pawl::core {

// An item of a Map that is not an iteration yet: what ItemSelector sees as `$$.Map.Item`.
struct MapItem {
  int64_t index = 0;
  Json value;
};

// Whether the Context object has State.RetryCount: recorded in Task and Map states, absent in Pass
// states.
bool HasRetryCount(const asl::State& state);

// The Context object of `branch` in the state it is in.
Json MakeContext(Step& step, const Branch& branch, const std::optional<MapItem>& item);

}  // namespace pawl::core

#endif  // PAWL_CORE_CONTEXT_H_
