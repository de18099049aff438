#include "cli/why_branch.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_join.h"
#include "cli/print.h"
#include "coordinator/audit/audited_execution.h"
#include "coordinator/base/age_text.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/queues.h"

namespace pawl::cli {
namespace {

using core::Branch;

constexpr size_t kMaxCause = 200;

const asl::State* StateOf(const WhyContext& context, const Branch& branch) {
  return context.machine == nullptr ? nullptr : context.machine->Find(branch.state.view());
}

void ExplainStep(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  out->waits_for = "node";
  const absl::Time claimable_at = context.condition.claimable_at;
  if (context.InHand()) {
    out->until = claimable_at;
    out->text = StrCat("has a step to take; a node has it in hand until ", context.At(claimable_at),
                       ", and longer while it works");
  } else if (claimable_at <= context.condition.now) {
    out->text = StrCat("has a step to take, due since ", context.AtAndAway(claimable_at), "; ",
                       context.WhoMovesIt());
  } else if (claimable_at == absl::InfiniteFuture()) {
    out->text = "BROKEN: has a step to take and no node will ever look for it";
  } else {
    out->text = StrCat("BROKEN: has a step to take and no node looks for it before ",
                       context.AtAndAway(claimable_at));
  }
  out->since = branch.entered_at;
}

// Of a time at which a timer of the branch fires.
std::string Timer(const WhyContext& context, absl::Time due, const std::string& what) {
  const store::ExecutionCondition& condition = context.condition;
  if (condition.claimable_at > std::max(due, condition.now + audit::kInHand)) {
    const std::string never =
        condition.claimable_at == absl::InfiniteFuture()
            ? ", and no node will ever look for it"
            : StrCat(", and no node looks for it before ", context.At(condition.claimable_at));
    return StrCat("BROKEN: ", what, " ", context.AtAndAway(due), never);
  }
  std::string text = StrCat(what, " ", context.AtAndAway(due));
  if (due <= condition.now) {
    StrAppend(&text, context.InHand() ? "; a node has it in hand"
                                      : StrCat("; overdue: ", context.WhoMovesIt()));
  }
  return text;
}

void ExplainWait(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  out->waits_for = "timer";
  out->since = branch.entered_at;
  out->until = branch.due_at;
  out->text = branch.due_at ? Timer(context, *branch.due_at, "waits until")
                            : "BROKEN: waits and has no time to wait until";
}

// When and how a task ends without its worker.
std::string TaskEnds(const WhyContext& context, const Branch& branch) {
  std::vector<std::string> ends;
  if (branch.due_at)
    ends.push_back(Timer(context, *branch.due_at, "its TimeoutSeconds ends it at"));
  if (branch.heartbeat_due_at) {
    ends.push_back(Timer(context, *branch.heartbeat_due_at, "a heartbeat is due by"));
  }
  if (branch.confirm_by) {
    const bool call = branch.task && branch.task->is_call();
    ends.push_back(Timer(context, *branch.confirm_by,
                         !call ? "its receipt is to be confirmed by"
                         : core::AwaitsJob(branch)
                             ? "a coordinator looks after it, and others do from"
                             : "unless whoever makes it says that it still does, it is "
                               "made again at"));
  }
  return absl::StrJoin(ends, "; ");
}

std::string Pollers(const PollerFacts& facts, const std::string& activity) {
  if (facts.coordinators == 0) return "";
  const auto it = facts.by_activity.find(activity);
  const int64_t workers = it == facts.by_activity.end() ? 0 : it->second;
  return StrCat("; ", workers, workers == 1 ? " worker polls" : " workers poll", " for it at ",
                facts.coordinators == 1 ? std::string("the coordinator")
                                        : StrCat("the ", facts.coordinators, " coordinators"),
                " asked");
}

// "sqs:sendMessage" of an integration, the ARN of a function.
std::string ResourceOf(const core::TaskAttempt& task) {
  if (task.kind != asl::ResourceKind::kIntegration) return task.resource;
  const auto [type, resource] = asl::HistoryResource(task.resource);
  return StrCat(type, ":", resource);
}

// Who is to take a task that is ready.
std::string TakerOf(const core::TaskAttempt& task) {
  if (!task.is_call()) return StrCat("a worker of activity ", task.queue);
  if (core::IsFunctionQueue(task.queue)) {
    return StrCat("a worker of the Lambda function ",
                  task.queue.substr(core::kFunctionQueuePrefix.size()));
  }
  return StrCat("a coordinator to call ", ResourceOf(task));
}

void ExplainScheduled(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  const core::TaskAttempt& task = *branch.task;
  out->waits_for = "worker";
  out->since = task.scheduled_at;
  out->until = branch.due_at;
  if (!task.is_call()) out->activity = task.queue;
  out->text = StrCat("waits for ", TakerOf(task), " since ", context.AtAndAway(task.scheduled_at));
  const auto activity = context.condition.activities.find(task.queue);
  if (activity != context.condition.activities.end()) {
    const store::Count& tasks = activity->second.tasks;
    if (!activity->second.exists) StrAppend(&out->text, "; the activity was deleted");
    if (tasks.value > 1) {
      StrAppend(&out->text, "; ", tasks.value, tasks.more ? " or more" : "",
                task.is_call() ? " calls wait, the oldest since "
                               : " tasks of it wait, the oldest since ",
                context.At(activity->second.oldest_ready_at));
    }
  }
  // Polls of coordinators themselves are not counted.
  if (!core::IsOwnQueue(task.queue)) {
    StrAppend(&out->text, Pollers(context.options.pollers, task.queue));
  }
  if (task.given) {
    StrAppend(&out->text, task.is_call() ? "; whoever made it before has not finished it"
                                         : "; a worker that was given it never confirmed it");
  }
  const std::string ends = TaskEnds(context, branch);
  if (!ends.empty()) StrAppend(&out->text, "; ", ends);
}

// A job that a call has submitted.
void ExplainJob(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  const core::TaskAttempt& task = *branch.task;
  out->waits_for = "job";
  out->since = task.started_at.value_or(branch.entered_at);
  if (core::NextDue(branch) != absl::InfiniteFuture()) out->until = core::NextDue(branch);
  const auto event = context.condition.last_events.find(branch.id);
  if (event != context.condition.last_events.end()) out->since = event->second.timestamp;
  out->text = StrCat("waits for the end of the job that ", ResourceOf(task), " submitted at ",
                     context.AtAndAway(out->since), ", ", task.job.view());
  if (!branch.confirm_by) {
    StrAppend(&out->text,
              "; no coordinator looks after it now: there are none, or none has room "
              "for more jobs (max_jobs)");
  }
  const std::string ends = TaskEnds(context, branch);
  if (!ends.empty()) StrAppend(&out->text, "; ", ends);
}

// A call that is being made, or whose token is to come back.
void ExplainCall(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  if (core::AwaitsJob(branch)) return ExplainJob(context, branch, out);
  const core::TaskAttempt& task = *branch.task;
  const bool submitted = branch.phase == core::Phase::kSubmitted;
  out->waits_for = submitted ? "token" : "call";
  out->since = task.started_at.value_or(branch.entered_at);
  if (core::NextDue(branch) != absl::InfiniteFuture()) out->until = core::NextDue(branch);
  const auto event = context.condition.last_events.find(branch.id);
  if (submitted && event != context.condition.last_events.end()) {
    out->since = event->second.timestamp;
  }
  out->text = submitted ? StrCat("waits for the task token that it sent with ", ResourceOf(task))
                        : StrCat("its call of ", ResourceOf(task), " is being made");
  StrAppend(&out->text, " since ", context.AtAndAway(out->since));
  if (task.early) StrAppend(&out->text, "; its token has come back already");
  const std::string ends = TaskEnds(context, branch);
  StrAppend(&out->text, "; ",
            ends.empty() ? "it has neither TimeoutSeconds nor HeartbeatSeconds: if the token is "
                           "lost, it waits until somebody ends the execution"
                         : ends);
}

void ExplainStarted(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  out->waits_for = "task";
  out->since = branch.entered_at;
  out->until = core::NextDue(branch) == absl::InfiniteFuture()
                   ? std::nullopt
                   : std::optional<absl::Time>(core::NextDue(branch));
  if (branch.task) out->activity = branch.task->queue;
  out->text = StrCat("its task of activity ", out->activity, " was given to ");
  const auto event = context.condition.last_events.find(branch.id);
  if (event == context.condition.last_events.end()) {
    StrAppend(&out->text, "a worker");
  } else {
    out->worker = event->second.worker_name.str();
    out->since = event->second.timestamp;
    StrAppend(&out->text, out->worker.empty() ? "a worker without a name" : "worker " + out->worker,
              " at ", context.AtAndAway(out->since));
  }
  const std::string ends = TaskEnds(context, branch);
  StrAppend(&out->text, "; ",
            ends.empty() ? "it has neither TimeoutSeconds nor HeartbeatSeconds: if the worker is "
                           "lost, it waits until somebody ends the task or the execution"
                         : ends);
}

// "attempt 3 of 5": of the retrier that has granted most, which is the only one as a rule.
std::string Attempt(const WhyContext& context, const Branch& branch) {
  const auto most = std::max_element(branch.retries.begin(), branch.retries.end());
  if (most == branch.retries.end()) return "another attempt";
  const size_t place = static_cast<size_t>(most - branch.retries.begin());
  const asl::State* state = StateOf(context, branch);
  std::string text = StrCat("attempt ", *most + 1);
  if (state != nullptr && place < state->retry.size()) {
    StrAppend(&text, " of ", state->retry[place].max_attempts + 1);
  }
  return text;
}

void ExplainBackoff(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  out->waits_for = "backoff";
  out->since = branch.entered_at;
  out->until = branch.due_at;
  const std::string attempt = Attempt(context, branch);
  out->text = branch.due_at
                  ? Timer(context, *branch.due_at, StrCat("backoff: ", attempt, " begins at"))
                  : StrCat("BROKEN: backoff before ", attempt, " without a time");
  const auto event = context.condition.last_events.find(branch.id);
  if (event == context.condition.last_events.end()) return;
  out->since = event->second.timestamp;
  if (!event->second.error) return;
  StrAppend(&out->text, "; failed at ", context.At(out->since), " with ",
            event->second.error->view());
  if (event->second.cause && !event->second.cause->empty()) {
    StrAppend(&out->text, ": ", OneLine(event->second.cause->view(), kMaxCause));
  }
}

void ExplainJoin(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  out->waits_for = "branches";
  out->since = branch.entered_at;
  if (!branch.join) {
    out->text = "BROKEN: joins branches and does not know how many";
    return;
  }
  const core::Join& join = *branch.join;
  const asl::State* state = StateOf(context, branch);
  const bool map = state == nullptr ? !branch.item.empty() || join.max_concurrency > 0
                                    : state->type == asl::StateType::kMap;
  out->text = StrCat(map ? "Map: " : "Parallel: ", join.next_index, " of ", join.length,
                     map ? " items" : " branches", " begun, ", join.next_index - join.ended,
                     " running, ", join.ended, " ended");
  if (join.max_concurrency > 0) StrAppend(&out->text, "; limit ", join.max_concurrency);
}

}  // namespace

std::string WhyContext::At(absl::Time time) const {
  if (time == absl::InfiniteFuture()) return "never";
  const absl::TimeZone zone = options.time_zone;
  const bool same_day =
      absl::FormatTime("%Y-%m-%d", time, zone) == absl::FormatTime("%Y-%m-%d", condition.now, zone);
  return absl::FormatTime(same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", time, zone);
}

std::string WhyContext::AtAndAway(absl::Time time) const {
  if (time == absl::InfiniteFuture()) return At(time);
  return time <= condition.now ? StrCat(At(time), " (", AgeText(condition.now - time), " ago)")
                               : StrCat(At(time), " (in ", AgeText(time - condition.now), ")");
}

bool WhyContext::InHand() const {
  return condition.claimable_at > condition.now &&
         condition.claimable_at <= condition.now + audit::kInHand;
}

std::string WhyContext::WhoMovesIt() const {
  if (!condition.locks.empty()) return "its row is locked (below)";
  if (condition.nodes > 0) {
    return StrCat(condition.nodes, condition.nodes == 1 ? " node is" : " nodes are",
                  " connected and should take it up within a second or two");
  }
  if (!condition.sees_all_sessions) return "whether a node runs is not to be seen by this role";
  return "no coordinator seems to run";
}

void ExplainBranch(const WhyContext& context, const Branch& branch, WhyBranch* out) {
  switch (branch.phase) {
    case core::Phase::kReady:
      return ExplainStep(context, branch, out);
    case core::Phase::kWaiting:
      return ExplainWait(context, branch, out);
    case core::Phase::kScheduled:
      if (branch.task) return ExplainScheduled(context, branch, out);
      break;
    case core::Phase::kStarted:
      if (branch.task && branch.task->is_call()) return ExplainCall(context, branch, out);
      return ExplainStarted(context, branch, out);
    case core::Phase::kSubmitted:
      if (branch.task) return ExplainCall(context, branch, out);
      break;
    case core::Phase::kBackoff:
      return ExplainBackoff(context, branch, out);
    case core::Phase::kJoining:
      return ExplainJoin(context, branch, out);
    case core::Phase::kEnded:
      break;
  }
  out->since = branch.entered_at;
  out->waits_for = "nothing";
  out->text = "BROKEN: its position says neither a step nor a task nor a timer";
}

}  // namespace pawl::cli
