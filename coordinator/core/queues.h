// The names under which those wait who take tasks. No activity and no function can have a name with
// a colon in it.

#ifndef PAWL_CORE_QUEUES_H_
#define PAWL_CORE_QUEUES_H_

#include <string>
#include <string_view>

#include "coordinator/base/strings.h"

namespace pawl::core {

// Calls that coordinators make.
inline constexpr std::string_view kCallQueue = ":call";
// Jobs that such calls have submitted, for coordinators to look after until they end.
inline constexpr std::string_view kJobQueue = ":job";
// Nobody takes tasks from here: it tells the tokens that calls hand out from those of their makers.
inline constexpr std::string_view kCallbackQueue = ":callback";

// Lambda functions that workers serve.
inline constexpr std::string_view kFunctionQueuePrefix = "lambda:";
inline std::string FunctionQueue(std::string_view function) {
  return StrCat(kFunctionQueuePrefix, function);
}
inline bool IsFunctionQueue(std::string_view queue) {
  return queue.starts_with(kFunctionQueuePrefix);
}

// Whether coordinators themselves take tasks from there.
inline bool IsOwnQueue(std::string_view queue) { return queue == kCallQueue || queue == kJobQueue; }

// Whether the task is a call, made by a coordinator or a function's worker, and not an activity.
inline bool IsCallQueue(std::string_view queue) {
  return IsOwnQueue(queue) || IsFunctionQueue(queue);
}

}  // namespace pawl::core

#endif  // PAWL_CORE_QUEUES_H_
