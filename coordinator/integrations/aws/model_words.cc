#include "coordinator/integrations/aws/model_words.h"

namespace pawl::aws {

std::optional<Protocol> ProtocolNamed(std::string_view name) {
  if (name == "json") return Protocol::kJson;
  if (name == "query") return Protocol::kQuery;
  if (name == "ec2") return Protocol::kEc2;
  if (name == "rest-json") return Protocol::kRestJson;
  if (name == "rest-xml") return Protocol::kRestXml;
  return std::nullopt;
}

ShapeType TypeOf(Json shape) {
  const Json word = shape.Find("type");
  const std::string_view type = word.is_string() ? word.as_string() : std::string_view();
  if (type == "structure") return ShapeType::kStructure;
  if (type == "list") return ShapeType::kList;
  if (type == "map") return ShapeType::kMap;
  if (type == "boolean") return ShapeType::kBoolean;
  if (type == "integer" || type == "long" || type == "short" || type == "byte" ||
      type == "biginteger") {
    return ShapeType::kInteger;
  }
  if (type == "float" || type == "double" || type == "bigdecimal") return ShapeType::kFloat;
  if (type == "blob") return ShapeType::kBlob;
  if (type == "timestamp") return ShapeType::kTimestamp;
  if (!type.empty()) return ShapeType::kString;
  if (shape.Find("members").is_object()) return ShapeType::kStructure;
  if (shape.Find("member").is_object()) return ShapeType::kList;
  if (shape.Find("key").is_object()) return ShapeType::kMap;
  return ShapeType::kString;
}

Location LocationNamed(std::string_view name) {
  if (name == "uri") return Location::kUri;
  if (name == "querystring") return Location::kQuery;
  if (name == "header") return Location::kHeader;
  if (name == "headers") return Location::kHeaders;
  if (name == "statusCode") return Location::kStatusCode;
  return Location::kBody;
}

TimestampFormat FormatNamed(std::string_view name) {
  if (name == "iso8601") return TimestampFormat::kIso8601;
  if (name == "unixTimestamp") return TimestampFormat::kUnix;
  if (name == "rfc822") return TimestampFormat::kRfc822;
  return TimestampFormat::kUnset;
}

}  // namespace pawl::aws
