// Turns history events, as GetExecutionHistory gives them, into lines for people.

#ifndef PAWL_CLI_HISTORY_VIEW_H_
#define PAWL_CLI_HISTORY_VIEW_H_

#include <cstdint>
#include <string>
#include <unordered_map>

#include "coordinator/base/json.h"

namespace pawl::cli {

// Fed with the events of one execution in their order.
class HistoryView {
 public:
  // `width`: the longest a line may get; 0: as long as it is.
  explicit HistoryView(size_t width) : width_(width) {}

  // "12:00:00.123    3  TaskScheduled  Charge  parameters={...}", without a line end.
  std::string Line(Json event);
  // Whether the event ends the execution.
  static bool IsEnd(Json event);

 private:
  // An event that names no state belongs to that of the event which led to it.
  std::string StateOf(Json event);

  const size_t width_;
  std::unordered_map<int64_t, std::string> states_;  // by event id
};

}  // namespace pawl::cli

#endif  // PAWL_CLI_HISTORY_VIEW_H_
