#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/request_body.h"
#include "coordinator/integrations/aws/timestamp.h"

namespace pawl::aws {
namespace {

// XML 1.0 has no place for most control characters; a service refuses them, and so they are sent as
// references, which tell it what there was.
void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        *out += "&amp;";
        break;
      case '<':
        *out += "&lt;";
        break;
      case '>':
        *out += "&gt;";
        break;
      case '"':
        *out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) < ' ') {
          StrAppend(out, "&#", static_cast<int>(c), ";");
        } else {
          out->push_back(c);
        }
    }
  }
}

class XmlWriter {
 public:
  XmlWriter(const ServiceModel& model, std::string* out) : model_(model), out_(*out) {}

  void Write(const Input& input, const Use& use, std::string_view name) {
    switch (input.type) {
      case ShapeType::kStructure:
        return WriteStructure(input, use, name);
      case ShapeType::kList:
        return WriteList(input, name);
      case ShapeType::kMap:
        return WriteMap(input, name);
      case ShapeType::kBlob:
        return WriteText(name, absl::Base64Escape(input.text));
      case ShapeType::kTimestamp:
        return WriteText(name, TimestampText(input, TimestampFormat::kIso8601));
      default:
        return WriteText(name, input.text);
    }
  }

 private:
  void WriteText(std::string_view name, std::string_view text) {
    StrAppend(&out_, "<", name, ">");
    AppendEscaped(text, &out_);
    StrAppend(&out_, "</", name, ">");
  }

  void WriteAttribute(std::string_view name, std::string_view value) {
    StrAppend(&out_, " ", name, "=\"");
    AppendEscaped(value, &out_);
    out_.push_back('"');
  }

  void WriteStructure(const Input& input, const Use& use, std::string_view name) {
    StrAppend(&out_, "<", name);
    if (!use.namespace_uri.empty()) {
      WriteAttribute(
          use.namespace_prefix.empty() ? "xmlns" : StrCat("xmlns:", use.namespace_prefix),
          use.namespace_uri);
    }
    for (const Input& member : input.items) {
      if (member.use->xml_attribute) WriteAttribute(WireName(*member.use), member.text);
    }
    out_.push_back('>');
    for (const Input& member : input.items) {
      if (member.use->xml_attribute || member.use->location != Location::kBody) continue;
      Write(member, *member.use, WireName(*member.use));
    }
    StrAppend(&out_, "</", name, ">");
  }

  void WriteList(const Input& list, std::string_view name) {
    const Use& element = model_.Element(model_.ShapeOf(*list.use));
    if (list.use->flattened) {
      for (const Input& item : list.items) Write(item, element, name);
      return;
    }
    StrAppend(&out_, "<", name, ">");
    for (const Input& item : list.items) {
      Write(item, element,
            element.location_name.empty() ? std::string_view("member") : element.location_name);
    }
    StrAppend(&out_, "</", name, ">");
  }

  void WriteMap(const Input& map, std::string_view name) {
    const Shape& shape = model_.ShapeOf(*map.use);
    const Use& key = model_.MapKey(shape);
    const Use& value = model_.MapValue(shape);
    const bool flattened = map.use->flattened;
    const std::string_view entry = flattened ? name : "entry";
    if (!flattened) StrAppend(&out_, "<", name, ">");
    for (size_t i = 0; i < map.items.size(); ++i) {
      StrAppend(&out_, "<", entry, ">");
      WriteText(key.location_name.empty() ? std::string_view("key") : key.location_name,
                map.keys[i]);
      Write(map.items[i], value,
            value.location_name.empty() ? std::string_view("value") : value.location_name);
      StrAppend(&out_, "</", entry, ">");
    }
    if (!flattened) StrAppend(&out_, "</", name, ">");
  }

  const ServiceModel& model_;
  std::string& out_;
};

}  // namespace

std::string XmlBody(const ServiceModel& model, const Input& input, const Use& use,
                    std::string_view name) {
  std::string body;
  XmlWriter(model, &body).Write(input, use, name);
  return body;
}

}  // namespace pawl::aws
