// What is seen of a state that is tested by itself (TestState, reference/api.md 7): its data on the
// way, its numbers, and where it goes. The decisions that run it fill it; an execution has none.

#ifndef PAWL_CORE_OBSERVATION_H_
#define PAWL_CORE_OBSERVATION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "coordinator/base/json.h"
#include "coordinator/base/text.h"

namespace pawl::core {

struct Observation {
  // Given: stands in the place of the Context object. An object.
  Json context;

  // JSON texts; absent: the state did not come so far, or has no such phase. Those that are larger
  // than a state's data may be are left out.
  std::optional<Text> after_input_path;
  std::optional<Text> after_parameters;  // in JSONata: Arguments
  std::optional<Text> after_items_pointer;
  std::optional<Text> after_items_path;
  std::optional<Text> after_item_selector;
  std::optional<Text> after_item_batcher;
  std::optional<Text> result;
  std::optional<Text> after_result_selector;
  std::optional<Text> after_result_path;

  // Of a Map.
  std::optional<int64_t> max_concurrency;
  std::optional<int64_t> tolerated_failure_count;
  std::optional<double> tolerated_failure_percentage;

  // Of a failure: what it is, and who takes it. `retry_seconds`: of an attempt that is granted.
  bool failed = false;
  std::optional<std::string> error;
  std::optional<std::string> cause;
  std::optional<size_t> retry_index;
  std::optional<double> retry_seconds;
  std::optional<size_t> catch_index;

  // The state has been left: with what, and for which state (empty: none).
  bool left = false;
  Text output;
  Text variables;
  std::string next;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_OBSERVATION_H_
