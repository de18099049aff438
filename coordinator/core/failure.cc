#include "coordinator/core/failure.h"

#include <algorithm>
#include <cmath>

#include "coordinator/asl/unverified.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/flow.h"
#include "coordinator/core/states/states.h"

namespace pawl::core {

namespace {

constexpr std::string_view kRuntime = "States.Runtime";
constexpr std::string_view kTimeout = "States.Timeout";
constexpr std::string_view kDataLimitExceeded = "States.DataLimitExceeded";

std::optional<Text> ToText(const std::optional<std::string>& text) {
  return text ? std::optional<Text>(Text(*text)) : std::nullopt;
}

void Cut(size_t characters, std::optional<std::string>* text) {
  if (!*text || (*text)->size() <= characters) return;  // a character has a byte at least
  size_t bytes = 0;
  for (size_t left = characters + 1; bytes < (*text)->size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>((**text)[bytes]) & 0xC0) != 0x80;
    if (begins && --left == 0) break;
  }
  (*text)->resize(bytes);
}

// Makes the error what history shows of it: with the prefix where that belongs before its cause,
// and no longer than an event can be.
void CompleteError(Step& step, const Branch& branch, asl::WorkflowError* error) {
  // TestState leaves the prefix out (recorded).
  if (error->needs_prefix && step.observation() == nullptr) {
    error->cause = StrCat(CausePrefix(branch), error->cause.value_or(""));
  }
  error->needs_prefix = false;
  Cut(kMaxErrorCharacters, &error->error);
  Cut(kMaxCauseCharacters, &error->cause);
}

// What is seen of a state that is tested by itself.
void NoteFailure(Step& step, const asl::WorkflowError& error) {
  Observation* seen = step.observation();
  if (seen == nullptr) return;
  seen->failed = true;
  seen->error = error.error;
  seen->cause = error.cause;
}

void FailExecution(Step& step, int64_t previous_id, const asl::WorkflowError& error) {
  NoteFailure(step, error);
  HistoryEvent& event = step.Emit(EventType::kExecutionFailed, previous_id);
  event.error = step.execution().error = ToText(error.error);
  event.cause = step.execution().cause = ToText(error.cause);
  step.Close(Status::kFailed);
}

// Without jitter.
double RetrySeconds(const asl::Retrier& retrier, int32_t granted) {
  // A long backoff overflows nothing: it is cut at the longest time an execution can live.
  constexpr double kLongest = 99'999'999;
  double seconds =
      static_cast<double>(retrier.interval_seconds) * std::pow(retrier.backoff_rate, granted);
  if (retrier.max_delay_seconds) {
    seconds = std::min(seconds, static_cast<double>(*retrier.max_delay_seconds));
  }
  return std::min(seconds, kLongest);
}

absl::Duration RetryDelay(Step& step, const asl::Retrier& retrier, int32_t granted) {
  double seconds = RetrySeconds(retrier, granted);
  if (retrier.full_jitter) seconds *= static_cast<double>(step.Random() >> 11) * 0x1p-53;
  return absl::Seconds(seconds);
}

// Whether a retrier takes the failure; `branch` waits for another attempt then. The first retrier
// that matches decides, also when it has no attempts left.
bool Retry(Step& step, Branch& branch, const asl::State& state, const asl::WorkflowError& error,
           bool heartbeat) {
  for (size_t i = 0; i < state.retry.size(); ++i) {
    const asl::Retrier& retrier = state.retry[i];
    if (!ErrorMatches(retrier.error_equals, error, heartbeat)) continue;
    branch.retries.resize(state.retry.size());
    const bool granted = branch.retries[i] < retrier.max_attempts;
    if (Observation* seen = step.observation()) {
      seen->retry_index = i;
      if (granted) seen->retry_seconds = RetrySeconds(retrier, branch.retries[i]);
    }
    if (!granted) return false;
    branch.due_at = step.now() + RetryDelay(step, retrier, branch.retries[i]++);
    branch.heartbeat_due_at.reset();
    branch.confirm_by.reset();
    branch.task.reset();
    branch.join.reset();
    branch.phase = Phase::kBackoff;
    step.Touch(branch);
    return true;
  }
  return false;
}

Json ErrorOutput(Step& step, const asl::WorkflowError& error) {
  const auto value = [&](const std::optional<std::string>& text) {
    return text ? Json::String(*text, step.arena()) : Json::Null();
  };
  // A time-out has no cause in the history, but an empty one here (recorded).
  const bool timeout = error.error == kTimeout && !error.cause;
  const JsonMember members[] = {{"Error", value(error.error)},
                                {"Cause", timeout ? Json::String("") : value(error.cause)}};
  return Json::Object(members, step.arena());
}

// A container that has given up says so before its failure goes anywhere else.
void EmitContainerFailed(Step& step, Branch& branch, const asl::State& state) {
  if (state.type == asl::StateType::kParallel) {
    step.EmitNext(EventType::kParallelStateFailed, branch);
  } else if (state.type == asl::StateType::kMap) {
    step.EmitNext(EventType::kMapStateFailed, branch);
  }
}

void EmitEvaluationFailed(Step& step, Branch& branch, const asl::WorkflowError& error) {
  if (!error.evaluation_failed) return;
  HistoryEvent& event = step.Emit(EventType::kEvaluationFailed,
                                  EvaluationFailedFollows(branch, step.StateOf(branch)));
  event.location = Text(error.location);
  event.name = branch.state;
  event.error = ToText(error.error);
  event.cause = ToText(error.cause);
  branch.last_event_id = event.id;
}

bool Catch(Step& step, Branch& branch, const asl::State& state, const asl::WorkflowError& error,
           bool heartbeat) {
  for (size_t i = 0; i < state.catchers.size(); ++i) {
    const asl::Catcher& catcher = state.catchers[i];
    if (!ErrorMatches(catcher.error_equals, error, heartbeat)) continue;
    if (Observation* seen = step.observation()) seen->catch_index = i;
    const Subject error_output{Payload(ErrorOutput(step, error)), Subject::Role::kErrorOutput};
    asl::Result<Assigned> assigned = ApplyAssign(step, branch, catcher.assign, error_output);
    asl::Result<Payload> output = ApplyCaughtOutput(step, branch, state, catcher, error_output);
    if (output.ok()) {
      if (auto exceeded = CheckSize(step, state, *output)) output = *exceeded;
    }
    if (!assigned.ok() || !output.ok()) {
      // The catcher itself fails; nobody catches for it.
      asl::WorkflowError own = assigned.ok() ? output.error() : assigned.error();
      CompleteError(step, branch, &own);
      EmitEvaluationFailed(step, branch, own);
      FailExecution(step, branch.last_event_id, own);
    } else {
      LeaveCaught(step, branch, state, output->text(), *assigned, catcher.next);
    }
    return true;
  }
  return false;
}

// The abort of a state that was open when a sibling failed; Pass, Choice and the like leave no
// event.
void EmitAborted(Step& step, const Branch& branch, int64_t cause_id) {
  switch (step.StateOf(branch).type) {
    case asl::StateType::kTask:
      step.Emit(EventType::kTaskStateAborted, cause_id);
      return;
    case asl::StateType::kWait:
      step.Emit(EventType::kWaitStateAborted, cause_id);
      return;
    case asl::StateType::kParallel:
      step.Emit(EventType::kParallelStateAborted, cause_id);
      return;
    case asl::StateType::kMap:
      step.Emit(EventType::kMapStateAborted, cause_id);
      return;
    default:
      return;
  }
}

// All open branches under `container`, `failed` excepted, say that they are aborted, inner ones
// first.
void AbortUnder(Step& step, const Branch& container, BranchId failed, int64_t cause_id) {
  const bool map = step.StateOf(container).type == asl::StateType::kMap;
  const std::vector<BranchId> open = OpenBranchIds(step.execution());
  for (const BranchId id : open) {
    const Branch& branch = *step.execution().Find(id);
    if (id.value() == 0 || branch.parent != container.id || id == failed) continue;
    if (map) {
      HistoryEvent& event = step.Emit(EventType::kMapIterationAborted, cause_id);
      event.name = container.state;
      event.index = branch.index;
    }
    if (branch.phase == Phase::kJoining) AbortUnder(step, branch, BranchId(-1), cause_id);
    EmitAborted(step, branch, cause_id);
  }
}

// `child` has failed for good: its siblings are ended, and the state around it fails with its
// error.
void FailContainer(Step& step, Branch& child, asl::WorkflowError error, bool heartbeat) {
  Branch& container = *step.execution().Find(child.parent);
  const asl::State& state = step.StateOf(container);
  const int64_t cause_id = child.last_event_id;
  if (state.type == asl::StateType::kMap) {
    HistoryEvent& event = step.Emit(EventType::kMapIterationFailed, cause_id);
    event.name = container.state;
    event.index = child.index;
  }
  if (step.StateOf(child).type == asl::StateType::kTask) {
    step.Emit(EventType::kTaskStateAborted, cause_id);
  }
  AbortUnder(step, container, child.id, cause_id);
  step.RemoveBranchesUnder(container.id);
  container.last_event_id = cause_id;
  container.join.reset();
  container.map_items.reset();
  step.Touch(container);
  FailState(step, container, std::move(error), heartbeat);
}

}  // namespace

std::string CausePrefix(const Branch& branch) {
  return StrCat("An error occurred while executing the state '", branch.state.view(),
                "' (entered at the event id #", branch.entered_event_id, "). ");
}

void FailRunning(Step& step, Branch& container, asl::WorkflowError error) {
  if (error.error != kRuntime) {  // which ends the execution, and says nothing of its branches
    AbortUnder(step, container, BranchId(-1), container.last_event_id);
    step.RemoveBranchesUnder(container.id);
    container.join.reset();
    container.map_items.reset();
    step.Touch(container);
  }
  FailState(step, container, std::move(error));
}

namespace {

bool AllTakes(const asl::WorkflowError& error) {
  return error.error != kDataLimitExceeded || error.reported_by_task ||
         asl::unverified::kAllTakesDataLimitExceeded;
}

bool TaskFailedTakes(const asl::WorkflowError& error) {
  if (!error.error) return asl::unverified::kTaskFailedTakesNamelessErrors;
  if (error.error == kDataLimitExceeded) return asl::unverified::kTaskFailedTakesDataLimitExceeded;
  return error.error != kTimeout;
}

}  // namespace

bool ErrorMatches(const std::vector<std::string>& error_equals, const asl::WorkflowError& error,
                  bool heartbeat) {
  for (const std::string& name : error_equals) {
    if (name == "States.ALL" && AllTakes(error)) return true;
    if (name == "States.TaskFailed" && TaskFailedTakes(error)) return true;
    if (name == "States.HeartbeatTimeout" && heartbeat) return true;
    if (error.error == name) return true;
  }
  return false;
}

int64_t EvaluationFailedFollows(const Branch& branch, const asl::State& state) {
  const bool is_wait = state.type == asl::StateType::kWait;
  if (asl::unverified::EvaluationFailedFollowsEntered(is_wait)) return branch.entered_event_id;
  return branch.entered_previous_id.value_or(branch.entered_event_id);
}

void FailState(Step& step, Branch& branch, asl::WorkflowError error, bool heartbeat) {
  CompleteError(step, branch, &error);
  NoteFailure(step, error);
  EmitEvaluationFailed(step, branch, error);
  error.evaluation_failed = false;  // it is said once, where it happened
  if (error.error == kRuntime) return FailExecution(step, branch.last_event_id, error);

  const asl::State& state = step.StateOf(branch);
  if (Retry(step, branch, state, error, heartbeat)) return;
  EmitContainerFailed(step, branch, state);
  if (Catch(step, branch, state, error, heartbeat)) return;
  if (branch.id.value() == 0) return FailExecution(step, branch.last_event_id, error);
  FailContainer(step, branch, std::move(error), heartbeat);
}

}  // namespace pawl::core
