#include "coordinator/api/aws_configuration.h"

#include "coordinator/api/json_writer.h"

namespace pawl::api {
namespace {

constexpr size_t kMaxTags = 50;                   // AWS quota
constexpr int64_t kDefaultKeyReuseSeconds = 300;  // AWS default

std::string_view TextOf(Json value, std::string_view otherwise) {
  return value.is_string() ? value.as_string() : otherwise;
}

std::string_view LogGroupOf(Json destination) {
  return TextOf(destination.Find("cloudWatchLogsLogGroup").Find("logGroupArn"), "");
}

}  // namespace

Outcome<std::string, AwsError> ReadLogging(Json value) {
  const std::string_view level = TextOf(value.Find("level"), "OFF");
  const Json with_data = value.Find("includeExecutionData");
  const Json destinations = value.Find("destinations");
  const size_t count = destinations.is_array() ? destinations.size() : 0;
  if (count > 1 || (count == 0 && level != "OFF")) {
    return InvalidLoggingConfiguration("Must specify exactly one Log Destination.");
  }
  if (count == 1 && !LogGroupOf(destinations.items()[0]).ends_with(":*")) {
    return InvalidLoggingConfiguration("Log Destination not found.");
  }
  std::string out;
  ObjectWriter logging(&out);
  logging.Text("level", level)
      .Bool("includeExecutionData", with_data.is_bool() && with_data.as_bool());
  if (count == 1) {
    std::string* list = logging.Key("destinations");
    *list += '[';
    ObjectWriter destination(list);
    ObjectWriter(destination.Key("cloudWatchLogsLogGroup"))
        .Text("logGroupArn", LogGroupOf(destinations.items()[0]))
        .Close();
    destination.Close();
    *list += ']';
  }
  logging.Close();
  return out == kDefaultLogging ? std::string() : out;
}

std::string ReadTracing(Json value) {
  const Json enabled = value.Find("enabled");
  return enabled.is_bool() && enabled.as_bool() ? R"({"enabled":true})" : "";
}

Outcome<std::string, AwsError> ReadEncryption(Json value) {
  const bool owned = TextOf(value.Find("type"), "AWS_OWNED_KEY") == "AWS_OWNED_KEY";
  const std::string_view key = TextOf(value.Find("kmsKeyId"), "");
  const Json reuse = value.Find("kmsDataKeyReusePeriodSeconds");
  if (!owned && key.empty()) return InvalidEncryptionConfiguration("Must set a valid kmsKeyId.");
  if (!owned) {
    std::string out;
    ObjectWriter(&out)
        .Text("type", "CUSTOMER_MANAGED_KMS_KEY")
        .Text("kmsKeyId", key)
        .Int("kmsDataKeyReusePeriodSeconds",
             reuse.is_int() ? reuse.as_int() : kDefaultKeyReuseSeconds)
        .Close();
    return out;
  }
  if (!key.empty()) {
    return InvalidEncryptionConfiguration(
        "Custom kmsKeyId is not allowed when selecting AWS_OWNED_KEY.");
  }
  if (reuse.is_int()) {
    return InvalidEncryptionConfiguration(
        "Custom kmsDataKeyReusePeriodSeconds is not allowed when selecting AWS_OWNED_KEY.");
  }
  return std::string();
}

std::optional<AwsError> CheckTags(Json value) {
  if (value.is_array() && value.size() > kMaxTags) return TooManyTags();
  return std::nullopt;
}

}  // namespace pawl::api
