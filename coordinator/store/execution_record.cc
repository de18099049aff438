#include "coordinator/store/execution_record.h"

#include <optional>
#include <string_view>

#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

// As it comes back from a column of type text.
Text Stored(const Text& text) {
  if (text.view().find('\0') == std::string_view::npos) return text;
  return Text(StorableText(text.view()));
}

std::optional<Text> Stored(const std::optional<Text>& text) {
  return text ? std::optional<Text>(Stored(*text)) : std::nullopt;
}

// PostgreSQL counts in microseconds.
absl::Time Stored(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

}  // namespace

ExecutionRecord RecordOf(const core::Execution& execution) {
  const core::ExecutionFacts& facts = *execution.facts;
  return {.id = facts.id,
          .machine_id = facts.machine_id,
          .revision_id = facts.revision_id,
          .machine_name = facts.machine_name,
          .name = facts.name,
          .status = execution.status,
          .started_at = Stored(facts.started_at),
          .closed_at = Stored(execution.closed_at),
          .redrive_count = execution.redrive_count,
          .redriven_at = execution.redriven_at,
          .fence = execution.fence,
          .input = facts.input,
          .output = Stored(execution.output),
          .error = Stored(execution.error),
          .cause = Stored(execution.cause),
          .last_event_id = execution.last_event_id,
          .limits = facts.limits,
          .fork = facts.fork,
          .machine_deleted = execution.machine_deleted};
}

core::RedriveCandidate CandidateOf(const ExecutionRecord& record) {
  return {.status = record.status,
          .started_at = record.started_at,
          .closed_at = record.closed_at,
          .last_event_id = record.last_event_id,
          .history_events = record.limits.history_events,
          .machine_deleted = record.machine_deleted};
}

}  // namespace pawl::store
