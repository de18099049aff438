#include "coordinator/api/aws_configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "coordinator/api/json_writer.h"

namespace pawl::api {
namespace {

constexpr int64_t kDefaultKeyReuseSeconds = 300;  // AWS default

std::string_view TextOf(Json value, std::string_view otherwise) {
  return value.is_string() ? value.as_string() : otherwise;
}

// What is beyond ASCII counts as letters.
bool IsTagText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c < 0 || absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::ascii_isspace(static_cast<unsigned char>(c)) ||
           std::string_view("_.:/=+-@").find(c) != std::string_view::npos;
  });
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

Outcome<store::Tags, AwsError> ReadTags(Json value, std::string_view resource) {
  store::Tags tags;
  if (!value.is_array()) return tags;
  for (const Json tag : value.items()) {
    const std::string_view key = TextOf(tag.Find("key"), "");
    const std::string_view text = TextOf(tag.Find("value"), "");
    if (key.starts_with("aws:")) {
      return ValidationException("System tags cannot be added/updated by requester");
    }
    if (key.empty() || !IsTagText(key) || !IsTagText(text)) {
      return ValidationException(fmt::format(
          "Tag keys and values may have letters, digits, white space and _ . : / = + - @ only, and "
          "a key has at least one of them. Received: '{}' with the value '{}'",
          key, text));
    }
    tags[std::string(key)] = text;
  }
  if (std::ssize(tags) > store::kMaxTags) return TooManyTags(resource);
  return tags;
}

}  // namespace pawl::api
