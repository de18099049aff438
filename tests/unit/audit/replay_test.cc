#include "coordinator/audit/replay.h"

#include <functional>

#include "absl/strings/str_replace.h"
#include "tests/unit/audit/audited_run.h"

namespace pawl::audit {
namespace {

using core::HistoryEvent;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::string OneState(const std::string& state) {
  return R"({"StartAt": "S", "States": {"S": )" + state + "}}";
}

const std::string kWait = OneState(R"({"Type": "Wait", "Seconds": 10, "End": true})");
const std::string kTask = OneState(TaskState(R"("TimeoutSeconds": 60, "End": true, )"));
const std::string kRetried = OneState(TaskState(
    R"("TimeoutSeconds": 60, "End": true, "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 9}], )"));
const std::string kBeating =
    OneState(TaskState(R"("TimeoutSeconds": 60, "HeartbeatSeconds": 10, "End": true, )"));
const std::string kParallel = R"({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
  "Branches": [{"StartAt": "A", "States": {"A": )" +
                              TaskState(R"("End": true, )") + R"(}},
               {"StartAt": "B", "States": {"B": )" +
                              TaskState(R"("End": true, )") + R"(}}]}}})";

Findings Replayed(const AuditedExecution& audited) { return ReplayHistory(audited).findings; }

TEST(Replay, LeadsToThePositionAtEachMomentOfATask) {
  AuditedRun run(kRetried);
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Give().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Confirm().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Fail("E").Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Fire().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Wait(absl::Seconds(1)).Give().Return().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Give().Confirm().Succeed().Stored()), IsEmpty());
  EXPECT_EQ(ReplayHistory(run.Stored()).transitions, 6);
}

TEST(Replay, TellsTheBranchOfEachAttempt) {
  AuditedRun run(kParallel);
  run.Give().Give().Succeed("1");
  const std::vector<Attempt> attempts = ReplayHistory(run.Stored()).attempts;
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].branch, BranchId(1));
  EXPECT_EQ(attempts[0].ended_id, attempts[0].started_id + 2);
  EXPECT_EQ(attempts[1].branch, BranchId(2));
  EXPECT_EQ(attempts[1].ended_id, 0);
}

// ---------------------------------------------------------------- what is changed is found

struct EventChange {
  std::string name;
  std::function<void(HistoryEvent&)> change;
};

class ChangedEventTest : public testing::TestWithParam<EventChange> {};

TEST_P(ChangedEventTest, IsFoundInEveryEvent) {
  AuditedRun run(kRetried);
  run.Give().Fail("E").Fire().Give().Succeed();
  const AuditedExecution good = run.Stored();
  ASSERT_THAT(Replayed(good), IsEmpty());
  for (size_t row = 0; row < good.history.size(); ++row) {
    for (size_t i = 0; i < good.history[row].events.size(); ++i) {
      AuditedExecution audited = good;
      GetParam().change(audited.history[row].events[i]);
      EXPECT_FALSE(Replayed(audited).empty()) << "row " << row << ", event " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Replay, ChangedEventTest,
    testing::Values(
        EventChange{"Type", [](auto& e) { e.type = core::EventType::kPassStateExited; }},
        EventChange{"Cause", [](auto& e) { e.previous_id = e.previous_id == 0 ? 1 : 0; }},
        EventChange{"Name", [](auto& e) { e.name = Text("other"); }},
        EventChange{"Resource", [](auto& e) { e.resource = Text("other"); }},
        EventChange{"Index", [](auto& e) { e.index = 7; }},
        EventChange{"Length", [](auto& e) { e.length = 7; }},
        EventChange{"Role", [](auto& e) { e.role_arn = Text("other"); }},
        EventChange{"TimeoutSeconds", [](auto& e) { e.timeout_seconds = 7; }},
        EventChange{"HeartbeatSeconds", [](auto& e) { e.heartbeat_seconds = 7; }},
        EventChange{"Variables", [](auto& e) { e.assigned.emplace_back("v", Text("1")); }}),
    [](const auto& info) { return info.param.name; });

TEST(Replay, AResultThatTheTaskDidNotGiveIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Succeed("1").Stored();
  audited.history[2].events[0].payload = Text("2");
  EXPECT_THAT(Replayed(audited),
              ElementsAre(Breaks(rule::kReplayEvents, "event 6 (TaskStateExited): its payload")));
}

TEST(Replay, ALostEventAtTheEndOfARowIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Succeed().Stored();
  audited.history.back().events.pop_back();
  EXPECT_THAT(Replayed(audited),
              ElementsAre(Breaks(rule::kReplayEvents, "event 7 (ExecutionSucceeded) is missing")));
}

TEST(Replay, TwoTransitionsInOneRowAreFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Succeed().Stored();
  std::vector<HistoryEvent>& first = audited.history[1].events;  // ActivityStarted
  const std::vector<HistoryEvent>& second = audited.history[2].events;
  first.insert(first.end(), second.begin(), second.end());
  audited.history.pop_back();
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayEvents, "event 4")));
}

TEST(Replay, OneTransitionInTwoRowsIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Succeed().Stored();
  const std::vector<HistoryEvent> events = audited.history[2].events;
  audited.history[2].events.resize(1);
  audited.history.push_back({{events.begin() + 1, events.end()}, std::nullopt});
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayEvents, "event 6")));
}

TEST(Replay, AHandOutWithTheStepThatScheduledTheTaskIsOneTransition) {
  AuditedExecution audited = AuditedRun(kTask).Give().Stored();
  std::vector<HistoryEvent>& first = audited.history[0].events;
  first.push_back(audited.history[1].events[0]);
  audited.history.pop_back();
  EXPECT_THAT(Replayed(audited), IsEmpty());
}

TEST(Replay, AHandOutOfAnotherStepsTaskWithAStepIsFound) {
  AuditedRun run(kParallel);
  run.Give().Succeed("1").Give();
  AuditedExecution audited = run.Stored();
  ASSERT_THAT(Replayed(audited), IsEmpty());
  std::vector<HistoryEvent>& completion = audited.history[2].events;
  completion.push_back(audited.history[3].events[0]);
  audited.history.pop_back();
  EXPECT_THAT(Replayed(audited),
              ElementsAre(Breaks(rule::kReplayEvents, "scheduled by another transition")));
}

TEST(Replay, SeveralHandOutsMayBeOneTransition) {
  AuditedRun run(kParallel);
  AuditedExecution audited = run.Give().Give().Stored();
  audited.history[1].events.push_back(audited.history[2].events[0]);
  audited.history.pop_back();
  EXPECT_THAT(Replayed(audited), IsEmpty());
}

struct PositionChange {
  std::string name;
  std::function<void(core::Execution&)> change;
};

class ChangedPositionTest : public testing::TestWithParam<PositionChange> {};

TEST_P(ChangedPositionTest, IsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Stored();
  GetParam().change(audited.execution);
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "")));
}

core::Branch& Root(core::Execution& execution) { return execution.branches[BranchId(0)]; }

INSTANTIATE_TEST_SUITE_P(
    Replay, ChangedPositionTest,
    testing::Values(
        PositionChange{"State", [](auto& e) { Root(e).state = Text("other"); }},
        PositionChange{"Data", [](auto& e) { Root(e).data = Text("other"); }},
        PositionChange{"Variables", [](auto& e) { Root(e).variables = Text("{}"); }},
        PositionChange{"Item", [](auto& e) { Root(e).item = Text("1"); }},
        PositionChange{"Phase", [](auto& e) { Root(e).phase = core::Phase::kWaiting; }},
        PositionChange{"NotGiven",
                       [](auto& e) {
                         Root(e).phase = core::Phase::kScheduled;
                         Root(e).task->given = false;
                       }},
        PositionChange{"Retries", [](auto& e) { Root(e).retries = {1}; }},
        PositionChange{"EnteredEvent", [](auto& e) { Root(e).entered_event_id = 1; }},
        PositionChange{"EnteredTime", [](auto& e) { Root(e).entered_at += absl::Seconds(1); }},
        PositionChange{"LastEventOfBranch", [](auto& e) { Root(e).last_event_id = 3; }},
        PositionChange{"Timeout", [](auto& e) { *Root(e).due_at += absl::Milliseconds(1); }},
        PositionChange{"NoTimeout", [](auto& e) { Root(e).due_at.reset(); }},
        PositionChange{"Heartbeats", [](auto& e) { Root(e).heartbeat_due_at = kStart; }},
        PositionChange{"Task", [](auto& e) { Root(e).task.reset(); }},
        PositionChange{"TaskInput", [](auto& e) { Root(e).task->input = Text("2"); }},
        PositionChange{"Activity", [](auto& e) { Root(e).task->queue = "a"; }},
        PositionChange{"Join", [](auto& e) { Root(e).join.emplace(); }},
        PositionChange{"BranchTooMuch", [](auto& e) { e.branches[BranchId(1)] = Root(e); }},
        PositionChange{"NextBranch", [](auto& e) { e.next_branch_id = 2; }},
        PositionChange{"ExecutionTimeout", [](auto& e) { e.timeout_at = kStart; }},
        PositionChange{"LastTime", [](auto& e) { e.last_event_at += absl::Milliseconds(1); }},
        PositionChange{"Version", [](auto& e) { e.version = 1; }}),
    [](const auto& info) { return info.param.name; });

TEST(Replay, ABranchThatIsMissingIsFound) {
  AuditedExecution audited = AuditedRun(kParallel).Stored();
  audited.execution.branches.erase(BranchId(2));
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "branch 2 is missing")));
}

TEST(Replay, AnotherOutcomeIsFound) {
  const AuditedExecution good = AuditedRun(kTask).Give().Succeed().Stored();
  AuditedExecution audited = good;
  audited.execution.output = Text("2");
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "output")));
  audited = good;
  audited.execution.closed_at += absl::Milliseconds(1);
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "the end's time")));
  audited = AuditedRun(kTask).Give().Stored();
  audited.history = good.history;
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "it is open")));
}

// ---------------------------------------------------------------- timers

void MoveRow(AuditedRow* row, absl::Duration by) {
  for (HistoryEvent& event : row->events) event.timestamp += by;
}

TEST(Replay, ATimerThatFiresLateIsFine) {
  AuditedRun run(kWait);
  run.Wait(absl::Seconds(12)).Fire();
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
}

TEST(Replay, AWaitThatEndsEarlyIsFound) {
  AuditedExecution audited = AuditedRun(kWait).Fire().Stored();
  MoveRow(&audited.history[1], -absl::Milliseconds(1));
  audited.execution.closed_at -= absl::Milliseconds(1);
  EXPECT_THAT(Replayed(audited),
              ElementsAre(Breaks(rule::kTimerNotEarly, "the timer of state 'S'")));
}

TEST(Replay, ABackoffThatEndsEarlyIsFound) {
  AuditedExecution audited = AuditedRun(kRetried).Give().Fail("E").Fire().Stored();
  ASSERT_THAT(Replayed(audited), IsEmpty());
  MoveRow(&audited.history.back(), -absl::Milliseconds(1));
  EXPECT_THAT(Replayed(audited), Contains(Breaks(rule::kTimerNotEarly, "due at")));
}

TEST(Replay, ATaskThatTimesOutEarlyIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Confirm().Fire().Stored();
  ASSERT_THAT(Replayed(audited), IsEmpty());
  MoveRow(&audited.history.back(), -absl::Milliseconds(1));
  audited.execution.closed_at -= absl::Milliseconds(1);
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kTimerNotEarly, "the time-out of")));
}

TEST(Replay, AHeartbeatTimeOutBeforeHeartbeatSecondsIsFound) {
  AuditedExecution audited = AuditedRun(kBeating).Give().Confirm().Fire().Stored();
  ASSERT_THAT(Replayed(audited), IsEmpty());
  // Coordinators allow for beats that they have not written: these two and a half seconds.
  MoveRow(&audited.history.back(), -absl::Milliseconds(2500));
  audited.execution.closed_at -= absl::Milliseconds(2500);
  EXPECT_THAT(Replayed(audited), IsEmpty());
  MoveRow(&audited.history.back(), -absl::Milliseconds(2));
  audited.execution.closed_at -= absl::Milliseconds(2);
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kTimerNotEarly, "")));
}

TEST(Replay, AnExecutionThatTimesOutEarlyIsFound) {
  AuditedExecution audited =
      AuditedRun(
          R"({"StartAt": "S", "TimeoutSeconds": 5, "States": {"S": {"Type": "Wait", "Seconds": 10, "End": true}}})")
          .Fire()
          .Stored();
  ASSERT_THAT(Replayed(audited), IsEmpty());
  MoveRow(&audited.history.back(), -absl::Milliseconds(1));
  EXPECT_THAT(Replayed(audited), Contains(Breaks(rule::kTimerNotEarly, "of the execution")));
}

TEST(Replay, TimersThatFireInAnotherOrderThanTheyAreDueAreFound) {
  const std::string waits = R"({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
    "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "End": true}}},
                 {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 2, "End": true}}}]}}})";
  AuditedRun run(waits);
  run.Wait(absl::Seconds(5)).Fire();
  AuditedExecution audited = run.Stored();
  ASSERT_THAT(Replayed(audited), IsEmpty());
  HistoryEvent& exited = audited.history[1].events[0];
  exited.previous_id = 5;  // of B, which is due a second later
  exited.name = Text("B");
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayEvents, "event 6")));
}

// ---------------------------------------------------------------- what history does not tell

TEST(Replay, HeartbeatsMoveTheirDeadlineOn) {
  AuditedRun run(kBeating);
  run.Give().Confirm();
  for (int i = 0; i < 4; ++i) run.Wait(absl::Seconds(9)).Beat();
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Fire().Stored()), IsEmpty());
}

TEST(Replay, AHeartbeatDeadlineThatIsMissingOrTooEarlyIsFound) {
  AuditedExecution audited = AuditedRun(kBeating).Give().Confirm().Stored();
  std::optional<absl::Time>& deadline = audited.execution.branches[BranchId(0)].heartbeat_due_at;
  deadline = kStart + absl::Seconds(9);
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "heartbeat deadline")));
  deadline.reset();
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "heartbeat deadline")));
}

// A task that runs into its own time-out goes on in a second, one without heartbeats in an hour.
const std::string kToldApart = OneState(TaskState(
    R"("TimeoutSeconds": 60, "HeartbeatSeconds": 10, "End": true,
       "Retry": [{"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 3600},
                 {"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1}], )"));

TEST(Replay, EitherTimeOutOfATaskIsFollowed) {
  AuditedRun beating(kToldApart);
  beating.Give().Confirm();
  for (int i = 0; i < 6; ++i) beating.Wait(absl::Seconds(9)).Beat();
  beating.Wait(absl::Seconds(10)).Fire();  // its own
  EXPECT_THAT(Replayed(beating.Stored()), IsEmpty());
  EXPECT_THAT(Replayed(beating.Fire().Stored()), IsEmpty());

  AuditedRun silent(kToldApart);
  silent.Give().Confirm().Wait(absl::Seconds(90)).Fire();  // found late: its heartbeats'
  ASSERT_EQ(silent.execution().branches[BranchId(0)].retries[0], 1);
  EXPECT_THAT(Replayed(silent.Stored()), IsEmpty());
  EXPECT_THAT(Replayed(silent.Fire().Give().Stored()), IsEmpty());
}

TEST(Replay, NeitherTimeOutOfATaskExplainsAnotherPosition) {
  AuditedExecution audited =
      AuditedRun(kToldApart).Give().Confirm().Wait(absl::Seconds(90)).Fire().Stored();
  audited.execution.branches[BranchId(0)].retries = {1, 1};
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "retries")));
}

const std::string kJitter = OneState(TaskState(
    R"("End": true, "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 100, "JitterStrategy": "FULL"}], )"));

TEST(Replay, ABackoffWithJitterIsDueSomeTimeFromItsFailureOn) {
  AuditedRun run(kJitter);
  run.Wait(absl::Seconds(1)).Give().Fail("E");
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Fire().Give().Stored()), IsEmpty());
  AuditedExecution early = AuditedRun(kJitter).Wait(absl::Seconds(1)).Give().Fail("E").Stored();
  early.execution.branches[BranchId(0)].due_at = kStart;
  EXPECT_THAT(Replayed(early), ElementsAre(Breaks(rule::kReplayPosition, "next attempt")));
}

// The Fail in the only branch leaves no event before the Parallel begins again.
const std::string kRetriedParallel =
    R"({"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
  "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}],
  "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 5, "MaxAttempts": 2}]}}})";

TEST(Replay, AStepWithoutEventsIsTakenWhereItMustHaveBeen) {
  AuditedRun run(kRetriedParallel);
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Wait(absl::Seconds(1)).Step().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Fire().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Step().Fire().Step().Stored()), IsEmpty());
  EXPECT_TRUE(run.execution().closed());
}

TEST(Replay, ABackoffAfterAStepWithoutEventsIsBoundedFromBelow) {
  AuditedRun run(kRetriedParallel);
  AuditedExecution audited = run.Step().Stored();
  audited.execution.branches[BranchId(0)].due_at = kStart + absl::Seconds(5);
  EXPECT_THAT(Replayed(audited), IsEmpty());
  audited.execution.branches[BranchId(0)].due_at = kStart + absl::Seconds(4);
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayPosition, "next attempt")));
  audited = run.Fire().Stored();
  MoveRow(&audited.history.back(), -absl::Milliseconds(2));
  EXPECT_THAT(Replayed(audited), Contains(Breaks(rule::kTimerNotEarly, "")));
}

TEST(Replay, SeveralBranchesMayHaveTakenStepsWithoutEvents) {
  const std::string inner = R"({"Type": "Parallel", "End": true, "Branches":
      [{"StartAt": "F%", "States": {"F%": {"Type": "Fail", "Error": "E"}}}],
      "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 5, "MaxAttempts": 2}]})";
  const auto branch = [&](const std::string& name) {
    return R"({"StartAt": "I)" + name + R"(", "States": {"I)" + name + R"(": )" +
           absl::StrReplaceAll(inner, {{"%", name}}) + "}}";
  };
  AuditedRun run(OneState(R"({"Type": "Parallel", "End": true, "Branches": [)" + branch("A") + "," +
                          branch("B") + "]}"));
  EXPECT_THAT(Replayed(run.Run().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Wait(absl::Seconds(7)).Fire().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Run().Fire().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Run().Fire().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Run().Stored()), IsEmpty());
  EXPECT_TRUE(run.execution().closed());
}

// ---------------------------------------------------------------- random functions

std::string AfterUuid(const std::string& state) {
  return R"-({"StartAt": "R", "States": {"R": {"Type": "Pass", "Next": "S",
    "Parameters": {"id.$": "States.UUID()", "list.$": "States.ArrayRange(1, 3, 1)"}}, "S": )-" +
         state + "}}";
}

TEST(Replay, TakesOverWhatARandomFunctionGave) {
  AuditedRun run(AfterUuid(TaskState(R"("ResultPath": "$.result", "End": true, )")));
  EXPECT_THAT(Replayed(run.Run().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Give().Stored()), IsEmpty());
  EXPECT_THAT(Replayed(run.Succeed().Stored()), IsEmpty());
  EXPECT_FALSE(ReplayHistory(run.Stored()).stopped_at_event);
  AuditedExecution audited = run.Stored();
  audited.history[3].events[1].payload = Text("2");  // TaskStateExited
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayEvents, "its payload")));
}

TEST(Replay, TakesOverRandomOutputs) {
  AuditedRun run(
      OneState(R"-({"Type": "Pass", "Parameters": {"id.$": "States.UUID()"}, "End": true})-"));
  EXPECT_THAT(Replayed(run.Run().Stored()), IsEmpty());
  EXPECT_FALSE(ReplayHistory(run.Stored()).stopped_at_event);
}

TEST(Replay, TakesOverRandomItems) {
  const std::string map = R"-({"Type": "Map", "ItemsPath": "$.list", "End": true%,
    "ItemProcessor": {"StartAt": "I", "States": {"I": )-" +
                          TaskState(R"("End": true, )") + "}}}";
  AuditedRun selected(AfterUuid(absl::StrReplaceAll(
      map, {{"%", R"-(, "ItemSelector": {"id.$": "$.id", "more.$": "States.UUID()"})-"}})));
  EXPECT_THAT(Replayed(selected.Run().Stored()), IsEmpty());
  // What the items were before the selector no event tells.
  EXPECT_TRUE(ReplayHistory(selected.Stored()).stopped_at_event);

  AuditedRun run(AfterUuid(absl::StrReplaceAll(map, {{"%", ""}})));
  run.Run();
  for (int i = 0; i < 3; ++i) run.Give().Succeed();
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
  EXPECT_FALSE(ReplayHistory(run.Stored()).stopped_at_event);
  EXPECT_TRUE(run.execution().closed());
}

TEST(Replay, EndsWhereMoreFollowsFromARandomFunctionThanEventsTell) {
  AuditedRun run(R"-({"StartAt": "R", "States": {"R": {"Type": "Pass", "Next": "S",
    "Parameters": {"n.$": "States.MathRandom(1, 1000000)"}},
    "S": {"Type": "Wait", "SecondsPath": "$.n", "End": true}}})-");
  const ReplayResult replayed = ReplayHistory(run.Run().Fire().Stored());
  EXPECT_THAT(replayed.findings, IsEmpty());
  EXPECT_EQ(replayed.stopped_at_event, 3);
  EXPECT_EQ(replayed.transitions, 1);
}

TEST(Replay, RandomVariablesEndIt) {
  AuditedRun run(
      OneState(R"-({"Type": "Pass", "Assign": {"v.$": "States.UUID()"}, "End": true})-"));
  EXPECT_TRUE(ReplayHistory(run.Run().Stored()).stopped_at_event);
}

TEST(Replay, ASeededRandomFunctionIsNotRandom) {
  AuditedRun run(OneState(
      R"-({"Type": "Pass", "Parameters": {"n.$": "States.MathRandom(1, 1000, 7)"}, "End": true})-"));
  AuditedExecution audited = run.Run().Stored();
  EXPECT_THAT(Replayed(audited), IsEmpty());
  audited.history[1].events[0].payload = Text(R"({"n":1})");
  EXPECT_THAT(Replayed(audited), ElementsAre(Breaks(rule::kReplayEvents, "its payload")));
}

TEST(Replay, ACallThatWasRefusedIsRefusedAgain) {
  AuditedRun run(OneState(R"({"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob",
    "Parameters": {"JobName": "j", "Refuse": "no"}, "End": true})"));
  run.Run();
  EXPECT_EQ(run.execution().status, core::Status::kFailed);
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
}

TEST(Replay, ADeletedMachineEndsItsExecutions) {
  AuditedRun run(kWait);
  run.execution().machine_deleted = true;
  run.Fire();
  EXPECT_EQ(run.execution().status, core::Status::kFailed);
  EXPECT_THAT(Replayed(run.Stored()), IsEmpty());
}

}  // namespace
}  // namespace pawl::audit
