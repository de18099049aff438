#include "coordinator/core/payload.h"

#include <limits>

namespace pawl::core {

Json Payload::json(JsonArena* arena) const {
  if (!forms_->json) {
    // What was accepted once is read again whatever the limits are by now.
    const JsonLimits unlimited{.bytes = std::numeric_limits<size_t>::max()};
    absl::StatusOr<Json> parsed = ParseJson(forms_->text->view(), arena, unlimited);
    forms_->json = parsed.ok() ? *parsed : Json::Null();
  }
  return *forms_->json;
}

const Text& Payload::text() const {
  if (!forms_->text) forms_->text = Text(WriteJson(*forms_->json));
  return *forms_->text;
}

}  // namespace pawl::core
