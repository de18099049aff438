#include "tests/transcripts/transcript.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "coordinator/asl/compile.h"
#include "coordinator/audit/history_rules.h"
#include "coordinator/audit/replay.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"
#include "coordinator/core/fork.h"
#include "coordinator/core/redrive.h"
#include "tests/support/fake_world.h"

namespace pawl::transcripts {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

bool ActivityExists(std::string_view name) { return name != "deleted"; }

std::string Shown(const std::optional<Text>& text) { return text ? text->str() : "(none)"; }

// The name of an activity or function, "sqs:sendMessage.waitForTaskToken" of an integration.
std::string_view ResourceShown(std::string_view arn) {
  const auto resource = asl::SplitResource(arn);
  const bool integration = resource && resource->kind == asl::ResourceKind::kIntegration;
  if (!integration) return arn.substr(arn.rfind(':') + 1);
  const auto [type, action] = asl::HistoryResource(arn);
  return {type.data(), type.size() + 1 + action.size()};
}

std::string EventLine(const core::HistoryEvent& event) {
  std::string line =
      StrCat(event.id, " <", event.previous_id, "> ", core::EventTypeName(event.type));
  if (!event.name.empty()) StrAppend(&line, " ", event.name.view());
  if (!event.resource.empty()) StrAppend(&line, " ", ResourceShown(event.resource.view()));
  if (event.index) StrAppend(&line, " index=", *event.index);
  if (event.length) StrAppend(&line, " length=", *event.length);
  if (event.redrive_count) StrAppend(&line, " redriveCount=", *event.redrive_count);
  if (!event.worker_name.empty()) StrAppend(&line, " worker=", event.worker_name.view());
  if (!event.payload.empty()) StrAppend(&line, " ", event.payload.view());
  if (event.timeout_seconds) StrAppend(&line, " timeout=", *event.timeout_seconds, "s");
  if (event.heartbeat_seconds) StrAppend(&line, " heartbeat=", *event.heartbeat_seconds, "s");
  const bool started = event.type == core::EventType::kExecutionStarted;
  if (!started && !event.role_arn.empty()) StrAppend(&line, " role=", event.role_arn.view());
  if (!event.region.empty()) StrAppend(&line, " region=", event.region.view());
  for (const auto& [name, value] : event.assigned) StrAppend(&line, " $", name, "=", value.view());
  if (event.error) StrAppend(&line, " error=", event.error->view());
  if (event.cause) StrAppend(&line, " cause=", event.cause->view());
  if (!event.location.empty()) StrAppend(&line, " location=", event.location.view());
  return line;
}

class Player {
 public:
  std::string Machine(const std::string& definition) {
    asl::CompileResult result = asl::CompileMachine(definition);
    machine_ = result.machine;
    return result.ok() ? "" : StrCat("refused: ", result.ErrorText(), "\n");
  }

  // Does the command and gives the answer's lines.
  std::string Do(const std::string& command) {
    if (machine_ == nullptr) return "no machine\n";
    out_.str("");
    const std::vector<std::string> words = absl::StrSplit(command, absl::MaxSplits(' ', 1));
    const std::string rest = words.size() > 1 ? words[1] : "";
    if (words[0] == "limits") {
      std::istringstream(rest) >> limits_.payload_bytes >> limits_.history_events;
      return "";
    }
    if (!Dispatch(words[0], rest)) out_ << "unknown command\n";
    PrintPosition();
    PrintFindings();
    std::string answer = out_.str();
    for (size_t i = 0; i < tokens_.size(); ++i) {
      answer = absl::StrReplaceAll(answer, {{tokens_[i], StrCat("TOKEN", i + 1)}});
    }
    return answer;
  }

 private:
  bool Dispatch(const std::string& verb, const std::string& rest) {
    const std::string name = verb.substr(0, verb.find('@'));
    if (name == "start") {
      Start(rest);
    } else if (name == "step") {
      Step();
    } else if (name == "run") {
      while (!execution_.closed() && core::NextReady(execution_) != nullptr) Step();
    } else if (name == "give") {
      Give(rest, /*confirm=*/true);
    } else if (name == "lend") {
      Give(rest, /*confirm=*/false);
    } else if (name == "confirm") {
      AskOfTask(core::ConfirmTask);
    } else if (name == "return") {
      AskOfTask(core::ReturnTask);
    } else if (name == "succeed") {
      if (core::Branch* task = OpenTask(verb)) {
        Take(core::TaskSucceeded{task->id, task->task->nonce, Text(rest)});
      }
    } else if (name == "fail") {
      const auto [error, cause] = TwoWords(rest);
      if (core::Branch* task = OpenTask(verb)) {
        Take(core::TaskFailed{task->id, task->task->nonce, error, cause});
      }
    } else if (name == "result") {
      if (core::Branch* task = OpenTask(verb)) {
        Take(core::CallReturned{task->id, task->task->nonce, Text(rest)});
      }
    } else if (name == "error") {
      const auto [error, cause] = TwoWords(rest);
      if (core::Branch* task = OpenTask(verb)) {
        Take(core::CallFailed{task->id, task->task->nonce, error, cause});
      }
    } else if (name == "renew") {
      AskOfTask(core::RenewLease, verb);
    } else if (name == "late") {
      Take(core::TaskSucceeded{BranchId(0), 12345, Text(rest)});
    } else if (name == "heartbeat") {
      AskOfTask(core::Heartbeat, verb);
    } else if (name == "advance") {
      AdvanceTime(rest);
    } else if (name == "pass") {
      absl::Duration by;
      if (absl::ParseDuration(rest, &by)) now_ += by;
    } else if (name == "stop") {
      const auto [error, cause] = TwoWords(rest);
      Take(core::Stop{error, cause});
    } else if (name == "delete") {
      execution_.machine_deleted = true;
    } else if (name == "redrive") {
      Redrive();
    } else if (name == "fork") {
      Fork(rest);
    } else {
      return false;
    }
    return true;
  }

  static std::pair<std::optional<Text>, std::optional<Text>> TwoWords(const std::string& text) {
    std::pair<std::optional<Text>, std::optional<Text>> words;
    const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(' ', 1));
    if (!parts[0].empty()) words.first = Text(parts[0]);
    if (parts.size() > 1) words.second = Text(parts[1]);
    return words;
  }

  void Start(const std::string& input) {
    auto facts = std::make_shared<core::ExecutionFacts>();
    facts->execution_arn = "arn:aws:states:us-east-1:000000000000:execution:M:run";
    facts->name = "run";
    facts->state_machine_arn = "arn:aws:states:us-east-1:000000000000:stateMachine:M";
    facts->machine_name = "M";
    facts->role_arn = "arn:aws:iam::000000000000:role/r";
    facts->started_at = now_ = kStart;
    facts->input = Text(input);
    facts->limits = limits_;
    Begin(std::move(facts));
  }

  void Begin(std::shared_ptr<const core::ExecutionFacts> facts) {
    execution_ = core::Execution();
    execution_.facts = std::move(facts);
    rows_.clear();
    tokens_.clear();
    last_id_ = 0;
    Print(core::Begin(*machine_, FakeWorld(ActivityExists), now_, 1, execution_));
  }

  // A new execution begins where this one has been.
  void Fork(const std::string& rest) {
    const auto [state, input] = TwoWords(rest);
    core::ForkSearch search(*machine_, *state);
    for (const audit::AuditedRow& row : rows_) {
      for (const core::HistoryEvent& event : row.events) {
        if (absl::Status added = search.Add(event); !added.ok()) out_ << added.message() << "\n";
      }
    }
    core::ForkOrigin origin = search.Found();
    if (input) origin.input = *input;
    if (core::ForkState(*machine_, state->view()) == nullptr || origin.input.empty()) {
      out_ << "refused\n";
      return;
    }
    out_ << "of event " << origin.event_id << "\n";
    auto facts = std::make_shared<core::ExecutionFacts>(*execution_.facts);
    facts->started_at = now_;
    facts->fork = std::make_shared<const core::ForkOrigin>(std::move(origin));
    Begin(std::move(facts));
  }

  // As whoever reads the closed execution does it: all that is left of it is how it ended and its
  // history.
  void Redrive() {
    core::Retrace stood(*machine_);
    for (const audit::AuditedRow& row : rows_) {
      for (const core::HistoryEvent& event : row.events) {
        if (absl::Status added = stood.Add(event); !added.ok()) out_ << added.message() << "\n";
      }
    }
    const core::RedriveCandidate candidate{.status = execution_.status,
                                           .started_at = execution_.facts->started_at,
                                           .closed_at = execution_.closed_at,
                                           .last_event_id = execution_.last_event_id,
                                           .history_events = limits_.history_events,
                                           .machine_deleted = execution_.machine_deleted};
    if (const auto why_not = core::WhyNotRedrivable(candidate, now_)) {
      out_ << "refused: " << *why_not << "\n";
      return;
    }
    auto transition =
        core::Redrive(*machine_, FakeWorld(ActivityExists), now_, ++seed_, stood, execution_);
    if (!transition.ok()) {
      out_ << "refused: " << transition.status().message() << "\n";
      return;
    }
    Print(*transition);
  }

  void Take(decltype(core::Event::what) what) {
    const core::Event event{std::move(what), now_, ++seed_};
    auto transition = core::Advance(*machine_, FakeWorld(ActivityExists), event, execution_);
    if (!transition.ok()) {
      out_ << "refused: " << transition.status().message() << "\n";
      return;
    }
    Print(*transition);
  }

  void Step() { Take(core::Proceed{core::NextReady(execution_)->id}); }

  // `confirm`: the worker confirms at once that it has the task.
  void Give(const std::string& worker, bool confirm) {
    for (auto& [id, branch] : execution_.branches) {
      if (!core::WaitsForTaker(branch)) continue;
      auto transition = core::StartTask(id, Text(worker), now_, execution_);
      if (!transition.ok()) out_ << "refused: " << transition.status().message() << "\n";
      if (transition.ok()) Print(*transition);
      if (execution_.closed()) return;
      if (confirm) (void)core::ConfirmTask(id, branch.task->nonce, now_, execution_);
      return;
    }
    out_ << "no task is ready\n";
  }

  // What a worker asks of its task beside its end.
  template <typename Function>
  void AskOfTask(Function ask, const std::string& verb = "") {
    core::Branch* task = OpenTask(verb);
    if (task == nullptr) return;
    const auto answer = ask(task->id, task->task->nonce, now_, execution_);
    if (!answer.ok()) out_ << "refused: " << answer.status().message() << "\n";
    if (answer.ok()) Print(*answer);
  }

  core::Branch* OpenTask(const std::string& verb) {
    const size_t at = verb.find('@');
    core::Branch* found = nullptr;
    for (auto& [id, branch] : execution_.branches) {
      if (!branch.task || !branch.task->given) continue;
      if (at != std::string::npos && StrCat(branch.index) != verb.substr(at + 1)) continue;
      if (found == nullptr) found = &branch;
    }
    if (found == nullptr) out_ << "no worker has a task\n";
    return found;
  }

  void AdvanceTime(const std::string& text) {
    absl::Duration by;
    if (!absl::ParseDuration(text, &by)) {
      out_ << "not a duration\n";
      return;
    }
    const absl::Time end = now_ + by;
    while (!execution_.closed() && core::NextDue(execution_) <= end) {
      now_ = std::max(now_, core::NextDue(execution_));
      Take(core::TimerFired{});
    }
    now_ = end;
  }

  void Print(const core::Transition& transition) {
    if (!transition.history.empty()) rows_.push_back({.events = transition.history});
    for (const core::HistoryEvent& event : transition.history) {
      if (!event.task_token.empty()) tokens_.push_back(event.task_token.str());
      if (event.id != ++last_id_) out_ << "GAP before this event\n";
      out_ << EventLine(event) << "\n";
    }
    for (const core::TaskAttempt& task : transition.given_up) {
      out_ << "job to stop " << task.job.view() << "\n";
    }
  }

  void PrintPosition() {
    if (execution_.closed()) {
      out_ << core::StatusName(execution_.status);
      if (execution_.status == core::Status::kSucceeded) {
        out_ << " " << execution_.output.view();
      } else {
        out_ << " error=" << Shown(execution_.error) << " cause=" << Shown(execution_.cause);
      }
      out_ << "\n";
      return;
    }
    for (const auto& [id, branch] : execution_.branches) {
      if (core::WaitsForTaker(branch)) {
        out_ << "ready " << branch.task->queue << " " << branch.task->input.view() << "\n";
      }
    }
    const absl::Time due = core::NextDue(execution_);
    if (due != absl::InfiniteFuture()) out_ << "timer " << absl::FormatDuration(due - now_) << "\n";
  }

  // What has been written so far, replayed, leads to where the execution stands now.
  void PrintFindings() {
    const audit::AuditedExecution audited{
        .execution = execution_, .machine = machine_, .history = rows_};
    audit::Findings findings;
    audit::CheckHistory(audited, &findings);
    const audit::ReplayResult replayed = audit::ReplayHistory(audited);
    findings.insert(findings.end(), replayed.findings.begin(), replayed.findings.end());
    for (const audit::Finding& finding : findings) {
      out_ << "FOUND " << finding.rule << ": " << finding.what << "\n";
    }
  }

  std::shared_ptr<const asl::Machine> machine_;
  core::Limits limits_;
  core::Execution execution_;
  std::vector<audit::AuditedRow> rows_;
  absl::Time now_ = kStart;
  uint64_t seed_ = 1;
  int64_t last_id_ = 0;
  std::vector<std::string> tokens_;
  std::ostringstream out_;
};

}  // namespace

std::string Play(const std::string& text) {
  std::string played;
  Player player;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    StrAppend(&played, line, "\n");
    if (line.empty() || line[0] == '#') continue;
    if (line == "machine") {
      std::string definition;
      while (std::getline(lines, line) && !line.empty() && line != "----") {
        StrAppend(&played, line, "\n");
        StrAppend(&definition, line, "\n");
      }
      const std::string refused = player.Machine(definition);
      if (!refused.empty() || line == "----") {
        StrAppend(&played, "----\n", refused);
        while (line == "----" && std::getline(lines, line) && !line.empty()) line = "----";
      }
      played.push_back('\n');
      continue;
    }
    StrAppend(&played, "----\n", player.Do(line));
    // The answer that stands there is passed over.
    while (std::getline(lines, line) && !line.empty()) continue;
    if (!lines.eof()) played.push_back('\n');
  }
  return played;
}

}  // namespace pawl::transcripts
