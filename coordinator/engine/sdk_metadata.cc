#include "coordinator/engine/sdk_metadata.h"

#include <fmt/format.h>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::engine {

std::string SdkMetadata(const Headers& headers, int status, const std::string& request_id) {
  std::string lists;
  std::string single;
  for (const auto& [name, value] : headers) {
    std::string quoted_name, quoted_value;
    AppendJsonString(name, &quoted_name);
    AppendJsonString(value, &quoted_value);
    const std::string_view comma = lists.empty() ? "" : ",";
    StrAppend(&lists, comma, quoted_name, ":[", quoted_value, "]");
    StrAppend(&single, comma, quoted_name, ":", quoted_value);
  }
  std::string id;
  AppendJsonString(request_id, &id);
  return StrCat(R"("SdkHttpMetadata":{"AllHttpHeaders":{)", lists, R"(},"HttpHeaders":{)", single,
                R"(},"HttpStatusCode":)", status, R"(},"SdkResponseMetadata":{"RequestId":)", id,
                "}");
}

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

Headers LambdaHeaders(const std::string& request_id, size_t content_length, absl::Time now) {
  std::string digits;
  for (const char c : request_id) {
    if (c != '-') digits.push_back(c);
  }
  digits.resize(24, '0');
  return {{"Connection", "keep-alive"},
          {"Content-Length", StrCat(content_length)},
          {"Content-Type", "application/json"},
          {"Date", HttpDate(now)},
          {"X-Amzn-Trace-Id",
           fmt::format("root=1-{:08x}-{};sampled=0", absl::ToUnixSeconds(now), digits)},
          {"x-amzn-Remapped-Content-Length", "0"},
          {"x-amzn-RequestId", request_id}};
}

}  // namespace pawl::engine
