// What AWS's SDK adds to the result of a call, for the calls that this cluster answers itself
// (reference/integrations.md 3).

#ifndef PAWL_ENGINE_SDK_METADATA_H_
#define PAWL_ENGINE_SDK_METADATA_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace pawl::engine {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The members SdkHttpMetadata and SdkResponseMetadata, as JSON text, of a response with that status
// and those headers.
std::string SdkMetadata(const Headers& headers, int status, const std::string& request_id);

// "Fri, 27 Nov 2026 06:45:13 GMT".
std::string HttpDate(absl::Time time);

// Headers of a response of Lambda's Invoke API; `content_length`: of its body.
Headers LambdaHeaders(const std::string& request_id, size_t content_length, absl::Time now);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_SDK_METADATA_H_
