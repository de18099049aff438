// What only states of one type have.

#include <fmt/format.h>

#include <utility>

#include "coordinator/asl/definition_compiler.h"
#include "coordinator/asl/resource.h"

namespace pawl::asl {
namespace {

constexpr int64_t kMaxSeconds = 99'999'999;  // AWS quota
constexpr int64_t kMaxCount = INT32_MAX;
constexpr int64_t kMaxBatchBytes = 262'144;     // AWS quota
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
  if (const std::optional<std::string> text = read_.String(resource)) {
    auto parsed = ParseResource(*text, type_, sdk_actions_);
    if (parsed.ok()) {
      detail.resource = *std::move(parsed);
    } else {
      findings_->Schema(parsed.error().message, resource);
    }
  }
  ReadCredentials(reader, &detail);
  if (detail.resource.kind == ResourceKind::kIntegration) {
    const Place parameters = reader.Field("Parameters");
    CheckParameters(detail.resource, parameters.exists() ? parameters : reader.Field("Arguments"),
                    findings_);
  }
  const QueryLanguage language = reader.state->language;
  detail.timeout_seconds =
      read_.ReadNumberField(reader.place, "TimeoutSeconds", language, 1, kMaxSeconds);
  detail.heartbeat_seconds =
      read_.ReadNumberField(reader.place, "HeartbeatSeconds", language, 1, kMaxSeconds);
  const auto timeout = detail.timeout_seconds.value;
  const auto heartbeat = detail.heartbeat_seconds.value;
  if (timeout.has_value() && heartbeat.has_value() && *heartbeat >= *timeout) {
    findings_->Schema(fmt::format("HeartbeatSeconds ({}) must be smaller than TimeoutSeconds ({})",
                                  *heartbeat, *timeout),
                      reader.place.Member("HeartbeatSeconds"));
  }
}

void DefinitionCompiler::ReadCredentials(const StateReader& reader, TaskDetail* detail) {
  const Place credentials = reader.Field("Credentials");
  if (!credentials.exists()) return;
  const bool jsonata = reader.is_jsonata();
  const bool computed = jsonata && IsJsonata(credentials.value());  // looked at when it is there
  const bool known = !detail->resource.arn.empty();
  if (known && detail->resource.kind == ResourceKind::kActivity) {
    findings_->Schema("The field 'Credentials' is not supported for activities", credentials);
    return;
  }
  if (!computed) {
    if (!read_.IsObject(credentials)) return;
    if (!credentials.Has("RoleArn") && (jsonata || !credentials.Has("RoleArn.$"))) {
      findings_->Schema("The field 'RoleArn' is required but was missing", credentials);
    }
  }
  if (jsonata && !computed) {
    const Place role = credentials.Member("RoleArn");
    if (!role.exists()) return;
    detail->credentials = read_.ReadJsonata(role, "Credentials/RoleArn", kStatesOfState);
  } else if (jsonata) {
    detail->credentials = read_.ReadJsonata(credentials, "Credentials", kStatesOfState);
  } else {
    detail->credentials = read_.ReadTemplate(credentials);
  }
}

void DefinitionCompiler::ReadWait(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<WaitDetail>();
  const QueryLanguage language = reader.state->language;
  detail.seconds = read_.ReadNumberField(reader.place, "Seconds", language, 0, kMaxSeconds);
  detail.timestamp = read_.ReadTimestampField(reader.place, language);
}

void DefinitionCompiler::ReadFail(const StateReader& reader) {
  auto& detail = reader.state->detail.emplace<FailDetail>();
  const auto read = [&](std::string_view name, std::string_view path, size_t max_characters) {
    FailDetail::TextField text;
    const Place field = reader.Field(name);
    if (reader.is_jsonata() && IsJsonata(field.value())) {
      text.computed = read_.ReadJsonataExpression(field);
      return text;
    }
    text.value = read_.ShortString(field, max_characters);
    text.computed = read_.ReadExpression(reader.Field(path));
    if (!reader.is_jsonata()) read_.WarnIfPath(field);
    return text;
  };
  detail.error = read("Error", "ErrorPath", kMaxErrorCharacters);
  detail.cause = read("Cause", "CausePath", kMaxCauseCharacters);
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
  ReadDistributedFields(reader, &detail);
  ReadProcessorConfig(processor, &detail);
  ReadItems(reader, &detail);
  const QueryLanguage language = reader.state->language;
  detail.max_concurrency =
      read_.ReadNumberField(reader.place, "MaxConcurrency", language, 0, kMaxCount);
  detail.tolerated_failure_count =
      read_.ReadNumberField(reader.place, "ToleratedFailureCount", language, 0, kMaxCount);
  detail.tolerated_failure_percentage =
      read_.ReadDecimalField(reader.place, "ToleratedFailurePercentage", language, 0, 100);
  CompileScope(processor, kInProcessor, reader.level->variables, reader.level->depth + 1,
               &detail.processor);
}

// What is iterated over, and what each iteration gets of it.
void DefinitionCompiler::ReadItems(const StateReader& reader, MapDetail* detail) {
  detail->items_path = read_.ReferencePath(reader.Field("ItemsPath"));
  const Place selector = reader.Field("ItemSelector");
  if (reader.is_jsonata()) {
    const Place items = reader.Field("Items");
    if (IsJsonata(items.value()) || read_.IsArray(items)) {
      detail->items = read_.ReadJsonata(items, "Items", kStatesOfState);
    }
    detail->item_selector = read_.ReadJsonata(selector, "ItemSelector", kStatesOfState);
    return;
  }
  detail->item_selector = read_.ReadTemplate(selector);
  if (!detail->item_selector.has_value()) {
    detail->item_selector = read_.ReadTemplate(reader.Field("Parameters"));
  }
}

void DefinitionCompiler::ReadProcessorConfig(const Place& processor, MapDetail* detail) {
  const Place config = processor.Member("ProcessorConfig");
  if (!read_.IsObject(config)) return;
  CheckFields(config, kInProcessorConfig, language_, findings_);
  const Place mode = config.Member("Mode");
  detail->distributed = read_.OneOf(mode, {"INLINE", "DISTRIBUTED"}) == "DISTRIBUTED";
  if (detail->distributed && use_ == Use::kRun) {
    findings_->Schema("ProcessorConfig.Mode 'DISTRIBUTED' is not available in this version of Pawl",
                      mode);
  } else if (detail->distributed) {
    read_.OneOf(config.Member("ExecutionType"), {"STANDARD", "EXPRESS"});
  } else if (config.Has("ExecutionType")) {
    findings_->Schema("Field 'ExecutionType' is not supported", config);
  }
}

// Fields that only act in a distributed Map.
void DefinitionCompiler::ReadDistributedFields(const StateReader& reader, MapDetail* detail) {
  for (std::string_view name : {"ItemReader", "ItemBatcher", "ResultWriter", "Label"}) {
    const Place field = reader.place.Member(name);
    if (!field.exists() || use_ != Use::kRun) continue;
    findings_->Schema(
        fmt::format("'{}' of a distributed Map is not available in this version of Pawl", name),
        field);
  }
  if (use_ == Use::kRun) return;
  const QueryLanguage language = reader.state->language;
  read_.String(reader.Field("Label"));
  const Place writer = reader.Field("ResultWriter");
  detail->writes_results = read_.IsObject(writer) && writer.Has("Resource");
  const Place item_reader = reader.Field("ItemReader");
  detail->reads_items = read_.IsObject(item_reader);
  const Place config = item_reader.Member("ReaderConfig");
  if (detail->reads_items && read_.IsObject(config)) {
    detail->items_pointer = read_.String(config.Member("ItemsPointer"));
    detail->max_items = read_.ReadNumberField(config, "MaxItems", language, 0, kMaxCount);
  }
  const Place batcher = reader.Field("ItemBatcher");
  if (!read_.IsObject(batcher)) return;
  ItemBatcher& batches = detail->batcher.emplace();
  batches.max_items = read_.ReadNumberField(batcher, "MaxItemsPerBatch", language, 1, kMaxCount);
  batches.max_bytes =
      read_.ReadNumberField(batcher, "MaxInputBytesPerBatch", language, 1, kMaxBatchBytes);
  const Place input = batcher.Member("BatchInput");
  if (reader.is_jsonata()) {
    batches.input = read_.ReadJsonata(input, "ItemBatcher/BatchInput", kStatesOfState);
  } else {
    batches.input = read_.ReadTemplate(input);
  }
}

}  // namespace pawl::asl
