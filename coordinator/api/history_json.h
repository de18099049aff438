// Events of an execution's history as GetExecutionHistory writes them (reference/history.md 1 and
// 3).

#ifndef PAWL_API_HISTORY_JSON_H_
#define PAWL_API_HISTORY_JSON_H_

#include <string>

#include "coordinator/core/history.h"

namespace pawl::api {

// Appends the event as a JSON object. Without `execution_data` payloads and assigned variables are
// left out; names, errors and causes stay.
void AppendHistoryEvent(const core::HistoryEvent& event, bool execution_data, std::string* out);

}  // namespace pawl::api

#endif  // PAWL_API_HISTORY_JSON_H_
