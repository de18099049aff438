// Executions that are moved on at random, in every way in which the engine moves them, and redriven
// when they have ended: the audit finds nothing wrong with any of them at any moment, and their
// history tells where they stand.

#include <algorithm>
#include <iterator>
#include <random>

#include "absl/strings/str_replace.h"
#include "coordinator/core/redrive.h"
#include "tests/support/fake_world.h"
#include "tests/unit/audit/audited_run.h"

namespace pawl::audit {
namespace {

std::string Branches(const std::string& states) {
  return R"({"StartAt": "A", "States": )" + states;
}

// Machines whose states wait for each other, fail, and are tried again.
std::vector<std::string> Machines() {
  const std::string told_apart =
      R"("Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 7, "MaxAttempts": 2},
                   {"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2},
                   {"ErrorEquals": ["E"], "BackoffRate": 1.3, "JitterStrategy": "FULL", "MaxAttempts": 2}],
         "Catch": [{"ErrorEquals": ["F"], "ResultPath": "$.error", "Next": "End"}], )";
  const std::string task = TaskState(
      R"("TimeoutSeconds": 20, "HeartbeatSeconds": 8, "ResultPath": "$.a", "Next": "W", )" +
      told_apart);
  const std::string line = R"({"A": )" + task + R"(,
      "W": {"Type": "Wait", "Seconds": 3, "Next": "C"},
      "C": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "P"}], "Default": "End"},
      "P": {"Type": "Pass", "Assign": {"v.$": "$.v"}, "Parameters": {"list": [1, 2, 3, 4], "v.$": "$.a"}, "Next": "End"},
      "End": {"Type": "Pass", "End": true}}})";
  const auto renamed = [&](const std::string& suffix) {
    std::string text = Branches(line);
    for (const std::string name : {"A", "W", "C", "P", "End"}) {
      text = absl::StrReplaceAll(text, {{"\"" + name + "\"", "\"" + name + suffix + "\""}});
    }
    // Not a state's name, but the mark of its end.
    return absl::StrReplaceAll(text, {{"\"End" + suffix + "\": true", "\"End\": true"}});
  };
  const std::string failing =
      R"({"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "E"}}})";
  const std::string parallel =
      R"({"StartAt": "Par", "TimeoutSeconds": 90, "States": {"Par": {"Type": "Parallel", "Next": "Last", "Branches": [)" +
      renamed("1") + "," + renamed("2") +
      R"(], "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 1}],
          "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Last"}]},
         "Last": {"Type": "Succeed"}}})";
  const std::string silent =
      R"({"StartAt": "Par", "States": {"Par": {"Type": "Parallel", "End": true, "Branches": [)" +
      failing + "," + renamed("3") +
      R"(], "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 3}],
          "Catch": [{"ErrorEquals": ["E"], "Next": "Last"}]}, "Last": {"Type": "Pass", "End": true}}})";
  const std::string map =
      R"({"StartAt": "Map", "States": {"Map": {"Type": "Map", "ItemsPath": "$.list", "MaxConcurrency": 2,
          "ItemSelector": {"index.$": "$$.Map.Item.Index", "at.$": "$$.State.EnteredTime"}, "End": true,
          "ItemProcessor": )" +
      renamed("4") + R"(, "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 2}]}}})";
  return {Branches(line), parallel,
          absl::StrReplaceAll(silent,
                              {{R"("End": true, "Branches")", R"("Next": "Last", "Branches")"}}),
          map};
}

bool SameVariables(const Text& stored, const core::Assigned& traced) {
  std::string text = "{";
  for (const auto& [name, value] : traced) {
    if (text.size() > 1) text += ',';
    text += '"' + name + "\":" + value.str();
  }
  JsonArena arena;
  const std::string empty = stored.empty() ? "{}" : stored.str();
  return JsonEquals(*ParseJson(empty, &arena), *ParseJson(text + "}", &arena));
}

// What of `place` is not as `branch`, which it is the trace of, has it; empty: nothing.
std::string TraceDifference(const core::Execution& execution, const core::Branch& branch,
                            const core::TracedPlace& place) {
  if (branch.phase == core::Phase::kEnded) {
    return place.left && place.output == branch.data ? "" : "an output";
  }
  if (place.left) return "it has ended";
  if (!(place.state == branch.state)) return "a state";
  if (!(place.input == branch.data)) return "an input";
  if (!SameVariables(branch.variables, place.variables)) return "variables";
  if (place.entered_event_id != branch.entered_event_id || place.entered_at != branch.entered_at ||
      place.entered_previous_id != branch.entered_previous_id) {
    return "when it entered its state";
  }
  if (branch.phase != core::Phase::kJoining) return "";
  if (place.started_event_id != branch.last_event_id || place.length != branch.join->length) {
    return "its branches";
  }
  size_t children = 0;
  for (const auto& [id, child] : execution.branches) {
    if (id == BranchId(0) || child.parent != branch.id) continue;
    const auto traced = place.children.find(child.index);
    if (traced == place.children.end()) return "a missing branch";
    std::string difference = TraceDifference(execution, child, *traced->second);
    if (!difference.empty()) return difference;
    ++children;
  }
  return children == place.children.size() ? "" : "a branch that is not there";
}

class RandomWalk {
 public:
  RandomWalk(std::shared_ptr<const asl::Machine> machine, uint64_t seed)
      : machine_(std::move(machine)), random_(seed) {
    auto facts = std::make_shared<core::ExecutionFacts>();
    facts->id = ExecutionId(Uuid::TimeOrdered(now_));
    facts->name = "walk";
    facts->machine_name = "M";
    facts->role_arn = "role";
    facts->started_at = now_;
    facts->input = Text(R"({"list": [1, 2, 3, 4, 5]})");
    if (OneIn(2)) facts->limits.history_events = 5 + static_cast<int64_t>(random_() % 60);
    execution_.facts = facts;
    Write(core::Begin(*machine_, FakeWorld(Exists), now_, random_(), execution_));
  }

  bool closed() const { return execution_.closed(); }
  bool full() const {
    return closed() && execution_.cause &&
           *execution_.cause == core::HistoryFullCause(execution_.facts->limits.history_events);
  }

  // One step of a coordinator whose clock is up to 300 ms ahead or behind.
  void Step() {
    if (OneIn(3)) time_ += absl::Microseconds(random_() % 4'000'000);
    now_ = time_ + absl::Microseconds(random_() % 600'000) - absl::Milliseconds(300);
    // Work comes before timers, and timers before steps, as at a coordinator.
    if (OneIn(150)) return Take(core::Stop{Text("S"), std::nullopt});
    if (OneIn(250)) execution_.machine_deleted = true;
    if (OneIn(2) && AskOfTask()) return;
    if (core::NextDue(execution_) <= now_) return Take(core::TimerFired());
    if (const core::Branch* ready = core::NextReady(execution_)) {
      return Take(core::Proceed{ready->id});
    }
    if (OneIn(2) && HandOut()) return;
    const absl::Time due = core::NextDue(execution_);
    if (due != absl::InfiniteFuture()) time_ = std::max(time_, due);
  }

  // Opens it again once it has ended, but for a few; false when it stays closed.
  bool Redrive() {
    const core::RedriveCandidate candidate{
        .status = execution_.status,
        .started_at = execution_.facts->started_at,
        .closed_at = execution_.closed_at,
        .last_event_id = execution_.last_event_id,
        .history_events = execution_.facts->limits.history_events,
        .machine_deleted = execution_.machine_deleted};
    if (core::WhyNotRedrivable(candidate, now_) || OneIn(5)) return false;
    core::Retrace stood(*machine_);
    Retrace(&stood);
    auto redriven = core::Redrive(*machine_, FakeWorld(Exists), now_, random_(), stood, execution_);
    EXPECT_TRUE(redriven.ok()) << redriven.status();
    if (!redriven.ok()) return false;
    Write(*std::move(redriven));
    return true;
  }

  // Empty: the history tells where it stands.
  std::string TraceDifference() const {
    core::Retrace stood(*machine_);
    Retrace(&stood);
    if (closed()) return "";
    return audit::TraceDifference(execution_, execution_.branches.at(BranchId(0)), stood.root());
  }

  AuditedExecution Stored() const {
    return {.execution = execution_, .claimable_at = time_, .machine = machine_, .history = rows_};
  }

 private:
  void Retrace(core::Retrace* stood) const {
    for (const AuditedRow& row : rows_) {
      for (const core::HistoryEvent& event : row.events) {
        const absl::Status added = stood->Add(event);
        EXPECT_TRUE(added.ok()) << added;
      }
    }
  }

  static bool Exists(std::string_view) { return true; }
  bool OneIn(uint64_t n) { return random_() % n == 0; }

  // Some branch in the phase; null if there is none.
  core::Branch* Some(core::Phase phase) {
    std::vector<core::Branch*> found;
    for (auto& [id, branch] : execution_.branches) {
      if (branch.phase == phase) found.push_back(&branch);
    }
    return found.empty() ? nullptr : found[random_() % found.size()];
  }

  bool AskOfTask() {
    const core::Branch* task = Some(core::Phase::kStarted);
    if (task == nullptr) return false;
    const BranchId id = task->id;
    const int64_t nonce = task->task->nonce;
    switch (random_() % 8) {
      case 0:
        (void)core::ReturnTask(id, nonce, now_, execution_);
        break;
      case 1:
      case 2:
        (void)core::ConfirmTask(id, nonce, now_, execution_);
        break;
      case 3:
      case 4:
        (void)core::Heartbeat(id, nonce, now_, execution_);
        break;
      case 5:
        Take(core::TaskFailed{id, nonce, Text(OneIn(2) ? "E" : "F"), std::nullopt});
        break;
      default:
        Take(core::TaskSucceeded{id, nonce, Text(OneIn(2) ? "1" : "{\"b\": [2]}")});
    }
    return true;
  }

  void Take(decltype(core::Event::what) what) {
    auto taken =
        core::Advance(*machine_, FakeWorld(Exists), {std::move(what), now_, random_()}, execution_);
    ASSERT_TRUE(taken.ok()) << taken.status();
    // Workers that wait get their tasks with the step.
    const std::vector<BranchId> scheduled = taken->scheduled;
    for (const BranchId id : scheduled) {
      if (!OneIn(3)) continue;
      now_ += absl::Microseconds(random_() % 2'000);
      core::Append(*core::StartTask(id, Text("w"), now_, execution_), &*taken);
      if (execution_.closed()) break;
    }
    Write(*std::move(taken));
  }

  // Several tasks at once.
  bool HandOut() {
    std::optional<core::Transition> given;
    while (core::Branch* task = Some(core::Phase::kScheduled)) {
      auto one = core::StartTask(task->id, Text("w"), now_, execution_);
      if (given) {
        core::Append(*std::move(one), &*given);
      } else {
        given = *std::move(one);
      }
      if (OneIn(2)) break;
    }
    if (!given) return false;
    Write(*std::move(given));
    return true;
  }

  void Write(core::Transition transition) {
    if (!transition.history.empty()) rows_.push_back({std::move(transition.history), std::nullopt});
  }

  std::shared_ptr<const asl::Machine> machine_;
  std::mt19937_64 random_;
  core::Execution execution_;
  std::vector<AuditedRow> rows_;
  absl::Time time_ = kStart;
  absl::Time now_ = kStart;  // of the coordinator that works
};

class RandomWalkTest : public testing::TestWithParam<size_t> {};

TEST_P(RandomWalkTest, IsFoundGoodAtEachMoment) {
  const asl::CompileResult compiled = asl::CompileMachine(Machines()[GetParam()]);
  ASSERT_TRUE(compiled.ok()) << compiled.ErrorText();
  int64_t ended = 0, full = 0, redriven = 0, transitions = 0;
  for (uint64_t seed = 1; seed <= 250; ++seed) {
    RandomWalk walk(compiled.machine, seed);
    for (int step = 0; step < 150; ++step) {
      if (walk.closed()) {
        if (!walk.Redrive()) break;
        ++redriven;
      } else {
        walk.Step();
      }
      ASSERT_EQ(walk.TraceDifference(), "") << "seed " << seed << ", step " << step;
      const AuditedExecution stored = walk.Stored();
      Findings findings;
      CheckHistory(stored, &findings);
      const ReplayResult replayed = ReplayHistory(stored);
      findings.insert(findings.end(), replayed.findings.begin(), replayed.findings.end());
      ASSERT_THAT(findings, testing::IsEmpty()) << "seed " << seed << ", step " << step;
      transitions += replayed.transitions;
    }
    ended += walk.closed();
    full += walk.full();
  }
  // It has come far, again and again.
  EXPECT_GT(ended, 100);
  EXPECT_GT(full, 10);
  EXPECT_GT(redriven, 10);
  EXPECT_GT(transitions, 4'000);
}

INSTANTIATE_TEST_SUITE_P(Machines, RandomWalkTest, testing::Range(size_t{0}, size_t{4}));

}  // namespace
}  // namespace pawl::audit
