#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/request_body.h"
#include "coordinator/integrations/aws/timestamp.h"

namespace pawl::aws {
namespace {

// Writes `Filter.1.Name=...`. EC2's dialect has other names, and lists without a word of their own.
class QueryWriter {
 public:
  QueryWriter(const ServiceModel& model, std::vector<QueryItem>* items)
      : model_(model), ec2_(model.protocol == Protocol::kEc2), items_(*items) {}

  void Write(const Input& input, const std::string& prefix) {
    switch (input.type) {
      case ShapeType::kStructure:
        for (const Input& member : input.items) {
          const std::string name = Name(*member.use);
          Write(member, prefix.empty() ? name : StrCat(prefix, ".", name));
        }
        return;
      case ShapeType::kList:
        return WriteList(input, prefix);
      case ShapeType::kMap:
        return WriteMap(input, prefix);
      case ShapeType::kBlob:
        return Add(prefix, absl::Base64Escape(input.text));
      case ShapeType::kTimestamp:
        return Add(prefix, TimestampText(input, TimestampFormat::kIso8601));
      default:
        return Add(prefix, input.text);
    }
  }

 private:
  void Add(const std::string& name, std::string value) {
    items_.push_back({name, std::move(value)});
  }

  std::string Name(const Use& use) const {
    if (!ec2_) return std::string(WireName(use));
    if (!use.query_name.empty()) return std::string(use.query_name);
    std::string name(WireName(use));
    // EC2 writes what the model calls otherwise in results with a capital.
    if (!use.location_name.empty()) name[0] = absl::ascii_toupper(name[0]);
    return name;
  }

  void WriteList(const Input& list, std::string prefix) {
    const Use& element = model_.Element(model_.ShapeOf(*list.use));
    if (!ec2_) {
      if (list.items.empty()) return Add(prefix, "");
      if (!list.use->flattened) {
        StrAppend(
            &prefix, ".",
            element.location_name.empty() ? std::string_view("member") : element.location_name);
      } else if (!element.location_name.empty()) {
        // In the place of the list's own name.
        prefix = StrCat(prefix.substr(0, prefix.rfind('.') + 1), element.location_name);
      }
    }
    int number = 0;
    for (const Input& item : list.items) Write(item, StrCat(prefix, ".", ++number));
  }

  void WriteMap(const Input& map, std::string prefix) {
    const Shape& shape = model_.ShapeOf(*map.use);
    const Use& key = model_.MapKey(shape);
    const Use& value = model_.MapValue(shape);
    if (!map.use->flattened) prefix += ".entry";
    for (size_t i = 0; i < map.items.size(); ++i) {
      const std::string entry = StrCat(prefix, ".", i + 1, ".");
      Add(StrCat(entry, key.location_name.empty() ? std::string_view("key") : key.location_name),
          std::string(map.keys[i]));
      Write(map.items[i], StrCat(entry, value.location_name.empty() ? std::string_view("value")
                                                                    : value.location_name));
    }
  }

  const ServiceModel& model_;
  const bool ec2_;
  std::vector<QueryItem>& items_;
};

}  // namespace

std::string TimestampText(const Input& input, TimestampFormat otherwise) {
  const TimestampFormat own = input.use->timestamp_format;
  return FormatTimestamp(input.time, own == TimestampFormat::kUnset ? otherwise : own);
}

std::string QueryBody(const ServiceModel& model, const Operation& operation, const Input& input) {
  std::vector<QueryItem> items = {{"Action", std::string(operation.name)},
                                  {"Version", std::string(model.api_version)}};
  QueryWriter(model, &items).Write(input, "");
  return QueryText(items);
}

}  // namespace pawl::aws
