// Shapes that the results of several services share (reference/integrations.md 3).

#ifndef PAWL_INTEGRATIONS_RESULTS_H_
#define PAWL_INTEGRATIONS_RESULTS_H_

#include <string>
#include <string_view>

#include "coordinator/integrations/call.h"
#include "coordinator/integrations/http_message.h"

namespace pawl::integrations {

// {"AllHttpHeaders":{name:[values]},"HttpHeaders":{name:value},"HttpStatusCode":n}
void AppendSdkHttpMetadata(const HttpResponse& response, std::string* out);
// {name:[values]}, sorted by name.
void AppendHeaderLists(const HttpResponse& response, std::string* out);

// "application/json" of "Application/JSON; charset=UTF-8".
std::string MediaType(const HttpResponse& response);
// The body as JSON where the response says that it is that, otherwise as a string.
void AppendResponseBody(const HttpResponse& response, std::string* out);

// `result`, or the failure of one that is too large for the call. `what` as AWS names it there.
CallResult Limited(std::string result, int64_t max_bytes, std::string_view what);
CallFailure DataLimitExceeded(std::string_view what);

// At most `max_bytes` of `text`, whole characters, "..." behind it when it is cut.
std::string Excerpt(std::string_view text, size_t max_bytes);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_RESULTS_H_
