#include "coordinator/core/payload.h"

#include <limits>

namespace pawl::core {

Json Payload::json(JsonArena* arena) const {
  if (!json_) {
    // What was accepted once is read again whatever the limits are by now.
    const JsonLimits unlimited{.bytes = std::numeric_limits<size_t>::max()};
    absl::StatusOr<Json> parsed = ParseJson(text_->view(), arena, unlimited);
    json_ = parsed.ok() ? *parsed : Json::Null();
  }
  return *json_;
}

const Text& Payload::text() const {
  if (!text_) text_ = Text(WriteJson(*json_));
  return *text_;
}

}  // namespace pawl::core
