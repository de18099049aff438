#include "coordinator/api/request_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "coordinator/asl/text_length.h"

namespace pawl::api {
namespace {

std::string_view TypeName(MemberType type) {
  switch (type) {
    case MemberType::kString:
      return "String";
    case MemberType::kBoolean:
      return "Boolean";
    case MemberType::kInteger:
      return "Integer";
    case MemberType::kStructure:
      return "Structure";
    case MemberType::kStructureList:
      return "List";
  }
  return "";
}

// How AWS's JSON reader complains about a value of another type.
std::string Mismatch(Json value, MemberType wanted) {
  std::string_view found;
  switch (value.type()) {
    case Json::Type::kObject:
      return "Start of structure or map found where not expected.";
    case Json::Type::kArray:
      return "Start of list found where not expected.";
    case Json::Type::kString:
      found = "STRING_VALUE";
      break;
    case Json::Type::kBool:
      found = value.as_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
      break;
    case Json::Type::kInt:
      found = "NUMBER_VALUE";
      break;
    default:
      found = "DECIMAL_VALUE";
  }
  if (wanted == MemberType::kStructure) return "Expected null or a structure";
  if (wanted == MemberType::kStructureList) return "Expected list or null";
  return fmt::format("{} can not be converted to {} {}", found,
                     wanted == MemberType::kInteger ? "an" : "a", TypeName(wanted));
}

bool HasType(Json value, MemberType type) {
  switch (type) {
    case MemberType::kString:
      return value.is_string();
    case MemberType::kBoolean:
      return value.is_bool();
    case MemberType::kInteger:
      return value.is_int() && value.as_int() >= std::numeric_limits<int32_t>::min() &&
             value.as_int() <= std::numeric_limits<int32_t>::max();
    case MemberType::kStructure:
      return value.is_object();
    case MemberType::kStructureList:
      return value.is_array();
  }
  return false;
}

bool IsAbsent(Json value) { return value.is_undefined() || value.is_null(); }

std::optional<AwsError> CheckTypes(Json object, std::span<const Member> members) {
  for (const Member& member : members) {
    const Json value = object.Find(member.name);
    if (IsAbsent(value)) continue;
    if (!HasType(value, member.type)) return SerializationException(Mismatch(value, member.type));
    if (member.type == MemberType::kStructure) {
      if (auto error = CheckTypes(value, member.members)) return error;
    }
    if (member.type != MemberType::kStructureList) continue;
    for (const Json item : value.items()) {
      if (item.is_null()) continue;
      if (!item.is_object()) return SerializationException(Mismatch(item, MemberType::kStructure));
      if (auto error = CheckTypes(item, member.members)) return error;
    }
  }
  return std::nullopt;
}

// Gathers the violations of one request.
class Violations {
 public:
  explicit Violations(int64_t max_payload) : max_payload_(max_payload) {}

  void CheckObject(Json object, std::span<const Member> members, const std::string& path) {
    for (const Member& member : members) {
      CheckMember(object.Find(member.name), member, path + std::string(member.name));
    }
  }

  std::optional<AwsError> Error() const {
    if (found_.empty()) return std::nullopt;
    return ValidationException(fmt::format("{} validation error{} detected: {}", found_.size(),
                                           found_.size() == 1 ? "" : "s", fmt::join(found_, "; ")));
  }

 private:
  void CheckMember(Json value, const Member& member, const std::string& path) {
    if (IsAbsent(value)) {
      if (member.required) Add(member, "null", path, "Member must not be null");
      return;
    }
    switch (member.type) {
      case MemberType::kString:
        CheckString(value.as_string(), member, path);
        break;
      case MemberType::kInteger:
        CheckInteger(value.as_int(), member, path);
        break;
      case MemberType::kStructure:
        CheckObject(value, member.members, path + ".");
        break;
      case MemberType::kStructureList:
        for (size_t i = 0; i < value.size(); ++i) {
          CheckObject(value.items()[i], member.members, fmt::format("{}.{}.member.", path, i + 1));
        }
        break;
      case MemberType::kBoolean:
        break;
    }
  }

  void CheckString(std::string_view text, const Member& member, const std::string& path) {
    const std::string quoted = fmt::format("'{}'", text);
    const auto length = static_cast<int64_t>(asl::CountCharacters(text));
    const int64_t most = member.payload == PayloadLength::kFree ? member.most : max_payload_;
    const bool bytes = member.payload == PayloadLength::kBytes;
    if (length > most || (bytes && static_cast<int64_t>(text.size()) > most)) {
      Add(member, quoted, path,
          fmt::format("Member must have length less than or equal to {}", most));
    }
    if (length < member.least) {
      Add(member, quoted, path,
          fmt::format("Member must have length greater than or equal to {}", member.least));
    }
    if (!member.values.empty() &&
        std::find(member.values.begin(), member.values.end(), text) == member.values.end()) {
      Add(member, quoted, path,
          fmt::format("Member must satisfy enum value set: [{}]", fmt::join(member.values, ", ")));
    }
    if (member.ascii && std::any_of(text.begin(), text.end(), [](char c) { return c < 0; })) {
      Add(member, quoted, path, R"(Member must satisfy regular expression pattern: \p{ASCII}*)");
    }
    if (member.printable &&
        std::any_of(text.begin(), text.end(), [](char c) { return c < '!' || c > '~'; })) {
      Add(member, quoted, path, "Member must satisfy regular expression pattern: [!-~]+");
    }
  }

  void CheckInteger(int64_t value, const Member& member, const std::string& path) {
    const std::string quoted = fmt::format("'{}'", value);
    if (value > member.most) {
      Add(member, quoted, path,
          fmt::format("Member must have value less than or equal to {}", member.most));
    }
    if (value < member.least) {
      Add(member, quoted, path,
          fmt::format("Member must have value greater than or equal to {}", member.least));
    }
  }

  void Add(const Member& member, std::string_view value, std::string_view path,
           std::string_view constraint) {
    const std::string shown = member.sensitive ? "" : fmt::format(" {}", value);
    found_.push_back(
        fmt::format("Value{} at '{}' failed to satisfy constraint: {}", shown, path, constraint));
  }

  const int64_t max_payload_;
  std::vector<std::string> found_;
};

}  // namespace

std::optional<AwsError> CheckRequest(Json request, std::span<const Member> members,
                                     int64_t max_payload) {
  if (!request.is_object()) {
    return SerializationException("The request body must be a JSON object.");
  }
  if (auto error = CheckTypes(request, members)) return error;
  Violations violations(max_payload);
  violations.CheckObject(request, members, "");
  return violations.Error();
}

}  // namespace pawl::api
