#include "coordinator/integrations/aws/model_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/model_words.h"
#include "coordinator/integrations/aws/names.h"

namespace pawl::aws {
namespace {

std::string_view Text(Json value) {
  return value.is_string() ? value.as_string() : std::string_view();
}

bool IsTrue(Json value) { return value.is_bool() && value.as_bool(); }

class Reader {
 public:
  explicit Reader(Json root) : root_(root), model_(std::make_shared<ServiceModel>()) {}

  absl::StatusOr<std::shared_ptr<const ServiceModel>> Read() {
    ReadMetadata();
    for (const JsonMember& operation : root_.Find("operations").members()) {
      ReadOperation(operation.key, operation.value);
    }
    ReadExceptions();
    if (!problem_.empty()) return absl::InvalidArgumentError(problem_);
    std::sort(model_->operations.begin(), model_->operations.end(),
              [](const Operation& a, const Operation& b) { return a.action < b.action; });
    model_->shapes.shrink_to_fit();
    model_->uses.shrink_to_fit();
    return std::shared_ptr<const ServiceModel>(std::move(model_));
  }

 private:
  // One copy of each text in the model's memory.
  std::string_view Keep(std::string_view text) {
    if (text.empty()) return {};
    const auto at = kept_.find(text);
    if (at != kept_.end()) return *at;
    const std::string_view copy = model_->texts.Copy(text);
    kept_.insert(copy);
    return copy;
  }
  std::string_view KeepText(Json value) { return Keep(Text(value)); }

  void Problem(std::string text) {
    if (problem_.empty()) problem_ = std::move(text);
  }

  void ReadMetadata() {
    const Json metadata = root_.Find("metadata");
    model_->service_id = KeepText(metadata.Find("serviceId"));
    model_->prefix = Keep(ServicePrefix(model_->service_id));
    model_->json_version = KeepText(metadata.Find("jsonVersion"));
    model_->target_prefix = KeepText(metadata.Find("targetPrefix"));
    model_->api_version = KeepText(metadata.Find("apiVersion"));
    model_->endpoint_prefix = KeepText(metadata.Find("endpointPrefix"));
    model_->signing_name = KeepText(metadata.Find("signingName"));
    if (model_->signing_name.empty()) model_->signing_name = model_->endpoint_prefix;
    model_->global_endpoint = KeepText(metadata.Find("globalEndpoint"));
    model_->signature_version = KeepText(metadata.Find("signatureVersion"));
    model_->query_compatible = metadata.Find("awsQueryCompatible").is_object();
    std::optional<Protocol> protocol;
    for (const Json name : metadata.Find("protocols").items()) {
      if (!protocol) protocol = ProtocolNamed(Text(name));
    }
    if (!protocol) protocol = ProtocolNamed(Text(metadata.Find("protocol")));
    if (!protocol) {
      return Problem(StrCat("metadata: found protocol '", Text(metadata.Find("protocol")),
                            "', expected json, query, ec2, rest-json or rest-xml"));
    }
    model_->protocol = *protocol;
    if (model_->prefix.empty()) Problem("metadata: serviceId is missing");
  }

  void ReadOperation(std::string_view name, Json json) {
    const Json http = json.Find("http");
    const Json checksum = json.Find("httpChecksum");
    Operation operation{
        .name = Keep(name),
        .action = Keep(ActionName(name)),
        .method = KeepText(http.Find("method")),
        .uri = KeepText(http.Find("requestUri")),
        .host_prefix = KeepText(json.Find("endpoint").Find("hostPrefix")),
        .checksum_member = KeepText(checksum.Find("requestAlgorithmMember")),
        .checksum_required = IsTrue(json.Find("httpChecksumRequired")) ||
                             IsTrue(checksum.Find("requestChecksumRequired")),
        .unsigned_request = Text(json.Find("authtype")) == "none",
        .unsigned_body = Text(json.Find("authtype")) == "v4-unsigned-body" ||
                         IsTrue(json.Find("unsignedPayload")),
    };
    if (operation.method.empty()) operation.method = "POST";
    if (operation.uri.empty()) operation.uri = "/";
    for (const Json scheme : json.Find("auth").items()) {
      if (Text(scheme) == "smithy.api#noAuth") operation.unsigned_request = true;
    }
    if (json.Find("errors").is_array()) model_->lists_exceptions = true;
    // botocore's name their operations and list errors, if there are any; the others do neither.
    if (json.Find("name").is_string()) model_->lists_exceptions = true;
    const Json input = json.Find("input");
    if (input.is_object()) operation.input = ReadUse(input);
    const Json output = json.Find("output");
    if (output.is_object()) {
      operation.output = ReadUse(output);
      operation.result_wrapper = Keep(Trait("resultWrapper", output));
    }
    model_->operations.push_back(operation);
  }

  // Of a place, or else of the shape that it names.
  Json Find(std::string_view trait, Json place) const {
    const Json own = place.Find(trait);
    if (!own.is_undefined()) return own;
    const Json name = place.Find("shape");
    return name.is_string() ? root_.Find("shapes").Find(name.as_string()).Find(trait) : Json();
  }
  std::string_view Trait(std::string_view trait, Json place) const {
    return Text(Find(trait, place));
  }

  Use ReadUse(Json place) {
    Use use{
        .location = LocationNamed(Trait("location", place)),
        .timestamp_format = FormatNamed(Trait("timestampFormat", place)),
        .flattened = IsTrue(Find("flattened", place)),
        .xml_attribute = IsTrue(Find("xmlAttribute", place)),
        .idempotency_token = IsTrue(Find("idempotencyToken", place)),
        .host_label = IsTrue(Find("hostLabel", place)),
        .json_value = IsTrue(Find("jsonvalue", place)),
        .event_stream = IsTrue(Find("eventstream", place)),
        .location_name = Keep(Trait("locationName", place)),
        .query_name = Keep(Trait("queryName", place)),
    };
    const Json space = Find("xmlNamespace", place);
    use.namespace_uri = Keep(space.is_string() ? space.as_string() : Text(space.Find("uri")));
    // In a body it is a text like any other.
    use.json_value &= use.location == Location::kHeader;
    use.namespace_prefix = KeepText(space.Find("prefix"));
    const Json name = place.Find("shape");
    use.shape = name.is_string() ? ShapeNamed(name.as_string()) : AddShape(place);
    return use;
  }

  uint32_t ShapeNamed(std::string_view name) {
    if (const auto at = by_name_.find(name); at != by_name_.end()) return at->second;
    const Json json = root_.Find("shapes").Find(name);
    if (!json.is_object()) {
      Problem(StrCat("shape '", name, "' is missing"));
      return kNoShape;
    }
    // Before what it is made of: that may be itself.
    const auto index = static_cast<uint32_t>(model_->shapes.size());
    by_name_[name] = index;
    model_->shapes.emplace_back();
    Fill(index, json);
    return index;
  }

  uint32_t AddShape(Json json) {
    const auto index = static_cast<uint32_t>(model_->shapes.size());
    model_->shapes.emplace_back();
    Fill(index, json);
    return index;
  }

  void Fill(uint32_t index, Json json) {
    std::vector<Use> uses;
    Shape shape{.type = TypeOf(json), .document = IsTrue(json.Find("document"))};
    switch (shape.type) {
      case ShapeType::kStructure:
        uses = ReadMembers(json);
        shape.payload = KeepText(json.Find("payload"));
        if (!shape.payload.empty() && json.Find("members").Find(shape.payload).is_undefined()) {
          Problem(StrCat("payload '", shape.payload, "' is no member"));
        }
        break;
      case ShapeType::kList:
        uses.push_back(ReadUse(json.Find("member")));
        break;
      case ShapeType::kMap:
        uses.push_back(ReadUse(json.Find("key")));
        uses.push_back(ReadUse(json.Find("value")));
        break;
      default:
        break;
    }
    shape.first_use = static_cast<uint32_t>(model_->uses.size());
    shape.use_count = static_cast<uint32_t>(uses.size());
    model_->uses.insert(model_->uses.end(), uses.begin(), uses.end());
    model_->shapes[index] = shape;
    FillLimits(index, json);
  }

  void FillLimits(uint32_t index, Json json) {
    ValueLimits limits;
    const Json least = json.Find("min");
    const Json most = json.Find("max");
    if (least.is_number()) limits.least = least.as_double();
    if (most.is_number()) limits.most = most.as_double();
    const Json values = json.Find("enum");
    limits.values.reserve(values.is_array() ? values.size() : 0);
    if (values.is_array()) {
      for (const Json value : values.items()) limits.values.push_back(KeepText(value));
    }
    if (!limits.least && !limits.most && limits.values.empty()) return;
    model_->limits.emplace(index, std::move(limits));
  }

  std::vector<Use> ReadMembers(Json structure) {
    std::vector<Use> members;
    for (const JsonMember& member : structure.Find("members").members()) {
      Use use = ReadUse(member.value);
      use.name = Keep(member.key);
      use.key = Keep(MemberKey(member.key));
      use.order = static_cast<uint16_t>(members.size());
      members.push_back(use);
    }
    uint16_t order = 0;
    for (const Json name : structure.Find("xmlOrder").items()) {
      for (Use& member : members) {
        if (member.name == Text(name)) member.order = order++;
      }
    }
    for (const Json name : structure.Find("required").items()) {
      for (Use& member : members) member.required |= member.name == Text(name);
    }
    std::sort(members.begin(), members.end(),
              [](const Use& a, const Use& b) { return a.key < b.key; });
    return members;
  }

  void ReadExceptions() {
    const Json shapes = root_.Find("shapes");
    for (const JsonMember& shape : shapes.members()) {
      if (!IsTrue(shape.value.Find("exception"))) continue;
      const std::string_view name = Keep(shape.key);
      model_->exceptions[name] = name;
      const std::string_view code = Text(shape.value.Find("error").Find("code"));
      if (!code.empty()) model_->exceptions[Keep(code)] = name;
    }
    // Some services have one code for several exceptions; an operation has one of them.
    for (const JsonMember& operation : root_.Find("operations").members()) {
      for (const Json error : operation.value.Find("errors").items()) {
        const std::string_view shape = Text(error.Find("shape"));
        const std::string_view code = Text(shapes.Find(shape).Find("error").Find("code"));
        const std::string_view name = Keep(shape);
        if (code.empty() || model_->exceptions[Keep(code)] == name) continue;
        model_->operation_exceptions[{Keep(operation.key), Keep(code)}] = name;
      }
    }
  }

  const Json root_;
  std::shared_ptr<ServiceModel> model_;
  absl::flat_hash_set<std::string_view> kept_;
  absl::flat_hash_map<std::string_view, uint32_t> by_name_;
  std::string problem_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const ServiceModel>> ReadModel(std::string_view text) {
  JsonArena arena;
  const absl::StatusOr<Json> root = ParseJson(text, &arena);
  if (!root.ok()) return root.status();
  return Reader(*root).Read();
}

}  // namespace pawl::aws
