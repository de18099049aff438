#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/integrations/http_task.h"
#include "coordinator/integrations/results.h"

namespace pawl::integrations {
namespace {

constexpr std::string_view kName = "http";  // what AWS calls the task in DataLimitExceeded

// docs.aws.amazon.com, "Call HTTPS APIs in Step Functions workflows", unsupported responses.
bool IsBinary(const std::string& media_type) {
  return media_type == "application/octet-stream" || absl::StartsWith(media_type, "image/") ||
         absl::StartsWith(media_type, "video/") || absl::StartsWith(media_type, "audio/");
}

}  // namespace

CallResult HttpTaskResult(const Call& call, const HttpResponse& response) {
  if (response.status < 200 || response.status >= 300) {
    CallFailure failure{StrCat("States.Http.StatusCode.", response.status), std::nullopt};
    if (!response.reason.empty()) failure.cause = response.reason;
    return failure;
  }
  const std::string media_type = MediaType(response);
  const bool is_text = FindInvalidUtf8(response.body) == std::string_view::npos;
  if (!response.body.empty() && (IsBinary(media_type) || !is_text)) {
    return CallFailure{"States.Runtime",
                       StrCat("Unsupported response content-type '", media_type,
                              "'. Please see documentation for list of unsupported "
                              "content-types.")};
  }
  std::string out = "{\"Headers\":";
  AppendHeaderLists(response, &out);
  if (!response.body.empty()) {
    out.append(",\"ResponseBody\":");
    AppendResponseBody(response, &out);
  }
  StrAppend(&out, ",\"StatusCode\":", response.status, ",\"StatusText\":");
  AppendJsonString(response.reason, &out);
  out.push_back('}');
  return Limited(std::move(out), call.max_result_bytes, kName);
}

CallFailure HttpTaskFailure(const Call&, const HttpFailure& failure) {
  switch (failure.kind) {
    case HttpFailure::Kind::kTooLarge:
      return DataLimitExceeded(kName);
    case HttpFailure::Kind::kDenied:
      return {"States.Http.AccessDenied", failure.message};
    case HttpFailure::Kind::kInvalid:
      return {"States.Runtime", failure.message};
    default:
      return {"States.Http.Socket", failure.message};
  }
}

}  // namespace pawl::integrations
