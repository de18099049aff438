#include "coordinator/audit/history_rules.h"

#include "tests/unit/audit/audited_run.h"

namespace pawl::audit {
namespace {

using core::EventType;
using core::HistoryEvent;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kTask =
    R"({"StartAt": "T", "States": {"T": )" + TaskState(R"("End": true, )") + "}}";
const std::string kWait =
    R"({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10, "End": true}}})";

AuditedExecution DoneTask() { return AuditedRun(kTask).Give().Succeed().Stored(); }

Findings History(const AuditedExecution& audited) {
  Findings findings;
  CheckHistory(audited, &findings);
  return findings;
}

Findings State(const AuditedExecution& audited, const TimeBounds& bounds = {}) {
  Findings findings;
  CheckState(audited, bounds, &findings);
  return findings;
}

HistoryEvent& Last(AuditedExecution& audited) { return audited.history.back().events.back(); }

// Puts one more row with one event behind the history.
void Append(AuditedExecution* audited, EventType type, int64_t previous_id) {
  HistoryEvent event = Last(*audited);
  ++event.id;
  event.type = type;
  event.previous_id = previous_id;
  audited->history.push_back({{event}, std::nullopt});
}

TEST(HistoryRules, AGoodHistoryHasNoFindings) {
  EXPECT_THAT(History(DoneTask()), IsEmpty());
  EXPECT_THAT(State(DoneTask()), IsEmpty());
}

TEST(HistoryRules, ADroppedEventIsFound) {
  AuditedExecution audited = DoneTask();
  audited.history[1].events.clear();  // ActivityStarted
  EXPECT_THAT(History(audited),
              Contains(Breaks(rule::kIdsContiguous, "expected event id 4, found 5")));
}

TEST(HistoryRules, AMissingBeginningIsFound) {
  AuditedExecution audited = DoneTask();
  audited.history.erase(audited.history.begin());
  EXPECT_THAT(History(audited), Contains(Breaks(rule::kBeginsWithStart, "ActivityStarted")));
  audited.history.clear();
  EXPECT_THAT(History(audited), Contains(Breaks(rule::kBeginsWithStart, "no history")));
}

TEST(HistoryRules, AnEffectBeforeItsCauseIsFound) {
  AuditedExecution audited = DoneTask();
  Last(audited).previous_id = Last(audited).id;
  EXPECT_THAT(History(audited), Contains(Breaks(rule::kCauseFirst, "event 7")));
}

TEST(HistoryRules, TimeThatGoesBackIsFound) {
  AuditedExecution audited = DoneTask();
  Last(audited).timestamp -= absl::Milliseconds(1);
  EXPECT_THAT(History(audited), Contains(Breaks(rule::kTimeForward, "event 7")));
}

TEST(HistoryRules, AnEventAfterTheEndIsFound) {
  AuditedExecution audited = DoneTask();
  Append(&audited, EventType::kPassStateEntered, 7);
  EXPECT_THAT(History(audited), Contains(Breaks(rule::kEndIsLast, "event 7, which ends")));
}

TEST(HistoryRules, AnEndMayBeFollowedByItsRedriveAlone) {
  AuditedExecution audited = AuditedRun(kTask).Stop().Redrive().Stop().Redrive().Stored();
  EXPECT_THAT(History(audited), IsEmpty());
  EXPECT_THAT(ReplayHistory(audited).findings, IsEmpty());
  core::HistoryEvent& redriven = audited.history.back().events.front();
  redriven.redrive_count = 3;
  EXPECT_THAT(History(audited), ElementsAre(Breaks(rule::kEndIsLast, "should be redrive 2")));
  redriven.redrive_count = 2;
  redriven.previous_id = 4;
  EXPECT_THAT(History(audited),
              ElementsAre(Breaks(rule::kEndIsLast, "does not follow from an end")));
}

TEST(HistoryRules, ARedriveOfWhatSucceededIsFound) {
  AuditedExecution audited = DoneTask();
  Append(&audited, EventType::kExecutionRedriven, 7);
  Last(audited).redrive_count = 1;
  EXPECT_THAT(History(audited), ElementsAre(Breaks(rule::kEndIsLast, "event 7, which ends")));
}

TEST(HistoryRules, ASecondCompletionOfAnAttemptIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Stored();
  Append(&audited, EventType::kActivitySucceeded, 4);
  EXPECT_THAT(History(audited), IsEmpty());
  Append(&audited, EventType::kActivityFailed, 4);
  EXPECT_THAT(History(audited),
              ElementsAre(Breaks(rule::kAttemptOnce, "events 5 and 6 both follow")));
}

TEST(HistoryRules, ASecondHandOutOfAnAttemptIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Stored();
  Append(&audited, EventType::kActivityStarted, 3);
  EXPECT_THAT(History(audited),
              ElementsAre(Breaks(rule::kAttemptOnce, "events 4 and 5 both follow")));
}

TEST(HistoryRules, ACompletionOfATaskThatNobodyWasGivenIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Stored();
  Append(&audited, EventType::kActivitySucceeded, 3);
  EXPECT_THAT(History(audited),
              ElementsAre(Breaks(rule::kAttemptChain, "no part of a task before it")));
}

TEST(HistoryRules, TwoTransitionsInOneTransactionAreFound) {
  AuditedExecution audited = DoneTask();
  audited.history[2].written_by = audited.history[0].written_by;
  EXPECT_THAT(History(audited), ElementsAre(Breaks(rule::kTransactionEach, "events 1 and 5")));
  // What wrote a row is not always known.
  audited.history[0].written_by = audited.history[2].written_by = std::nullopt;
  EXPECT_THAT(History(audited), IsEmpty());
}

TEST(StateRules, APositionThatHasNotGoneAlongIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Stored();
  audited.execution.last_event_id = 3;
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kAtLastEvent, "stands at event 3")));
}

TEST(StateRules, AnOpenExecutionWhoseHistoryHasEndedIsFound) {
  AuditedExecution audited = AuditedRun(kTask).Give().Stored();
  audited.history = DoneTask().history;
  EXPECT_THAT(State(audited), Contains(Breaks(rule::kStatusFits, "it is open, but event 7")));
}

TEST(StateRules, AStatusThatTheHistoryDoesNotSayIsFound) {
  AuditedExecution audited = DoneTask();
  audited.execution.status = core::Status::kFailed;
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kStatusFits, "it is FAILED but")));
}

TEST(StateRules, AnOutputOrErrorThatTheHistoryDoesNotSayIsFound) {
  AuditedExecution audited = DoneTask();
  audited.execution.output = Text("2");
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kStatusFits, "output")));
  audited = AuditedRun(kTask).Stop().Stored();
  EXPECT_THAT(State(audited), IsEmpty());
  audited.execution.cause = std::nullopt;
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kStatusFits, "error and cause")));
}

TEST(StateRules, AColumnHoldsNoNul) {
  AuditedExecution audited = DoneTask();
  Last(audited).payload = Text(std::string_view("a\0b", 3));
  audited.execution.output = Text(
      "a\xEF\xBF\xBD"
      "b");
  EXPECT_THAT(State(audited), IsEmpty());
}

TEST(StateRules, AnExecutionThatNothingMovesIsFound) {
  AuditedExecution audited = AuditedRun(kWait).Stored();
  EXPECT_THAT(State(audited), IsEmpty());
  audited.execution.branches[BranchId(0)].due_at.reset();
  audited.claimable_at = absl::InfiniteFuture();
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kMoves, "no step, no task, no timer")));
}

TEST(StateRules, ATaskWhoseChildsEndNothingTellsIsFound) {
  AuditedRun run(R"({"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
      "Resource": "arn:aws:states:::states:startExecution.sync", "Parameters": {
        "StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:m"}}}})");
  const int64_t nonce = run.Give().execution().Find(BranchId(0))->task->nonce;
  AuditedExecution audited = run.Take(core::CallReturned{BranchId(0), nonce, Text("{}")}).Stored();
  ASSERT_EQ(audited.execution.Find(BranchId(0))->phase, core::Phase::kSubmitted);
  EXPECT_THAT(State(audited), IsEmpty());
  const AuditedWait wait{.branch = BranchId(0), .nonce = nonce, .child_open = true};
  audited.waits = {wait};
  EXPECT_THAT(State(audited), IsEmpty());
  audited.waits = {{.branch = BranchId(0), .nonce = nonce, .ended = true}};
  EXPECT_THAT(State(audited), IsEmpty());
  audited.waits = {{.branch = BranchId(0), .nonce = nonce + 1, .child_open = true},
                   {.branch = BranchId(1), .nonce = nonce, .child_open = true}};
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kChildTells, "nothing tells it")));
  audited.waits->push_back({.branch = BranchId(0), .nonce = nonce});
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kChildTells, "running and has ended")));
  audited.waits->back() = {
      .branch = BranchId(0), .nonce = nonce, .ended = true, .child_open = true};
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kChildTells, "ended and runs")));
}

TEST(StateRules, AStepThatNobodyWillTakeIsFound) {
  AuditedExecution audited =
      AuditedRun(R"({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})").Stored();
  EXPECT_THAT(State(audited), IsEmpty());
  audited.claimable_at = absl::InfiniteFuture();
  EXPECT_THAT(State(audited), Contains(Breaks(rule::kClaimable, "will never be claimed")));
  audited.claimable_at = *audited.read_at + absl::Seconds(2);
  EXPECT_THAT(State(audited), IsEmpty());
  audited.claimable_at = *audited.read_at + absl::Seconds(11);
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kClaimable, "a step to take")));
}

TEST(StateRules, ATimerThatWouldBeMissedIsFound) {
  AuditedExecution audited = AuditedRun(kWait).Stored();
  audited.claimable_at += absl::Seconds(1);
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kClaimable, "due at")));
}

TEST(StateRules, AClaimHoldsAnExecutionForAWhile) {
  AuditedExecution audited = AuditedRun(kWait).Wait(absl::Seconds(10)).Stored();
  audited.claimable_at = *audited.read_at + absl::Seconds(2);
  EXPECT_THAT(State(audited), IsEmpty());
  audited.claimable_at = *audited.read_at + absl::Seconds(11);
  EXPECT_THAT(State(audited), ElementsAre(Breaks(rule::kClaimable, "due at")));
}

TEST(StateRules, ATimerIsNotOverdueForLong) {
  AuditedExecution audited = AuditedRun(kWait).Wait(absl::Seconds(15)).Stored();
  EXPECT_THAT(State(audited), IsEmpty());
  EXPECT_THAT(State(audited, {.overdue = absl::Seconds(5)}), IsEmpty());
  EXPECT_THAT(State(audited, {.overdue = absl::Seconds(4)}),
              ElementsAre(Breaks(rule::kTimerNotLost, "has not fired")));
}

TEST(StateRules, AStepIsNotOverdueForLong) {
  AuditedExecution audited =
      AuditedRun(R"({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})").Stored();
  audited.read_at = *audited.read_at + absl::Seconds(5);
  EXPECT_THAT(State(audited, {.overdue = absl::Seconds(5)}), IsEmpty());
  EXPECT_THAT(State(audited, {.overdue = absl::Seconds(4)}),
              ElementsAre(Breaks(rule::kStepNotLost, "has not been taken up")));
}

}  // namespace
}  // namespace pawl::audit
