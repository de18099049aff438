// The settings that come with state machines and activities: logging, tracing, encryption, tags
// (reference/api.md 4.7 and 4.8). They are checked, kept and given back.

#ifndef PAWL_API_AWS_CONFIGURATION_H_
#define PAWL_API_AWS_CONFIGURATION_H_

#include <string>
#include <string_view>

#include "coordinator/api/aws_error.h"
#include "coordinator/api/request_schema.h"
#include "coordinator/base/json.h"
#include "coordinator/base/outcome.h"
#include "coordinator/store/machines.h"

namespace pawl::api {

inline constexpr std::string_view kDefaultLogging =
    R"({"level":"OFF","includeExecutionData":false})";
inline constexpr std::string_view kDefaultTracing = R"({"enabled":false})";
inline constexpr std::string_view kDefaultEncryption = R"({"type":"AWS_OWNED_KEY"})";

inline constexpr std::string_view kLogLevels[] = {"ALL", "ERROR", "FATAL", "OFF"};
inline constexpr Member kLogGroupMembers[] = {{.name = "logGroupArn", .least = 1, .most = 256}};
inline constexpr Member kLogDestinationMembers[] = {{.name = "cloudWatchLogsLogGroup",
                                                     .type = MemberType::kStructure,
                                                     .members = kLogGroupMembers}};
inline constexpr Member kLoggingMembers[] = {
    {.name = "level", .values = kLogLevels},
    {.name = "includeExecutionData", .type = MemberType::kBoolean},
    {.name = "destinations",
     .type = MemberType::kStructureList,
     .members = kLogDestinationMembers,
     .item = "LogDestination"}};
inline constexpr Member kTracingMembers[] = {{.name = "enabled", .type = MemberType::kBoolean}};
inline constexpr std::string_view kEncryptionTypes[] = {"AWS_OWNED_KEY",
                                                        "CUSTOMER_MANAGED_KMS_KEY"};
inline constexpr Member kEncryptionMembers[] = {
    {.name = "kmsKeyId", .least = 1, .most = 2048},
    {.name = "kmsDataKeyReusePeriodSeconds",
     .type = MemberType::kInteger,
     .least = 60,
     .most = 900},
    {.name = "type", .required = true, .values = kEncryptionTypes}};
inline constexpr Member kTagMembers[] = {{.name = "key", .least = 1, .most = 128},
                                         {.name = "value", .most = 256}};

inline constexpr Member LoggingMember() {
  return {
      .name = "loggingConfiguration", .type = MemberType::kStructure, .members = kLoggingMembers};
}
inline constexpr Member TracingMember() {
  return {
      .name = "tracingConfiguration", .type = MemberType::kStructure, .members = kTracingMembers};
}
inline constexpr Member EncryptionMember() {
  return {.name = "encryptionConfiguration",
          .type = MemberType::kStructure,
          .members = kEncryptionMembers};
}
inline constexpr Member TagsMember(bool required = false) {
  return {.name = "tags",
          .type = MemberType::kStructureList,
          .required = required,
          .members = kTagMembers,
          .item = "Tag"};
}

// Each gives the setting as Describe writes it, or an empty text when it is the default. Equal
// settings give equal texts. The value has the right types; undefined is the default.
Outcome<std::string, AwsError> ReadLogging(Json value);
std::string ReadTracing(Json value);
Outcome<std::string, AwsError> ReadEncryption(Json value);
// Of two tags with one key the later one counts. `resource` is named by a TooManyTags.
Outcome<store::Tags, AwsError> ReadTags(Json value, std::string_view resource);

}  // namespace pawl::api

#endif  // PAWL_API_AWS_CONFIGURATION_H_
