// Small changes to objects, for what optimized integrations put in the place of what they are
// given.

#ifndef PAWL_INTEGRATIONS_OPTIMIZED_JSON_H_
#define PAWL_INTEGRATIONS_OPTIMIZED_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/base/json.h"

namespace pawl::integrations {

// `object` with that member, which takes the place of one of its name or comes last.
inline Json WithMember(Json object, std::string_view name, Json value, JsonArena* arena) {
  std::vector<JsonMember> members(object.members().begin(), object.members().end());
  members.push_back({arena->Copy(name), value});
  return Json::Object(members, arena);
}

// A text that stands for `value`: itself if it is a string, else its JSON.
inline Json AsText(Json value, JsonArena* arena) {
  return value.is_string() ? value : Json::String(WriteJson(value), arena);
}

// `object` with the text of that member, if it is there and not null.
inline Json WithText(Json object, std::string_view name, JsonArena* arena) {
  const Json value = object.Find(name);
  if (value.is_undefined() || value.is_null() || value.is_string()) return object;
  return WithMember(object, name, AsText(value, arena), arena);
}

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_OPTIMIZED_JSON_H_
