#include "coordinator/integrations/result_problem.h"

#include <algorithm>

#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/names.h"
#include "coordinator/integrations/job_rules.h"
#include "coordinator/integrations/optimized_services.h"

namespace pawl::integrations {
namespace {

class ResultChecker {
 public:
  ResultChecker(const aws::ServiceModel& service, const ResultModel& model, bool complete)
      : model_(service), of_(model), complete_(complete) {}

  // The first problem, in the order of the model's keys; empty: none.
  std::string Check(const aws::Use& use, std::string_view name, Json value) const {
    const aws::Shape& shape = model_.ShapeOf(use);
    if (shape.document) return "";
    switch (shape.type) {
      case aws::ShapeType::kStructure:
        if (!value.is_object()) return Must(name, "be an object");
        return CheckMembers(shape, value);
      case aws::ShapeType::kMap:
        if (!value.is_object()) return Must(name, "be an object");
        return CheckValues(shape, name, value);
      case aws::ShapeType::kList:
        if (!value.is_array()) return Must(name, "be an array");
        return CheckItems(use, shape, name, value);
      case aws::ShapeType::kBoolean:
        return value.is_bool() ? "" : Must(name, "be a boolean");
      case aws::ShapeType::kInteger:
      case aws::ShapeType::kFloat:
        if (!value.is_number()) return Must(name, "be a number");
        return CheckNumber(use, name, value.as_double());
      case aws::ShapeType::kString:
        if (!value.is_string()) return Must(name, "be a string");
        return CheckText(use, name, value.as_string());
      case aws::ShapeType::kBlob:
      case aws::ShapeType::kTimestamp:
        break;
    }
    return value.is_string() ? "" : Must(name, "be a string");
  }

 private:
  static std::string Must(std::string_view name, std::string_view what) {
    return StrCat("Field '", name, "' must ", what);
  }
  static std::string Is(std::string_view name, std::string_view what) {
    return StrCat("Field '", name, "' ", what);
  }

  std::string CheckMembers(const aws::Shape& structure, Json value) const {
    if (complete_) {
      for (const aws::Use& member : model_.Members(structure)) {
        if (member.required && value.Find(NameOf(member)).is_undefined()) {
          return StrCat("Required field '", NameOf(member), "' is missing");
        }
      }
    }
    for (const JsonMember& given : value.members()) {
      const aws::Use* member = MemberOf(structure, given.key);
      if (member == nullptr || given.value.is_null() || given.key == of_.reshaped) continue;
      std::string problem = Check(*member, given.key, given.value);
      if (!problem.empty()) return problem;
    }
    return "";
  }

  std::string NameOf(const aws::Use& member) const {
    return of_.model_names ? aws::Capitalized(member.name) : std::string(member.key);
  }

  // By the name that tasks see, to the letter.
  const aws::Use* MemberOf(const aws::Shape& structure, std::string_view key) const {
    for (const aws::Use& member : model_.Members(structure)) {
      if (NameOf(member) == key) return &member;
    }
    return nullptr;
  }

  std::string CheckValues(const aws::Shape& map, std::string_view name, Json value) const {
    for (const JsonMember& given : value.members()) {
      if (given.value.is_null()) continue;
      const bool named = model_.ShapeOf(model_.MapValue(map)).type == aws::ShapeType::kStructure;
      std::string problem = Check(model_.MapValue(map), named ? given.key : name, given.value);
      if (!problem.empty()) return problem;
    }
    return "";
  }

  std::string CheckItems(const aws::Use& use, const aws::Shape& list, std::string_view name,
                         Json value) const {
    if (std::string problem = CheckLength(use, name, value.size()); !problem.empty()) {
      return problem;
    }
    for (const Json item : value.items()) {
      if (item.is_null()) continue;
      std::string problem = Check(model_.Element(list), name, item);
      if (!problem.empty()) return problem;
    }
    return "";
  }

  std::string CheckText(const aws::Use& use, std::string_view name, std::string_view text) const {
    const aws::ValueLimits* limits = model_.LimitsOf(use);
    if (limits != nullptr && !limits->values.empty() &&
        std::find(limits->values.begin(), limits->values.end(), text) == limits->values.end()) {
      return Is(name, "is not an expected value");
    }
    return CheckLength(
        use, name,
        static_cast<size_t>(std::count_if(
            text.begin(), text.end(), [](unsigned char byte) { return (byte & 0xC0) != 0x80; })));
  }

  std::string CheckLength(const aws::Use& use, std::string_view name, size_t length) const {
    const aws::ValueLimits* limits = model_.LimitsOf(use);
    if (limits == nullptr) return "";
    const auto size = static_cast<double>(length);
    if (limits->least && size < *limits->least)
      return Is(name, "is smaller than the minimum length");
    // AWS's words for the other end are not known.
    if (limits->most && size > *limits->most) return Is(name, "is greater than the maximum length");
    return "";
  }

  std::string CheckNumber(const aws::Use& use, std::string_view name, double number) const {
    const aws::ValueLimits* limits = model_.LimitsOf(use);
    if (limits == nullptr) return "";
    if (limits->least && number < *limits->least) return Is(name, "is less than the minimum value");
    if (limits->most && number > *limits->most) return Is(name, "exceeds the maximum value");
    return "";
  }

  const aws::ServiceModel& model_;
  const ResultModel& of_;
  const bool complete_;
};

}  // namespace

std::optional<ResultModel> ResultModelOf(std::string_view service, std::string_view action,
                                         bool of_job) {
  if (service == "lambda") return ResultModel{"lambda", std::string(action), "Payload"};
  if (service == "states") {
    // What an execution gives is text, or the JSON in it.
    if (of_job) return ResultModel{"sfn", "describeExecution", "Output"};
    return ResultModel{"sfn", std::string(action), ""};
  }
  const JobRule* rule = of_job ? FindJobRule(service, action) : nullptr;
  const std::string_view asked = rule != nullptr ? rule->look.action : action;
  std::optional<AwsAction> at_aws = AwsActionOf(service, asked);
  if (!at_aws || asked.empty()) return std::nullopt;
  const bool optimized = at_aws->optimized != nullptr;
  return ResultModel{std::move(at_aws->service), std::move(at_aws->action), "", optimized};
}

std::optional<std::string> ResultProblem(const aws::OperationRef& ref, const ResultModel& model,
                                         Json result, bool complete) {
  if (ref.operation->output.shape == aws::kNoShape) return std::nullopt;
  const ResultChecker checker(*ref.model, model, complete);
  if (!result.is_object()) return "Mocked result must be a JSON object.";
  const std::string problem = checker.Check(ref.operation->output, "", result);
  if (problem.empty()) return std::nullopt;
  return StrCat("Mock result schema validation error: ", problem);
}

}  // namespace pawl::integrations
