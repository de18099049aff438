#include "coordinator/asl/field_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <initializer_list>
#include <vector>

namespace pawl::asl {
namespace {

constexpr FieldContext kPass = ContextOf(StateType::kPass);
constexpr FieldContext kTask = ContextOf(StateType::kTask);
constexpr FieldContext kChoice = ContextOf(StateType::kChoice);
constexpr FieldContext kWait = ContextOf(StateType::kWait);
constexpr FieldContext kSucceed = ContextOf(StateType::kSucceed);
constexpr FieldContext kFail = ContextOf(StateType::kFail);
constexpr FieldContext kParallel = ContextOf(StateType::kParallel);
constexpr FieldContext kMap = ContextOf(StateType::kMap);

constexpr FieldContext kWorking = kTask | kParallel | kMap;   // have Retry and Catch
constexpr FieldContext kNotFinal = kWorking | kPass | kWait;  // have Next and End
constexpr FieldContext kNotFail = kNotFinal | kChoice | kSucceed;
constexpr FieldContext kAllStates = kNotFail | kFail;
constexpr FieldContext kScopes = kInMachine | kInBranch | kInProcessor;

// In which languages a field may stand.
using Languages = uint8_t;
constexpr Languages LanguageBit(QueryLanguage language) {
  return 1u << static_cast<unsigned>(language);
}
constexpr Languages kJsonPath = LanguageBit(QueryLanguage::kJsonPath);
constexpr Languages kJsonata = LanguageBit(QueryLanguage::kJsonata);
constexpr Languages kBoth = kJsonPath | kJsonata;

struct FieldRule {
  std::string_view name;
  FieldContext allowed;
  Languages languages = kBoth;
  FieldContext required = 0;

  bool IsFor(QueryLanguage language) const { return (languages & LanguageBit(language)) != 0; }
};

constexpr FieldRule kFields[] = {
    {"States", kScopes, kBoth, kScopes},
    {"StartAt", kScopes, kBoth, kScopes},
    {"Comment", kAllStates | kScopes | kInRetrier | kInCatcher},
    {"QueryLanguage", kAllStates | kInMachine},
    {"Version", kInMachine},
    {"TimeoutSeconds", kInMachine | kTask},
    {"ProcessorConfig", kInProcessor},
    {"Mode", kInProcessorConfig},
    {"ExecutionType", kInProcessorConfig},

    {"Type", kAllStates, kBoth, kAllStates},
    {"Next", kNotFinal | kInCatcher, kBoth, kInCatcher},
    {"End", kNotFinal},
    {"InputPath", kNotFail, kJsonPath},
    {"OutputPath", kNotFail, kJsonPath},
    {"ResultPath", kWorking | kPass | kInCatcher, kJsonPath},
    {"Parameters", kWorking | kPass, kJsonPath},
    {"ResultSelector", kWorking, kJsonPath},
    {"Arguments", kTask | kParallel, kJsonata},
    {"Output", kNotFail | kInCatcher, kJsonata},
    {"Assign", kNotFinal | kChoice | kInCatcher},
    {"Retry", kWorking},
    {"Catch", kWorking},

    {"Result", kPass, kJsonPath},
    {"Resource", kTask, kBoth, kTask},
    {"Credentials", kTask},
    {"TimeoutSecondsPath", kTask, kJsonPath},
    {"HeartbeatSeconds", kTask},
    {"HeartbeatSecondsPath", kTask, kJsonPath},
    {"Choices", kChoice, kBoth, kChoice},
    {"Default", kChoice},
    {"Seconds", kWait},
    {"SecondsPath", kWait, kJsonPath},
    {"Timestamp", kWait},
    {"TimestampPath", kWait, kJsonPath},
    {"Error", kFail},
    {"ErrorPath", kFail, kJsonPath},
    {"Cause", kFail},
    {"CausePath", kFail, kJsonPath},
    {"Branches", kParallel, kBoth, kParallel},
    {"ItemProcessor", kMap},
    {"Iterator", kMap},
    {"Items", kMap, kJsonata},
    {"ItemsPath", kMap, kJsonPath},
    {"ItemSelector", kMap},
    {"ItemReader", kMap},
    {"ItemBatcher", kMap},
    {"ResultWriter", kMap},
    {"Label", kMap},
    {"MaxConcurrency", kMap},
    {"MaxConcurrencyPath", kMap, kJsonPath},
    {"ToleratedFailureCount", kMap},
    {"ToleratedFailureCountPath", kMap, kJsonPath},
    {"ToleratedFailurePercentage", kMap},
    {"ToleratedFailurePercentagePath", kMap, kJsonPath},

    {"ErrorEquals", kInRetrier | kInCatcher, kBoth, kInRetrier | kInCatcher},
    {"IntervalSeconds", kInRetrier},
    {"MaxAttempts", kInRetrier},
    {"BackoffRate", kInRetrier},
    {"MaxDelaySeconds", kInRetrier},
    {"JitterStrategy", kInRetrier},
};

// Fields that exclude each other.
struct FieldGroup {
  FieldContext context;
  bool needs_one;
  std::initializer_list<std::string_view> names;
};

const FieldGroup kGroups[] = {
    {kNotFinal, true, {"Next", "End"}},
    {kWait, true, {"SecondsPath", "Seconds", "TimestampPath", "Timestamp"}},
    {kMap, true, {"ItemProcessor", "Iterator"}},
    {kMap, false, {"ItemSelector", "Parameters"}},
    {kMap, false, {"MaxConcurrency", "MaxConcurrencyPath"}},
    {kMap, false, {"ToleratedFailureCount", "ToleratedFailureCountPath"}},
    {kMap, false, {"ToleratedFailurePercentage", "ToleratedFailurePercentagePath"}},
    {kTask, false, {"TimeoutSeconds", "TimeoutSecondsPath"}},
    {kTask, false, {"HeartbeatSeconds", "HeartbeatSecondsPath"}},
    {kFail, false, {"Error", "ErrorPath"}},
    {kFail, false, {"Cause", "CausePath"}},
};

const FieldRule* FindRule(std::string_view field, FieldContext context) {
  for (const FieldRule& rule : kFields) {
    if (rule.name == field) return (rule.allowed & context) != 0 ? &rule : nullptr;
  }
  return nullptr;
}

void CheckGroup(const Place& object, const FieldGroup& group, QueryLanguage language,
                Findings* findings) {
  size_t count = 0;
  bool has_foreign = false;  // one of the other language, which is reported as such
  std::vector<std::string_view> names;
  for (std::string_view name : group.names) {
    if (!IsFieldAllowed(name, group.context, language)) {
      has_foreign = has_foreign || object.Has(name);
      continue;
    }
    names.push_back(name);
    Json value = object.value().Find(name);
    // `"End": false` says nothing.
    const bool says_nothing = name == "End" && value.is_bool() && !value.as_bool();
    if (!value.is_undefined() && !says_nothing) ++count;
  }
  if (count > 1) {
    findings->Schema(fmt::format("There should only be one of the following fields: [{}]",
                                 fmt::join(names, ", ")),
                     object);
  } else if (count == 0 && group.needs_one && !has_foreign) {
    findings->Schema(fmt::format("This object should have only one of the following fields: [{}]",
                                 fmt::join(names, ", ")),
                     object);
  }
}

}  // namespace

bool IsFieldAllowed(std::string_view field, FieldContext context, QueryLanguage language) {
  const FieldRule* rule = FindRule(field, context);
  return rule != nullptr && rule->IsFor(language);
}

void CheckFields(const Place& object, FieldContext context, QueryLanguage language,
                 Findings* findings) {
  std::vector<std::string_view> missing;
  for (const FieldRule& rule : kFields) {
    if ((rule.required & context) != 0 && !object.Has(rule.name)) missing.push_back(rule.name);
  }
  if (!missing.empty()) {
    findings->Schema(fmt::format("These fields are required: [{}]", fmt::join(missing, ", ")),
                     object);
  }
  for (const JsonMember& member : object.value().members()) {
    const FieldRule* rule = FindRule(member.key, context);
    if (rule == nullptr) {
      findings->Schema(fmt::format("Field '{}' is not supported", member.key), object);
    } else if (!rule->IsFor(language)) {
      findings->Schema(OtherLanguage(member.key, language), object);
    }
  }
  for (const FieldGroup& group : kGroups) {
    if ((group.context & context) != 0) CheckGroup(object, group, language, findings);
  }
}

std::string OtherLanguage(std::string_view field, QueryLanguage language) {
  const bool jsonata = language == QueryLanguage::kJsonata;
  return fmt::format(
      "The QueryLanguage is set to '{}', but field '{}' is only supported for the '{}' "
      "QueryLanguage",
      jsonata ? "JSONata" : "JSONPath", field, jsonata ? "JSONPath" : "JSONata");
}

}  // namespace pawl::asl
