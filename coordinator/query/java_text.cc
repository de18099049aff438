#include "coordinator/query/java_text.h"

#include <cstdint>
#include <limits>
#include <vector>

namespace pawl::query {
namespace {

// A container of which `next` elements are printed.
struct Open {
  Json value;
  size_t next = 0;
};

void Begin(Json value, std::vector<Open>* open, std::string* out) {
  if (value.is_array() || value.is_object()) {
    out->push_back(value.is_array() ? '[' : '{');
    open->push_back({value});
  } else if (value.is_string()) {
    out->append(value.as_string());
  } else {
    AppendJson(value, out);
  }
}

}  // namespace

std::string JavaText(Json value) {
  std::string out;
  std::vector<Open> open;
  Begin(value, &open, &out);
  while (!open.empty()) {
    Open& top = open.back();
    if (top.next == top.value.size()) {
      out.push_back(top.value.is_array() ? ']' : '}');
      open.pop_back();
      continue;
    }
    const size_t at = top.next++;
    if (at > 0) out.append(", ");
    if (top.value.is_array()) {
      Begin(top.value.items()[at], &open, &out);
    } else {
      const JsonMember& member = top.value.members()[at];
      out.append(member.key).push_back('=');
      Begin(member.value, &open, &out);
    }
  }
  return out;
}

std::string_view JavaClassName(Json value) {
  switch (value.type()) {
    case Json::Type::kBool:
      return "java.lang.Boolean";
    case Json::Type::kInt:
      return value.as_int() >= std::numeric_limits<int32_t>::min() &&
                     value.as_int() <= std::numeric_limits<int32_t>::max()
                 ? "java.lang.Integer"
                 : "java.lang.Long";
    case Json::Type::kDouble:
      return "java.lang.Double";
    case Json::Type::kString:
      return "java.lang.String";
    case Json::Type::kArray:
      return "java.util.ArrayList";
    case Json::Type::kObject:
      return "java.util.LinkedHashMap";
    default:
      return "null";
  }
}

}  // namespace pawl::query
