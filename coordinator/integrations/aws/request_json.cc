#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "coordinator/integrations/aws/request_body.h"
#include "coordinator/integrations/aws/timestamp.h"

namespace pawl::aws {
namespace {

class JsonWriter {
 public:
  JsonWriter(const ServiceModel& model, std::string* out) : model_(model), out_(*out) {}

  // `outermost`: members with another place in the request are left out.
  void Write(const Input& input, bool outermost) {
    if (input.is_document) return AppendJson(input.document, &out_);
    switch (input.type) {
      case ShapeType::kStructure:
        return WriteStructure(input, outermost);
      case ShapeType::kList:
        return WriteList(input);
      case ShapeType::kMap:
        return WriteMap(input);
      case ShapeType::kBlob:
        return AppendJsonString(absl::Base64Escape(input.text), &out_);
      case ShapeType::kTimestamp:
        return WriteTimestamp(input);
      case ShapeType::kFloat:
        // NaN and the infinities are no numbers in JSON.
        if (absl::ascii_isalpha(input.text.back())) return AppendJsonString(input.text, &out_);
        [[fallthrough]];
      case ShapeType::kBoolean:
      case ShapeType::kInteger:
        out_ += input.text;
        return;
      case ShapeType::kString:
        return AppendJsonString(input.text, &out_);
    }
  }

 private:
  void WriteStructure(const Input& input, bool outermost) {
    out_.push_back('{');
    bool first = true;
    for (const Input& member : input.items) {
      if (outermost && member.use->location != Location::kBody) continue;
      if (!first) out_.push_back(',');
      first = false;
      AppendJsonString(WireName(*member.use), &out_);
      out_.push_back(':');
      Write(member, false);
    }
    out_.push_back('}');
  }

  void WriteList(const Input& input) {
    out_.push_back('[');
    for (const Input& item : input.items) {
      if (&item != &input.items.front()) out_.push_back(',');
      Write(item, false);
    }
    out_.push_back(']');
  }

  void WriteMap(const Input& input) {
    out_.push_back('{');
    for (size_t i = 0; i < input.items.size(); ++i) {
      if (i > 0) out_.push_back(',');
      AppendJsonString(input.keys[i], &out_);
      out_.push_back(':');
      Write(input.items[i], false);
    }
    out_.push_back('}');
  }

  void WriteTimestamp(const Input& input) {
    const std::string text = TimestampText(input, TimestampFormat::kUnix);
    const TimestampFormat own = input.use->timestamp_format;
    if (own == TimestampFormat::kUnset || own == TimestampFormat::kUnix) {
      out_ += text;
    } else {
      AppendJsonString(text, &out_);
    }
  }

  const ServiceModel& model_;
  std::string& out_;
};

}  // namespace

std::string JsonBody(const ServiceModel& model, const Input& input) {
  std::string body;
  JsonWriter(model, &body).Write(input, /*outermost=*/true);
  return body;
}

}  // namespace pawl::aws
