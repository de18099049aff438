// The members that a request may have, and the checks that AWS makes on them before it looks at
// their meaning (reference/api.md 3.2 and 5). Tables, so that an operation is read beside its page
// of the reference.

#ifndef PAWL_API_REQUEST_SCHEMA_H_
#define PAWL_API_REQUEST_SCHEMA_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "coordinator/api/aws_error.h"
#include "coordinator/base/json.h"

namespace pawl::api {

enum class MemberType { kString, kBoolean, kInteger, kStructure, kStructureList };

inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

// Strings that may be as long as payloads, in place of `most`.
enum class PayloadLength { kFree, kCharacters, kBytes };

struct Member {
  std::string_view name;
  MemberType type = MemberType::kString;
  bool required = false;
  bool sensitive = false;  // its value is never echoed
  int64_t least = 0;       // characters of a string, the value of an integer
  int64_t most = kNoLimit;
  PayloadLength payload = PayloadLength::kFree;
  std::span<const std::string_view> values = {};  // of an enumeration
  bool ascii = false;                             // pattern \p{ASCII}*
  bool printable = false;                         // pattern [!-~]+
  std::span<const Member> members = {};           // of a structure, or of a list's structures
};

// What is wrong with `request`: it or a member has the wrong JSON type (SerializationException), or
// a value breaks a limit (ValidationException with all the violations). Unknown members are
// ignored, null is absent. `max_payload`: of the members that are payloads.
std::optional<AwsError> CheckRequest(Json request, std::span<const Member> members,
                                     int64_t max_payload);

}  // namespace pawl::api

#endif  // PAWL_API_REQUEST_SCHEMA_H_
