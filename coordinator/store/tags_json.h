// Tags as the JSON object that their column holds.

#ifndef PAWL_STORE_TAGS_JSON_H_
#define PAWL_STORE_TAGS_JSON_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "coordinator/store/machines.h"

namespace pawl::store {

std::string TagsJson(const Tags& tags);
// DATA_LOSS when it is not one.
absl::StatusOr<Tags> TagsOfJson(std::string_view text);

}  // namespace pawl::store

#endif  // PAWL_STORE_TAGS_JSON_H_
