// What only states of one type have.

#include <fmt/format.h>

#include <utility>

#include "coordinator/asl/definition_compiler.h"
#include "coordinator/asl/resource.h"
#include "coordinator/base/clock.h"

namespace pawl::asl {
namespace {

constexpr int64_t kMaxSeconds = 99'999'999;  // AWS quota
constexpr int64_t kMaxCount = INT32_MAX;
constexpr size_t kMaxErrorCharacters = 256;     // AWS quota
constexpr size_t kMaxCauseCharacters = 32'768;  // AWS quota

// Reports what looks computed in a Pass's Result, which is always taken as it is written.
void WarnAboutStaticResult(const Place& value, Findings* findings) {
  Json json = value.value();
  const bool computed_key = value.key().ends_with(".$");
  if (computed_key || (json.is_string() && LooksComputed(json.as_string()))) {
    findings->Warning(
        "PASS_RESULT_IS_STATIC",
        "The Result of a Pass state is not evaluated: a path or an intrinsic function "
        "call in it stays as it is. Parameters are evaluated",
        value);
  } else if (json.is_object()) {
    for (size_t i = 0; i < json.size(); ++i) WarnAboutStaticResult(value.MemberAt(i), findings);
  } else if (json.is_array()) {
    for (size_t i = 0; i < json.size(); ++i) WarnAboutStaticResult(value.Item(i), findings);
  }
}

void WarnAboutPathInLiteral(const Place& field, Findings* findings) {
  if (!field.value().is_string() || !LooksComputed(field.value().as_string())) return;
  findings->Warning(
      "NO_PATH",
      fmt::format("The value of the field '{}' looks like a path, but the name of the "
                  "field does not end with 'Path'",
                  field.key()),
      field);
}

}  // namespace

void DefinitionCompiler::ReadPass(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<PassDetail>();
  const Place result = reader.Field("Result");
  if (!result.exists()) return;
  WarnAboutStaticResult(result, findings_);
  if (!result.value().is_null()) detail.result = WriteJson(result.value());
}

void DefinitionCompiler::ReadTask(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<TaskDetail>();
  const Place resource = reader.Field("Resource");
  if (std::optional<std::string> text = read_.String(resource)) {
    auto parsed = ParseResource(*text, type_);
    if (parsed.ok()) {
      detail.activity = *std::move(parsed);
    } else {
      findings_->Schema(parsed.error().message, resource);
    }
    detail.resource = *std::move(text);
  }
  const Place credentials = reader.Field("Credentials");
  if (credentials.exists()) {
    if (!detail.activity.arn.empty()) {
      findings_->Schema("The field 'Credentials' is not supported for activities", credentials);
    } else if (read_.IsObject(credentials) && !credentials.Has("RoleArn") &&
               !credentials.Has("RoleArn.$")) {
      findings_->Schema("The field 'RoleArn' is required but was missing", credentials);
    }
  }
  detail.timeout_seconds = read_.ReadNumberField(reader.place, "TimeoutSeconds", 1, kMaxSeconds);
  detail.heartbeat_seconds =
      read_.ReadNumberField(reader.place, "HeartbeatSeconds", 1, kMaxSeconds);
  const auto timeout = detail.timeout_seconds.value;
  const auto heartbeat = detail.heartbeat_seconds.value;
  if (timeout.has_value() && heartbeat.has_value() && *heartbeat >= *timeout) {
    findings_->Schema(fmt::format("HeartbeatSeconds ({}) must be smaller than TimeoutSeconds ({})",
                                  *heartbeat, *timeout),
                      reader.place.Member("HeartbeatSeconds"));
  }
}

void DefinitionCompiler::ReadChoice(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<ChoiceDetail>();
  const Place choices = reader.Field("Choices");
  if (read_.IsNonEmptyArray(choices)) {
    for (size_t i = 0; i < choices.value().size(); ++i) {
      ReadChoiceRule(reader, choices.Item(i), &detail);
    }
  }
  detail.default_next = ReadTarget(reader.Field("Default"), reader.state, reader.level);
}

void DefinitionCompiler::ReadChoiceRule(const StateReader& reader, const Place& rule,
                                        ChoiceDetail* detail) {
  std::vector<ChoiceRule::Problem> problems;
  std::optional<ChoiceRule> condition = ChoiceRule::Compile(rule.value(), &problems);
  for (ChoiceRule::Problem& problem : problems) {
    findings_->Schema(std::move(problem.message), rule.Below(problem.pointer));
  }
  if (!rule.value().is_object()) return;
  for (size_t i = 0; i < rule.value().size(); ++i) {
    const Place member = rule.MemberAt(i);
    if (member.key().starts_with("String") && !member.key().ends_with("Path")) {
      WarnAboutPathInLiteral(member, findings_);
    }
  }
  const Place next = rule.Member("Next");
  if (!next.exists()) findings_->Schema("These fields are required: [Next]", rule);
  const State* target = ReadTarget(next, reader.state, reader.level);
  std::optional<Template> assign = ReadAssign(rule.Member("Assign"), *reader.level);
  if (condition.has_value()) {
    detail->rules.push_back({*std::move(condition), target, std::move(assign)});
  }
}

void DefinitionCompiler::ReadWait(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<WaitDetail>();
  detail.seconds = read_.Integer(reader.Field("Seconds"), 0, kMaxSeconds);
  detail.seconds_path = read_.ReferencePath(reader.Field("SecondsPath"));
  detail.timestamp_path = read_.ReferencePath(reader.Field("TimestampPath"));
  const Place timestamp = reader.Field("Timestamp");
  std::optional<std::string> text = read_.String(timestamp);
  if (!text.has_value()) return;
  absl::StatusOr<absl::Time> time = ParseIso8601(*text);
  if (time.ok()) {
    detail.timestamp = *time;
  } else {
    findings_->Schema("String does not match RFC3339 timestamp", timestamp);
  }
}

void DefinitionCompiler::ReadFail(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<FailDetail>();
  detail.error = read_.ShortString(reader.Field("Error"), kMaxErrorCharacters);
  detail.cause = read_.ShortString(reader.Field("Cause"), kMaxCauseCharacters);
  detail.error_path = read_.ReadExpression(reader.Field("ErrorPath"));
  detail.cause_path = read_.ReadExpression(reader.Field("CausePath"));
  WarnAboutPathInLiteral(reader.Field("Error"), findings_);
  WarnAboutPathInLiteral(reader.Field("Cause"), findings_);
}

void DefinitionCompiler::ReadParallel(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<ParallelDetail>();
  const Place branches = reader.Field("Branches");
  if (!read_.IsNonEmptyArray(branches)) return;
  // States point at their scope: the scopes must not move any more.
  detail.branches.resize(branches.value().size());
  for (size_t i = 0; i < detail.branches.size(); ++i) {
    CompileScope(branches.Item(i), kInBranch, reader.level->variables, reader.level->depth + 1,
                 &detail.branches[i]);
  }
}

void DefinitionCompiler::ReadMap(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<MapDetail>();
  const bool legacy = !reader.place.Has("ItemProcessor");
  const Place processor = reader.Field(legacy ? "Iterator" : "ItemProcessor");
  RefuseDistributedFields(reader);
  CheckProcessorConfig(processor);
  detail.items_path = read_.ReferencePath(reader.Field("ItemsPath"));
  detail.item_selector = read_.ReadTemplate(reader.Field("ItemSelector"));
  if (!detail.item_selector.has_value()) {
    detail.item_selector = read_.ReadTemplate(reader.Field("Parameters"));
  }
  detail.max_concurrency = read_.ReadNumberField(reader.place, "MaxConcurrency", 0, kMaxCount);
  detail.tolerated_failure_count =
      read_.ReadNumberField(reader.place, "ToleratedFailureCount", 0, kMaxCount);
  detail.tolerated_failure_percentage =
      read_.ReadDecimalField(reader.place, "ToleratedFailurePercentage", 0, 100);
  CompileScope(processor, kInProcessor, reader.level->variables, reader.level->depth + 1,
               &detail.processor);
}

void DefinitionCompiler::CheckProcessorConfig(const Place& processor) {
  const Place config = processor.Member("ProcessorConfig");
  if (!read_.IsObject(config)) return;
  CheckFields(config, kInProcessorConfig, findings_);
  const Place mode = config.Member("Mode");
  if (read_.OneOf(mode, {"INLINE", "DISTRIBUTED"}) == "DISTRIBUTED") {
    findings_->Schema("ProcessorConfig.Mode 'DISTRIBUTED' is not available in this version of Pawl",
                      mode);
  } else if (config.Has("ExecutionType")) {
    findings_->Schema("Field 'ExecutionType' is not supported", config);
  }
}

// Fields that only act in a distributed Map.
void DefinitionCompiler::RefuseDistributedFields(const StateReader& reader) {
  for (std::string_view name : {"ItemReader", "ItemBatcher", "ResultWriter", "Label"}) {
    const Place field = reader.place.Member(name);
    if (!field.exists()) continue;
    findings_->Schema(
        fmt::format("'{}' of a distributed Map is not available in this version of Pawl", name),
        field);
  }
}

}  // namespace pawl::asl
