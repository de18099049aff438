// Retry, Catch and Assign.

#include <fmt/format.h>

#include <utility>

#include "coordinator/asl/definition_compiler.h"

namespace pawl::asl {
namespace {

// AWS quotas.
constexpr int64_t kMaxIntervalSeconds = 99'999'999;
constexpr int64_t kMaxAttempts = 99'999'999;
constexpr int64_t kMaxDelaySeconds = 31'622'400;

}  // namespace

void DefinitionCompiler::ReadRetry(const StateReader& reader) {
  const Place list = reader.Field("Retry");
  if (!read_.IsArray(list)) return;
  for (size_t i = 0; i < list.value().size(); ++i) {
    const Place place = list.Item(i);
    if (!read_.IsObject(place)) continue;
    CheckFields(place, kInRetrier, reader.state->language, findings_);
    read_.String(place.Member("Comment"));
    Retrier retrier;
    retrier.error_equals = ReadErrorEquals(place, i + 1 == list.value().size());
    if (auto seconds = read_.Integer(place.Member("IntervalSeconds"), 1, kMaxIntervalSeconds)) {
      retrier.interval_seconds = *seconds;
    }
    if (auto attempts = read_.Integer(place.Member("MaxAttempts"), 0, kMaxAttempts)) {
      retrier.max_attempts = *attempts;
    }
    if (auto rate = read_.Number(place.Member("BackoffRate"), 1)) retrier.backoff_rate = *rate;
    retrier.max_delay_seconds = read_.Integer(place.Member("MaxDelaySeconds"), 1, kMaxDelaySeconds);
    retrier.full_jitter = read_.OneOf(place.Member("JitterStrategy"), {"NONE", "FULL"}) == "FULL";
    reader.state->retry.push_back(std::move(retrier));
  }
}

void DefinitionCompiler::ReadCatch(const StateReader& reader) {
  const Place list = reader.Field("Catch");
  if (!read_.IsArray(list)) return;
  for (size_t i = 0; i < list.value().size(); ++i) {
    const Place place = list.Item(i);
    if (!read_.IsObject(place)) continue;
    CheckFields(place, kInCatcher, reader.state->language, findings_);
    read_.String(place.Member("Comment"));
    Catcher catcher;
    catcher.error_equals = ReadErrorEquals(place, i + 1 == list.value().size());
    catcher.next = ReadTarget(place.Member("Next"), reader.state, reader.level);
    constexpr StatesMembers kMembers = kStatesOfState | kStatesErrorOutput;
    if (reader.is_jsonata()) {
      catcher.output =
          read_.ReadJsonata(place.Member("Output"), fmt::format("Catch[{}]/Output", i), kMembers);
    } else {
      catcher.result_path = read_.ReadResultPath(place.Member("ResultPath"));
    }
    catcher.assign =
        ReadAssign(reader, place.Member("Assign"), fmt::format("Catch[{}]/Assign", i), kMembers);
    reader.state->catchers.push_back(std::move(catcher));
  }
}

std::vector<std::string> DefinitionCompiler::ReadErrorEquals(const Place& handler, bool is_last) {
  std::vector<std::string> names;
  const Place list = handler.Member("ErrorEquals");
  if (!read_.IsNonEmptyArray(list)) return names;
  bool catches_all = false;
  for (size_t i = 0; i < list.value().size(); ++i) {
    std::optional<std::string> name = read_.String(list.Item(i));
    if (!name.has_value()) continue;
    catches_all = catches_all || *name == "States.ALL";
    names.push_back(*std::move(name));
  }
  if (catches_all && (!is_last || list.value().size() > 1)) {
    findings_->Schema("States.ALL must appear alone and at end of list", list);
  }
  return names;
}

std::optional<ValueTemplate> DefinitionCompiler::ReadAssign(const StateReader& reader,
                                                            const Place& assign,
                                                            std::string_view location,
                                                            StatesMembers members) {
  if (!read_.IsObject(assign)) return std::nullopt;
  reader.level->variables->Check(assign, reader.state->language, findings_);
  if (reader.is_jsonata()) return read_.ReadJsonata(assign, location, members);
  return read_.ReadTemplate(assign);
}

}  // namespace pawl::asl
