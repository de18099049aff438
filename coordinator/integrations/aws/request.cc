#include "coordinator/integrations/aws/request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/request_body.h"
#include "coordinator/integrations/aws/request_customs.h"
#include "coordinator/integrations/aws/timestamp.h"

namespace pawl::aws {
namespace {

bool IsScalar(ShapeType type) {
  return type != ShapeType::kStructure && type != ShapeType::kList && type != ShapeType::kMap;
}

bool CanStandInHeader(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  });
}

class RequestBuilder {
 public:
  RequestBuilder(const ServiceModel& model, const Operation& operation, const Input& input)
      : model_(model), operation_(operation), input_(input) {}

  Outcome<WireRequest, std::vector<std::string>> Build() {
    request_.method = std::string(operation_.method);
    switch (model_.protocol) {
      case Protocol::kJson:
        AddHeader("X-Amz-Target", StrCat(model_.target_prefix, ".", operation_.name));
        AddHeader("Content-Type", StrCat("application/x-amz-json-", model_.json_version));
        if (model_.query_compatible) AddHeader("X-Amzn-Query-Mode", "true");
        request_.body = JsonBody(model_, input_);
        break;
      case Protocol::kQuery:
      case Protocol::kEc2:
        AddHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        request_.body = QueryBody(model_, operation_, input_);
        break;
      case Protocol::kRestJson:
      case Protocol::kRestXml:
        BuildRest();
        break;
    }
    request_.host_prefix = FillHostPrefix();
    Customize(model_, operation_, input_, &request_);
    if (!problems_.empty()) return problems_;
    return std::move(request_);
  }

 private:
  void InvalidFormat(const Use& use) {
    problems_.push_back(StrCat("The value of the field '", use.key, "' has an invalid format"));
  }

  void AddHeader(std::string name, std::string value) {
    request_.headers.push_back({std::move(name), std::move(value)});
  }

  bool HasHeader(std::string_view name) const {
    return std::any_of(
        request_.headers.begin(), request_.headers.end(),
        [name](const Header& header) { return absl::EqualsIgnoreCase(header.name, ToAbsl(name)); });
  }

  // ---- What REST has outside of the body.

  void BuildRest() {
    FillUri();
    for (const Input& member : input_.items) {
      switch (member.use->location) {
        case Location::kQuery:
          AddQuery(member);
          break;
        case Location::kHeader:
          AddHeaderMember(member);
          break;
        case Location::kHeaders:
          AddHeaderMap(member);
          break;
        default:
          break;
      }
    }
    BuildRestBody();
  }

  // "/{Bucket}/{Key+}?acl": labels are filled in, and what stands behind '?' goes to the query.
  void FillUri() {
    const std::string_view uri = operation_.uri;
    const size_t question = uri.find('?');
    request_.path = FillLabels(uri.substr(0, question));
    if (question == std::string_view::npos) return;
    std::string_view rest = uri.substr(question + 1);
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('&'), rest.size());
      const std::string_view item = rest.substr(0, end);
      const size_t equals = item.find('=');
      QueryItem query{.name = std::string(item.substr(0, equals))};
      if (equals != std::string_view::npos) query.value = std::string(item.substr(equals + 1));
      request_.query.push_back(std::move(query));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  std::string FillLabels(std::string_view path) {
    std::string filled;
    while (!path.empty()) {
      const size_t begin = path.find('{');
      const size_t end = path.find('}', begin);
      if (begin == std::string_view::npos || end == std::string_view::npos) break;
      std::string_view label = path.substr(begin + 1, end - begin - 1);
      const bool greedy = label.ends_with('+');
      if (greedy) label.remove_suffix(1);
      StrAppend(&filled, path.substr(0, begin), Escape(LabelText(label), greedy));
      path.remove_prefix(end + 1);
    }
    return StrCat(filled, path);
  }

  // An empty one would make another path: that of another operation.
  std::string LabelText(std::string_view label) {
    for (const Input& member : input_.items) {
      if (member.use->location != Location::kUri || WireName(*member.use) != label) continue;
      std::string text = ScalarText(member, TimestampFormat::kIso8601);
      if (text.empty()) InvalidFormat(*member.use);
      return text;
    }
    problems_.push_back(StrCat("The field '", label, "' is required but was missing"));
    return "";
  }

  static std::string ScalarText(const Input& value, TimestampFormat format) {
    if (value.type == ShapeType::kTimestamp) return TimestampText(value, format);
    // Keys of customers, which are in base64 already; aws-sdk 2's models alone call them bytes.
    return value.text;
  }

  void AddQuery(const Input& member) {
    const std::string name(WireName(*member.use));
    if (member.type == ShapeType::kMap) {
      for (size_t i = 0; i < member.items.size(); ++i) {
        AddQueryItems(std::string(member.keys[i]), member.items[i]);
      }
      return;
    }
    AddQueryItems(name, member);
  }

  void AddQueryItems(const std::string& name, const Input& value) {
    if (IsScalar(value.type)) {
      request_.query.push_back({name, ScalarText(value, TimestampFormat::kIso8601)});
      return;
    }
    for (const Input& item : value.items) AddQueryItems(name, item);
  }

  void AddHeaderMember(const Input& member) {
    if (member.type == ShapeType::kList && member.items.empty()) return;
    std::string value = HeaderText(member);
    if (!CanStandInHeader(value)) return InvalidFormat(*member.use);
    AddHeader(std::string(WireName(*member.use)), std::move(value));
  }

  static std::string HeaderText(const Input& value) {
    if (value.is_document) return absl::Base64Escape(WriteJson(value.document));
    if (value.type != ShapeType::kList) return ScalarText(value, TimestampFormat::kRfc822);
    std::string joined;
    for (const Input& item : value.items) {
      StrAppend(&joined, &item == &value.items.front() ? "" : ",", HeaderText(item));
    }
    return joined;
  }

  void AddHeaderMap(const Input& member) {
    for (size_t i = 0; i < member.items.size(); ++i) {
      std::string name = StrCat(WireName(*member.use), member.keys[i]);
      const bool is_name = std::all_of(name.begin(), name.end(), [](char c) {
        return absl::ascii_isgraph(c) && c != ':' && c != '(' && c != ')' && c != ',' && c != '"';
      });
      if (name.empty() || !is_name || !CanStandInHeader(member.items[i].text)) {
        return InvalidFormat(*member.use);
      }
      AddHeader(std::move(name), member.items[i].text);
    }
  }

  // ---- The body of REST.

  void BuildRestBody() {
    if (operation_.input.shape == kNoShape) return;
    const Shape& shape = model_.ShapeOf(operation_.input);
    if (!shape.payload.empty()) return BuildPayload(*model_.FindNamed(shape, shape.payload));
    const bool any_given =
        std::any_of(input_.items.begin(), input_.items.end(),
                    [](const Input& member) { return member.use->location == Location::kBody; });
    if (model_.protocol == Protocol::kRestJson) {
      const std::span<const Use> members = model_.Members(shape);
      const bool may_have = std::any_of(members.begin(), members.end(), [](const Use& member) {
        return member.location == Location::kBody;
      });
      if (may_have) SetBody(JsonBody(model_, input_), "application/json");
    } else if (any_given) {
      const Use& use = operation_.input;
      const std::string name = use.location_name.empty() ? StrCat(operation_.name, "Request")
                                                         : std::string(use.location_name);
      SetBody(XmlBody(model_, input_, use, name), "application/xml");
    }
  }

  // One member is the body.
  void BuildPayload(const Use& payload) {
    const Input* given = input_.Find(payload.name);
    const Shape& shape = model_.ShapeOf(payload);
    if (IsScalar(shape.type)) {
      request_.body = given != nullptr ? given->text : "";
      if (given != nullptr && !HasHeader("Content-Type")) {
        AddHeader("Content-Type", shape.type == ShapeType::kBlob ? "application/octet-stream"
                                                                 : "text/plain; charset=utf-8");
      }
    } else if (model_.protocol == Protocol::kRestJson) {
      SetBody(given != nullptr ? JsonBody(model_, *given) : "{}", "application/json");
    } else if (given != nullptr) {
      SetBody(XmlBody(model_, *given, payload, WireName(payload)), "application/xml");
    }
  }

  void SetBody(std::string body, std::string_view type) {
    request_.body = std::move(body);
    if (!HasHeader("Content-Type")) AddHeader("Content-Type", std::string(type));
  }

  // "{AccountId}.": only what can stand in a host's name.
  std::string FillHostPrefix() {
    std::string_view prefix = operation_.host_prefix;
    std::string filled;
    while (!prefix.empty()) {
      const size_t begin = prefix.find('{');
      const size_t end = prefix.find('}', begin);
      if (begin == std::string_view::npos || end == std::string_view::npos) break;
      const std::string_view label = prefix.substr(begin + 1, end - begin - 1);
      const Input* member = input_.Find(label);
      const std::string text = member != nullptr ? member->text : "";
      const bool valid = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return absl::ascii_isalnum(c) || c == '-';
      });
      if (!valid) {
        problems_.push_back(StrCat("The value of the field '", label, "' has an invalid format"));
      }
      StrAppend(&filled, prefix.substr(0, begin), text);
      prefix.remove_prefix(end + 1);
    }
    return StrCat(filled, prefix);
  }

  const ServiceModel& model_;
  const Operation& operation_;
  const Input& input_;
  WireRequest request_;
  std::vector<std::string> problems_;
};

}  // namespace

Outcome<WireRequest, std::vector<std::string>> BuildRequest(const ServiceModel& model,
                                                            const Operation& operation,
                                                            const Input& input) {
  return RequestBuilder(model, operation, input).Build();
}

}  // namespace pawl::aws
