#include "coordinator/integrations/aws/model.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace pawl::aws {

const Operation* ServiceModel::Find(std::string_view action) const {
  const auto at = std::lower_bound(
      operations.begin(), operations.end(), action,
      [](const Operation& operation, std::string_view name) { return operation.action < name; });
  return at != operations.end() && at->action == action ? &*at : nullptr;
}

const Use* ServiceModel::FindMember(const Shape& structure, std::string_view key) const {
  const std::span<const Use> members = Members(structure);
  const auto at =
      std::lower_bound(members.begin(), members.end(), key,
                       [](const Use& member, std::string_view name) { return member.key < name; });
  if (at != members.end() && at->key == key) return &*at;
  for (const Use& member : members) {
    if (!member.name.empty() && !key.empty() && member.name.substr(1) == key.substr(1) &&
        absl::ascii_toupper(member.name[0]) == key[0]) {
      return &member;
    }
  }
  return nullptr;
}

const Use* ServiceModel::FindNamed(const Shape& structure, std::string_view name) const {
  if (name.empty()) return nullptr;
  for (const Use& member : Members(structure)) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

std::string_view ServiceModel::ExceptionOf(const Operation& operation,
                                           std::string_view code) const {
  if (const auto own = operation_exceptions.find({operation.name, code});
      own != operation_exceptions.end()) {
    return own->second;
  }
  const auto known = exceptions.find(code);
  return known != exceptions.end() ? known->second : std::string_view();
}

size_t ServiceModel::bytes() const {
  size_t enumerations = 0;
  for (const auto& [shape, limit] : limits) enumerations += limit.values.capacity();
  return texts.bytes_used() + limits.size() * sizeof(std::pair<uint32_t, ValueLimits>) +
         enumerations * sizeof(std::string_view) + operations.capacity() * sizeof(Operation) +
         shapes.capacity() * sizeof(Shape) + uses.capacity() * sizeof(Use) +
         exceptions.size() * 2 * sizeof(std::string_view);
}

}  // namespace pawl::aws
