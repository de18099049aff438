// Events of an execution's history as GetExecutionHistory writes them (reference/history.md 1 and
// 3).

#ifndef PAWL_API_HISTORY_JSON_H_
#define PAWL_API_HISTORY_JSON_H_

#include <string>
#include <string_view>

#include "coordinator/core/history.h"

namespace pawl::api {

// Appends the event as a JSON object. Without `execution_data` payloads and assigned variables are
// left out; names, errors and causes stay. `machine_arn` is that of the execution's machine, to
// which the version and the alias it was started by belong.
void AppendHistoryEvent(const core::HistoryEvent& event, bool execution_data,
                        std::string_view machine_arn, std::string* out);

}  // namespace pawl::api

#endif  // PAWL_API_HISTORY_JSON_H_
