#include "tests/simulation/log.h"

#include <utility>

#include "coordinator/base/strings.h"

namespace pawl::simulation {
namespace {

// As the API names them. Whether a call that failed in another way did what it asked for is not
// known.
std::string OutcomeOf(const absl::Status& status) {
  if (status.ok()) return "ok";
  if (absl::IsAlreadyExists(status)) return "ExecutionAlreadyExists";
  if (absl::IsFailedPrecondition(status)) return "TaskTimedOut";
  if (absl::IsNotFound(status)) return "ExecutionDoesNotExist";
  return "unknown";
}

// Of what is to be told apart; histories are read again and again.
class Digest {
 public:
  void Add(std::string_view text) {
    bits_ = (bits_ ^ std::hash<std::string_view>()(text)) * 0x9E3779B97F4A7C15u;
    bits_ ^= bits_ >> 32;
  }
  void Add(const std::optional<Text>& text) { Add(text ? text->view() : std::string_view()); }
  // Of 15 characters at the most: a string that needs no memory of its own.
  std::string ToString() const { return absl::StrCat(absl::Hex(bits_ >> 4)); }

 private:
  uint64_t bits_ = 0;
};

audit::ReadEvent Shown(const core::HistoryEvent& event) {
  Digest digest;
  digest.Add(event.name.view());
  digest.Add(event.payload.view());
  digest.Add(event.error);
  digest.Add(event.cause);
  digest.Add(event.resource.view());
  digest.Add(event.worker_name.view());
  digest.Add(StrCat(event.index.value_or(-1)));
  for (const auto& [name, value] : event.assigned) {
    digest.Add(name);
    digest.Add(value.view());
  }
  return {.id = event.id,
          .previous_id = event.previous_id,
          .type = std::string(core::EventTypeName(event.type)),
          .timestamp = event.timestamp,
          .digest = digest.ToString()};
}

}  // namespace

void Log::Add(const Span& span, const absl::Status& status, decltype(audit::Call::what) what) {
  log_.calls.push_back({.client = span.client,
                        .sent = span.sent,
                        .answered = span.answered,
                        .outcome = OutcomeOf(status),
                        .what = std::move(what)});
}

void Log::Started(const Span& span, const std::string& machine, const std::string& name,
                  const Text& input, const absl::StatusOr<engine::Started>& answer) {
  audit::StartExecutionCall call{.machine = machine, .name = name, .input = input.str()};
  if (answer.ok()) {
    call.execution = Account().ExecutionArn(machine, name);
    call.started_at = answer->started_at;
  }
  // What is not there, or about to go, is the machine.
  const bool gone =
      absl::IsNotFound(answer.status()) || absl::IsFailedPrecondition(answer.status());
  Add(span, answer.status(), std::move(call));
  if (gone) log_.calls.back().outcome = "StateMachineDoesNotExist";
}

void Log::Stopped(const Span& span, const std::string& arn,
                  const absl::StatusOr<absl::Time>& answer) {
  audit::StopExecutionCall call{.execution = arn};
  if (answer.ok()) call.stopped_at = *answer;
  Add(span, answer.status(), std::move(call));
}

void Log::Described(const Span& span, const std::string& arn,
                    const absl::StatusOr<store::ExecutionRecord>& answer) {
  audit::DescribeExecutionCall call{.execution = arn};
  if (answer.ok()) {
    call.status = core::StatusName(answer->status);
    if (answer->status == core::Status::kSucceeded) call.output = answer->output.str();
  }
  Add(span, answer.status(), std::move(call));
}

void Log::ReadHistory(const Span& span, const std::string& arn,
                      const absl::StatusOr<store::Page<core::HistoryEvent>>& answer) {
  audit::GetExecutionHistoryCall call{.execution = arn};
  if (answer.ok()) {
    call.events.reserve(answer->items.size());
    for (const core::HistoryEvent& event : answer->items) call.events.push_back(Shown(event));
  }
  Add(span, answer.status(), std::move(call));
}

void Log::GotTask(const Span& span, const std::string& activity, const engine::ActivityTask& task) {
  Add(span, absl::OkStatus(),
      audit::GetActivityTaskCall{
          .activity = activity, .token = task.token, .input = task.input.str()});
}

void Log::Reported(const Span& span, const std::string& token, const engine::TaskResult& result,
                   const absl::Status& status) {
  if (result.succeeded) {
    Add(span, status, audit::SendTaskSuccessCall{.token = token, .output = result.output.str()});
    return;
  }
  Add(span, status,
      audit::SendTaskFailureCall{
          .token = token, .error = result.error->str(), .cause = result.cause->str()});
}

void Log::Beat(const Span& span, const std::string& token, const absl::Status& status) {
  Add(span, status, audit::SendTaskHeartbeatCall{.token = token});
}

}  // namespace pawl::simulation
