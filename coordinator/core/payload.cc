#include "coordinator/core/payload.h"

#include <limits>
#include <string>
#include <utility>

namespace pawl::core {

Json Payload::json(JsonArena* arena) const {
  if (!forms_->json) {
    // What was accepted once is read again whatever the limits are by now. Variables lie one level
    // deeper than what was assigned to them.
    const JsonLimits generous{.bytes = std::numeric_limits<size_t>::max(),
                              .depth = JsonLimits().depth + 1};
    absl::StatusOr<Json> parsed = ParseJson(forms_->text->view(), arena, generous);
    forms_->json = parsed.ok() ? *parsed : Json::Null();
  }
  return *forms_->json;
}

const Text& Payload::text() const {
  if (!forms_->text) forms_->text = Text(WriteJson(*forms_->json));
  return *forms_->text;
}

bool Payload::FitsWithin(size_t bytes) const {
  if (forms_->text) return forms_->text->size() <= bytes;
  std::string text;
  if (!AppendJsonWithin(*forms_->json, bytes, &text)) return false;
  const bool nests = NestsWithinLimit(text);
  forms_->text = Text(std::move(text));
  return nests;
}

bool NestsWithinLimit(std::string_view json) {
  constexpr int kMost = JsonLimits().depth;
  if (json.size() < 2 * static_cast<size_t>(kMost)) return true;  // a level takes two bytes
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMost) return false;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return true;
}

}  // namespace pawl::core
