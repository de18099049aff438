#include "coordinator/store/tags_json.h"

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"

namespace pawl::store {

std::string TagsJson(const Tags& tags) {
  std::string out = "{";
  for (const auto& [key, value] : tags) {
    if (out.size() > 1) out += ',';
    AppendJsonString(key, &out);
    out += ':';
    AppendJsonString(value, &out);
  }
  return out += '}';
}

absl::StatusOr<Tags> TagsOfJson(std::string_view text) {
  JsonArena arena;
  const absl::StatusOr<Json> json = ParseJson(text, &arena);
  if (!json.ok() || !json->is_object()) return absl::DataLossError("tags are no JSON object");
  Tags tags;
  for (const JsonMember& member : json->members()) {
    if (!member.value.is_string()) {
      return absl::DataLossError(StrCat("the tag ", member.key, " is no text"));
    }
    tags[std::string(member.key)] = member.value.as_string();
  }
  return tags;
}

}  // namespace pawl::store
