#include "coordinator/integrations/aws/response.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/response_body.h"

namespace pawl::aws {
namespace {

bool IsRest(const ServiceModel& model) {
  return model.protocol == Protocol::kRestJson || model.protocol == Protocol::kRestXml;
}

bool IsJson(const ServiceModel& model) {
  return model.protocol == Protocol::kJson || model.protocol == Protocol::kRestJson;
}

class ResponseReader {
 public:
  ResponseReader(const ServiceModel& model, const Operation& operation,
                 const WireResponse& response, const ResultStyle& style)
      : model_(model), operation_(operation), response_(response), writer_(style, &out_) {}

  absl::StatusOr<std::string> Read() {
    if (operation_.output.shape == kNoShape) return std::string("{}");
    const Shape& shape = model_.ShapeOf(operation_.output);
    const Use* payload = IsRest(model_) ? model_.FindNamed(shape, shape.payload) : nullptr;
    // Where one member is the whole body as it is, there is nothing to parse.
    const bool parses = payload == nullptr || IsParsed(model_.ShapeOf(*payload).type);
    if (parses && !ParseBody())
      return absl::InvalidArgumentError(IsJson(model_) ? "the body is no JSON"
                                                       : "the body is no XML");
    writer_.Begin('{');
    ForEachMember(model_, shape, writer_.style(), [&](const Use& member) {
      if (&member == payload) {
        WritePayload(member);
      } else if (IsRest(model_) && member.location != Location::kBody) {
        WriteLocated(member);
      } else if (payload == nullptr) {
        WriteBodyMember(member);
      }
    });
    writer_.End('}');
    return std::move(out_);
  }

 private:
  static bool IsParsed(ShapeType type) {
    return type == ShapeType::kStructure || type == ShapeType::kList || type == ShapeType::kMap;
  }

  // An empty body is an empty structure. False: it is not what the protocol has.
  bool ParseBody() {
    if (absl::StripAsciiWhitespace(response_.body).empty()) return true;
    if (IsJson(model_)) {
      const absl::StatusOr<Json> parsed = ParseJson(response_.body, &arena_);
      if (parsed.ok()) json_ = *parsed;
      return parsed.ok();
    }
    if (!ParseXml(response_.body, &document_)) return false;
    root_ = document_.document_element();
    if (!operation_.result_wrapper.empty()) root_ = ChildNamed(root_, operation_.result_wrapper);
    return true;
  }

  void WriteBodyMember(const Use& member) {
    if (IsJson(model_)) return WriteJsonMember(model_, member, json_, &writer_);
    // GetBucketLocation's only member is the outermost element itself.
    const bool is_root = LocalName(root_) == WireName(member) && !HasElements(root_) &&
                         !IsParsed(model_.ShapeOf(member).type);
    if (!is_root) return WriteXmlMember(model_, member, root_, &writer_);
    const std::string text = TextOf(root_);
    if (!text.empty())
      Write(member, [&] { return writer_.Text(model_.ShapeOf(member).type, text); });
  }

  static bool HasElements(pugi::xml_node node) {
    for (const pugi::xml_node child : node.children()) {
      if (child.type() == pugi::node_element) return true;
    }
    return false;
  }

  void WritePayload(const Use& member) {
    const Shape& shape = model_.ShapeOf(member);
    if (!IsParsed(shape.type)) {
      // Also where nothing came: a body is always there.
      writer_.Member(member);
      writer_.Bytes(response_.body);
      return;
    }
    Write(member, [&] {
      if (IsJson(model_)) return WriteJsonValue(model_, member, json_, &writer_);
      return root_ && WriteXmlValue(model_, member, root_, &writer_);
    });
  }

  // ---- What REST has outside of the body.

  void WriteLocated(const Use& member) {
    switch (member.location) {
      case Location::kStatusCode:
        Write(member, [&] {
          return writer_.Scalar(model_.ShapeOf(member).type, Json::Int(response_.status));
        });
        return;
      case Location::kHeader:
        if (const auto text = response_.Find(WireName(member))) {
          Write(member, [&] { return WriteHeader(member, *text); });
        }
        return;
      case Location::kHeaders:
        return WriteHeaderMap(member);
      default:
        return;
    }
  }

  bool WriteHeader(const Use& member, std::string_view text) {
    const Shape& shape = model_.ShapeOf(member);
    if (member.json_value) {
      std::string decoded;
      if (!absl::Base64Unescape(ToAbsl(text), &decoded)) return false;
      const absl::StatusOr<Json> value = ParseJson(decoded, &arena_);
      if (value.ok()) writer_.Document(*value);
      return value.ok();
    }
    if (shape.type != ShapeType::kList) return writer_.Text(shape.type, text);
    writer_.Begin('[');
    for (const absl::string_view piece : absl::StrSplit(ToAbsl(text), ',')) {
      const ResultWriter::Place place = writer_.Mark();
      writer_.Next();
      const std::string_view item = FromAbsl(absl::StripAsciiWhitespace(piece));
      if (!writer_.Text(model_.ShapeOf(model_.Element(shape)).type, item)) writer_.Undo(place);
    }
    writer_.End(']');
    return true;
  }

  // All headers with the prefix, by what follows it.
  void WriteHeaderMap(const Use& member) {
    const std::string_view prefix = member.location_name;
    std::map<std::string, std::string_view> found;
    for (const Header& header : response_.headers) {
      if (!absl::StartsWithIgnoreCase(header.name, ToAbsl(prefix))) continue;
      found.emplace(header.name.substr(prefix.size()), header.value);
    }
    if (found.empty()) return;
    writer_.Member(member);
    writer_.Begin('{');
    for (const auto& [name, value] : found) {
      writer_.Key(name);
      writer_.Text(ShapeType::kString, value);
    }
    writer_.End('}');
  }

  template <typename WriteValue>
  void Write(const Use& member, WriteValue write) {
    const ResultWriter::Place place = writer_.Mark();
    writer_.Member(member);
    if (!write()) writer_.Undo(place);
  }

  const ServiceModel& model_;
  const Operation& operation_;
  const WireResponse& response_;
  std::string out_;
  ResultWriter writer_;
  JsonArena arena_;
  Json json_;
  pugi::xml_document document_;
  pugi::xml_node root_;
};

}  // namespace

std::optional<std::string> RequestIdOf(const ServiceModel& model, const WireResponse& response) {
  for (const std::string_view name : {"x-amzn-requestid", "x-amz-request-id"}) {
    if (const auto id = response.Find(name)) return std::string(*id);
  }
  if (IsJson(model)) return std::nullopt;
  pugi::xml_document document;
  if (!ParseXml(response.body, &document)) return std::nullopt;
  const pugi::xml_node root = document.document_element();
  for (const pugi::xml_node parent : {ChildNamed(root, "ResponseMetadata"), root}) {
    for (const std::string_view name : {"RequestId", "RequestID", "requestId"}) {
      if (const pugi::xml_node id = ChildNamed(parent, name)) return TextOf(id);
    }
  }
  return std::nullopt;
}

absl::StatusOr<std::string> ReadResult(const ServiceModel& model, const Operation& operation,
                                       const WireResponse& response, const ResultStyle& style) {
  return ResponseReader(model, operation, response, style).Read();
}

}  // namespace pawl::aws
