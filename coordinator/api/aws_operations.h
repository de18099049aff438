// The operations of the AWS API that this server has, by resource. A new one is a function and a
// row in the table of its group; its members stand right before it, in the order of
// reference/api.md 5.

#ifndef PAWL_API_AWS_OPERATIONS_H_
#define PAWL_API_AWS_OPERATIONS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "coordinator/api/aws_call.h"
#include "coordinator/api/json_writer.h"
#include "coordinator/api/request_schema.h"
#include "coordinator/asl/compile.h"
#include "coordinator/base/outcome.h"

namespace pawl::api {

struct Operation {
  std::string_view name;
  std::span<const Member> members;
  // Gets a call whose members have been checked; answers it now or later. Must not block.
  void (*run)(Services& services, CallPtr call);
};

// What changes state machines, what shows them, and what leads to their revisions.
std::span<const Operation> StateMachineOperations();
std::span<const Operation> StateMachineReadOperations();
std::span<const Operation> VersionOperations();
std::span<const Operation> AliasOperations();
std::span<const Operation> TagOperations();
std::span<const Operation> ExecutionOperations();
std::span<const Operation> ForkOperations();
std::span<const Operation> HistoryOperations();
std::span<const Operation> ActivityOperations();
std::span<const Operation> TaskOperations();
std::span<const Operation> TestOperations();

// Limits that many operations share (reference/quotas.md 1).
inline constexpr int64_t kMaxArnCharacters = 256;
inline constexpr int64_t kMaxNameCharacters = 80;
inline constexpr int64_t kMaxErrorCharacters = 256;
inline constexpr int64_t kMaxCauseCharacters = 32'768;
inline constexpr int64_t kMaxPageTokenCharacters = 1024;
inline constexpr int64_t kMaxDefinitionCharacters = 1'048'576;
inline constexpr std::string_view kMachineTypes[] = {"STANDARD", "EXPRESS"};
inline constexpr std::string_view kIncludedData[] = {"ALL_DATA", "METADATA_ONLY"};

inline constexpr int64_t kMaxLongArnCharacters = 2000;
inline constexpr int64_t kMaxDescriptionCharacters = 256;

inline constexpr Member ArnMember(std::string_view name, int64_t most = kMaxArnCharacters) {
  return {.name = name, .required = true, .least = 1, .most = most};
}
inline constexpr Member DescriptionMember(std::string_view name) {
  return {.name = name, .sensitive = true, .most = kMaxDescriptionCharacters};
}
inline constexpr Member DefinitionMember(bool required) {
  return {.name = "definition",
          .required = required,
          .sensitive = true,
          .least = 1,
          .most = kMaxDefinitionCharacters};
}
inline constexpr Member MaxResultsMember() {
  return {.name = "maxResults", .type = MemberType::kInteger, .most = 1000};
}
inline constexpr Member NextTokenMember(int64_t most = kMaxPageTokenCharacters) {
  return {.name = "nextToken", .least = 1, .most = most};
}
inline constexpr Member IncludedDataMember() {
  return {.name = "includedData", .values = kIncludedData};
}

// What is wrong with an execution's input, in the words of the parser that AWS uses.
std::optional<AwsError> CheckExecutionInput(std::string_view input, int64_t max_bytes);
inline asl::MachineType MachineTypeOf(std::string_view type) {
  return type == "EXPRESS" ? asl::MachineType::kExpress : asl::MachineType::kStandard;
}

// Where the page that the call asks for begins: empty for the first. `request` as for PageTokens.
Outcome<std::string, AwsError> PagePosition(const Services& services, const Call& call,
                                            std::string_view request);
// Appends `"nextToken": ...` when there is a next page.
void WriteNextToken(const Services& services, std::string_view request, std::string_view next,
                    ObjectWriter* body);
// maxResults, of which 0 and none mean 100.
int64_t PageSize(const Call& call);

}  // namespace pawl::api

#endif  // PAWL_API_AWS_OPERATIONS_H_
