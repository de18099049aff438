// What clients saw, with what is stored: each rule holds in a good run and is broken by one change.

#include "coordinator/audit/auditor.h"

#include "tests/unit/audit/audited_run.h"

namespace pawl::audit {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kTask =
    R"({"StartAt": "T", "States": {"T": )" +
    TaskState(R"("End": true, "Retry": [{"ErrorEquals": ["E"], "IntervalSeconds": 1}], )") + "}}";

// A run with clients, who write down what they see.
class ClientsTest : public testing::Test {
 protected:
  // A call that takes ten milliseconds from now.
  template <typename What>
  What& Log(What what, const std::string& outcome = "ok", absl::Duration after = {}) {
    log_.calls.push_back({.client = "c",
                          .sent = run_.now() + after,
                          .answered = run_.now() + after + absl::Milliseconds(10),
                          .outcome = outcome,
                          .what = std::move(what)});
    return std::get<What>(log_.calls.back().what);
  }

  StartExecutionCall Started() { return {"M", "run", "{}", run_.arn(), kStart}; }
  GetExecutionHistoryCall Read() {
    GetExecutionHistoryCall read{run_.arn(), {}};
    for (const AuditedRow& row : run_.Stored().history) {
      for (const core::HistoryEvent& event : row.events) {
        read.events.push_back({event.id, event.previous_id,
                               std::string(core::EventTypeName(event.type)), event.timestamp,
                               "digest"});
      }
    }
    return read;
  }

  // Start, hand-out, completion and the end, all seen by clients.
  void RunToTheEnd() {
    Log(Started());
    Log(DescribeExecutionCall{run_.arn(), "RUNNING", std::nullopt});
    run_.Give().Confirm();
    token_ = run_.Token();
    Log(GetActivityTaskCall{"work", token_, "{}"});
    run_.Wait(absl::Seconds(2)).Succeed("1");
    Log(SendTaskSuccessCall{token_, "1"});
    run_.Wait(absl::Seconds(2));
    Log(DescribeExecutionCall{run_.arn(), "SUCCEEDED", "1"});
    Log(Read());
  }

  template <typename What>
  What& First() {
    for (Call& call : log_.calls) {
      if (What* what = std::get_if<What>(&call.what)) return *what;
    }
    std::abort();
  }
  void Forget(size_t first) { log_.calls.erase(log_.calls.begin() + first, log_.calls.end()); }

  std::vector<Violation> Violations(AuditOptions options = {}) {
    options.database_skew = absl::Milliseconds(20);
    const AuditReport report = Audit({run_.Stored()}, &log_, options);
    EXPECT_EQ(report.calls, static_cast<int64_t>(log_.calls.size()));
    return report.violations;
  }

  AuditedRun run_{kTask};
  CallLog log_;
  std::string token_;
};

// A task's first hand-out and completion of a run with these limits.
class LimitedClientsTest : public ClientsTest {
 protected:
  void RunTask(core::Limits limits, const std::string& output, absl::Duration acknowledged_before) {
    run_ = AuditedRun(kTask, "{}", "run", limits);
    Log(Started());
    run_.Give().Confirm();
    token_ = run_.Token();
    Log(GetActivityTaskCall{"work", token_, "{}"});
    run_.Wait(absl::Seconds(2));
    Log(SendTaskSuccessCall{token_, output});
    run_.Wait(acknowledged_before).Succeed(output);
    EXPECT_TRUE(run_.execution().closed());
  }
};

TEST_F(LimitedClientsTest, AReportThatMeetsAFullHistoryIsAcknowledgedAndNotRecorded) {
  RunTask({core::kAwsPayloadBytes, 5}, "1", absl::Milliseconds(5));
  EXPECT_THAT(Violations(), IsEmpty());
  EXPECT_THAT(Violations({.complete_log = true}), IsEmpty());
}

TEST_F(LimitedClientsTest, ButOnlyTheOneThatMetIt) {
  RunTask({core::kAwsPayloadBytes, 5}, "1", absl::Seconds(2));
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kCompletionFound, "no such result")));
}

TEST_F(LimitedClientsTest, AnOutputThatIsTooLargeIsRecordedAsAFailure) {
  RunTask({4, 0}, "12345", absl::Milliseconds(5));
  EXPECT_EQ(run_.execution().error->view(), "States.DataLimitExceeded");
  EXPECT_THAT(Violations(), IsEmpty());
  EXPECT_THAT(Violations({.complete_log = true}), IsEmpty());
}

TEST_F(LimitedClientsTest, OneThatIsNotTooLargeMayNotFail) {
  RunTask({4, 0}, "12345", absl::Milliseconds(5));
  First<SendTaskSuccessCall>().output = "123";
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kCompletionFound, "no such result")));
}

TEST_F(ClientsTest, AGoodRunHasNoViolations) {
  RunToTheEnd();
  EXPECT_THAT(Violations(), IsEmpty());
  EXPECT_THAT(Violations({.complete_log = true}), IsEmpty());
}

// ---------------------------------------------------------------- starts

TEST_F(ClientsTest, AnAcknowledgedStartIsThere) {
  Log(Started());
  const AuditReport report = Audit({}, &log_);
  EXPECT_THAT(report.violations, ElementsAre(Breaks(rule::kStartFound, "it is not stored")));
  EXPECT_EQ(report.violations[0].execution, "M:run");
}

TEST_F(ClientsTest, AStartOfUnknownOutcomeNeedNotBeThere) {
  Log(Started(), "unknown");
  EXPECT_THAT(Audit({}, &log_).violations, IsEmpty());
  EXPECT_THAT(Violations(), IsEmpty());
}

TEST_F(ClientsTest, ANameThatIsTakenIsThere) {
  Log(Started(), "ExecutionAlreadyExists");
  EXPECT_THAT(Violations(), IsEmpty());
  EXPECT_THAT(Audit({}, &log_).violations,
              ElementsAre(Breaks(rule::kStartFound, "it is not stored")));
}

TEST_F(ClientsTest, AnAcknowledgedStartKeepsItsDateAndInput) {
  Log(Started()).started_at += absl::Milliseconds(5);
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStartFound, "start date")));
  Forget(0);
  Log(Started()).input = "{\"other\":1}";
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStartFound, "input")));
}

TEST_F(ClientsTest, ARepeatedStartGetsTheSameAnswer) {
  Log(Started());
  Log(Started());
  EXPECT_THAT(Violations(), IsEmpty());
  log_.calls.back().what = StartExecutionCall{"M", "run", "{}", run_.arn() + "2", kStart};
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStartSame, "another answer")));
  log_.calls.back().what = StartExecutionCall{"M", "run", "[]", run_.arn(), kStart};
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kStartSame, "another input")));
}

TEST_F(ClientsTest, TheNameOfAnExecutionThatIsKnownToHaveEndedIsRefused) {
  RunToTheEnd();
  Log(Started(), "ExecutionAlreadyExists", absl::Milliseconds(11));
  EXPECT_THAT(Violations(), IsEmpty());
  log_.calls.back().outcome = "ok";
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kClosedNameRefused, "had ended")));
}

TEST_F(ClientsTest, NobodyIsToldThatAStartedExecutionDoesNotExist) {
  Log(Started());
  Log(DescribeExecutionCall{run_.arn()}, "ExecutionDoesNotExist");  // while the start was under way
  EXPECT_THAT(Violations(), IsEmpty());
  Log(DescribeExecutionCall{run_.arn()}, "ExecutionDoesNotExist", absl::Milliseconds(11));
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStartFound, "does not exist")));
}

TEST_F(ClientsTest, ANameMeansOneExecution) {
  const AuditedExecution other = AuditedRun(kTask).Stored();
  EXPECT_THAT(Audit({run_.Stored(), other}).violations,
              ElementsAre(Breaks(rule::kNameOnce, "'run'")));
  EXPECT_THAT(Audit({run_.Stored(), AuditedRun(kTask, "{}", "2").Stored()}).violations, IsEmpty());
}

// ---------------------------------------------------------------- reads

TEST_F(ClientsTest, AnEventThatWasReadStaysAsItIs) {
  RunToTheEnd();
  ReadEvent& event = First<GetExecutionHistoryCall>().events[3];
  const ReadEvent good = event;
  event.previous_id = 2;
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kEventsKept, "event 4")));
  event = good;
  event.type = "PassStateEntered";
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kEventsKept, "event 4")));
  event = good;
  event.timestamp += absl::Milliseconds(1);
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kEventsKept, "event 4")));
}

TEST_F(ClientsTest, AnEventThatWasReadIsThere) {
  RunToTheEnd();
  First<GetExecutionHistoryCall>().events.push_back({8, 7, "PassStateEntered", kStart, ""});
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kEventsKept, "has 7 events")));
}

TEST_F(ClientsTest, AllReadsOfAnEventAgree) {
  RunToTheEnd();
  Log(Read());
  EXPECT_THAT(Violations(), IsEmpty());
  Log(Read()).events[1].digest = "another";
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kEventsKept, "event 2 is TaskStateEntered")));
}

// ---------------------------------------------------------------- status

TEST_F(ClientsTest, AFinalStatusIsTheOneThatIsStored) {
  RunToTheEnd();
  First<DescribeExecutionCall>() = {run_.arn(), "FAILED", std::nullopt};
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kStatusKept, "saw FAILED, stored is SUCCEEDED")));
  First<DescribeExecutionCall>() = {run_.arn(), "SUCCEEDED", "2"};
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kStatusKept, "another output than is stored")));
}

TEST_F(ClientsTest, AFinalStatusOfAnExecutionThatIsOpenIsFound) {
  Log(DescribeExecutionCall{run_.arn(), "SUCCEEDED", "1"});
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStatusKept, "stored is RUNNING")));
}

TEST_F(ClientsTest, AFinalStatusNeverChanges) {
  RunToTheEnd();
  Log(DescribeExecutionCall{run_.arn(), "ABORTED", std::nullopt});
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kStatusKept, "another read SUCCEEDED")));
}

TEST_F(ClientsTest, AnExecutionDoesNotRunAgain) {
  RunToTheEnd();
  Log(DescribeExecutionCall{run_.arn(), "RUNNING", std::nullopt});  // while others saw the end
  EXPECT_THAT(Violations(), IsEmpty());
  Log(DescribeExecutionCall{run_.arn(), "RUNNING", std::nullopt}, "ok", absl::Milliseconds(11));
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStatusKept, "after a client knew")));
}

TEST_F(ClientsTest, ARedriveTakesAFinalStatusBackThatClientsHaveSeen) {
  Log(Started());
  run_.Wait(absl::Seconds(1)).Stop();
  Log(StopExecutionCall{run_.arn(), run_.now()});
  Log(DescribeExecutionCall{run_.arn(), "ABORTED", std::nullopt});
  run_.Wait(absl::Seconds(1)).Redrive();
  Log(DescribeExecutionCall{run_.arn(), "RUNNING", std::nullopt});
  Log(Started());
  EXPECT_THAT(Violations(), IsEmpty());
  run_.Give().Confirm();
  Log(GetActivityTaskCall{"work", run_.Token(), "{}"});
  run_.Wait(absl::Seconds(2)).Succeed("1");
  Log(DescribeExecutionCall{run_.arn(), "SUCCEEDED", "1"});
  EXPECT_THAT(Violations(), IsEmpty());
  Log(DescribeExecutionCall{run_.arn(), "FAILED", std::nullopt});  // which it never was
  EXPECT_THAT(Violations(),
              ElementsAre(Breaks(rule::kStatusKept, "saw FAILED, stored is SUCCEEDED")));
}

TEST_F(ClientsTest, AnAcknowledgedStopHasClosedIt) {
  run_.Wait(absl::Seconds(1)).Stop();
  Log(StopExecutionCall{run_.arn(), run_.now()});
  EXPECT_THAT(Violations(), IsEmpty());
  First<StopExecutionCall>().stopped_at += absl::Seconds(1);
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStopped, "was told it ended at")));
}

TEST_F(ClientsTest, AnAcknowledgedStopThatDidNothingIsFound) {
  Log(StopExecutionCall{run_.arn(), run_.now()});
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kStopped, "the execution is open")));
}

// ---------------------------------------------------------------- tasks

TEST_F(ClientsTest, ATaskThatWasGivenWasStarted) {
  Log(GetActivityTaskCall{"work", run_.Token(), "{}"});  // not written
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kTaskScheduled, "none of that input")));
  run_.Give();
  EXPECT_THAT(Violations(), IsEmpty());
  First<GetActivityTaskCall>().input = "[]";
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kTaskScheduled, "none of that input")));
}

TEST_F(ClientsTest, ATaskMayBeGivenAgainWithItsToken) {
  run_.Give();
  Log(GetActivityTaskCall{"work", run_.Token(), "{}"});
  run_.Return().Give();
  Log(GetActivityTaskCall{"work", run_.Token(), "{}"});
  EXPECT_THAT(Violations(), IsEmpty());
}

TEST_F(ClientsTest, EachTokenIsAnAttempt) {
  run_.Give();
  Log(GetActivityTaskCall{"work", run_.Token(), "{}"});
  Log(GetActivityTaskCall{
      "work", AuditedRun::TokenOf({run_.execution().facts->id, BranchId(0), 4711, "work"}), "{}"});
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kTaskScheduled, "workers got 2 tasks")));
}

TEST_F(ClientsTest, ATaskOfAnExecutionThatIsNotThereIsFound) {
  run_.Give();
  Log(GetActivityTaskCall{"work", run_.Token(), "{}"});
  EXPECT_THAT(Audit({}, &log_).violations,
              ElementsAre(Breaks(rule::kTaskScheduled, "it is not stored")));
}

TEST_F(ClientsTest, AnAcknowledgedCompletionIsInTheHistory) {
  RunToTheEnd();
  First<SendTaskSuccessCall>().output = "2";
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kCompletionFound, "no such result")));
}

TEST_F(ClientsTest, AnAcknowledgedCompletionWasRecordedBeforeItsAnswer) {
  run_.Give();
  token_ = run_.Token();
  Log(SendTaskSuccessCall{token_, "1"});
  run_.Wait(absl::Seconds(2)).Succeed("1");  // later, by somebody else
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kCompletionFound, "of that time")));
}

TEST_F(ClientsTest, AnAcknowledgedCompletionHasEndedItsTask) {
  run_.Give();
  Log(SendTaskSuccessCall{run_.Token(), "1"});
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kCompletionFound, "is still open")));
}

TEST_F(ClientsTest, AFailureIsFoundWithItsErrorAndCause) {
  run_.Give();
  token_ = run_.Token();
  run_.Fail("E");
  Log(SendTaskFailureCall{token_, "E", std::nullopt});
  EXPECT_THAT(Violations(), IsEmpty());
  First<SendTaskFailureCall>().cause = "C";
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kCompletionFound, "no such result")));
}

TEST_F(ClientsTest, EachCompletionHasAResultOfItsOwn) {
  run_.Give();
  const std::string first = run_.Token();
  run_.Fail("E");
  Log(SendTaskFailureCall{first, "E", std::nullopt});
  run_.Fire().Give();
  const std::string second = run_.Token();
  Log(SendTaskFailureCall{second, "E", std::nullopt}, "unknown");
  EXPECT_THAT(Violations(), IsEmpty());
  log_.calls.back().outcome = "ok";
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kCompletionFound, "no such result")));
  run_.Fail("E");
  EXPECT_THAT(Violations(), IsEmpty());
}

TEST_F(ClientsTest, OneCompletionOfATokenIsAccepted) {
  RunToTheEnd();
  Log(SendTaskFailureCall{token_, "E", std::nullopt}, "TaskTimedOut");
  EXPECT_THAT(Violations(), IsEmpty());
  log_.calls.back().outcome = "ok";
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kCompletionOnce, "both acknowledged")));
}

TEST_F(ClientsTest, NoResultIsAcceptedAfterTheEnd) {
  run_.Give();
  token_ = run_.Token();
  run_.Wait(absl::Seconds(1)).Stop().Wait(absl::Seconds(1));
  Log(SendTaskSuccessCall{token_, "1"}, "TaskTimedOut");
  EXPECT_THAT(Violations(), IsEmpty());
  log_.calls[0].outcome = "ok";
  EXPECT_THAT(Violations(), Contains(Breaks(rule::kLateRefused, "SendTaskSuccess")));
}

TEST_F(ClientsTest, TheEndsTimeIsShownInWholeMilliseconds) {
  run_.Give();
  token_ = run_.Token();
  run_.Wait(absl::Microseconds(300)).Succeed("1");
  Log(SendTaskSuccessCall{token_, "1"});
  const AuditReport report = Audit({run_.Stored()}, &log_, {.database_skew = absl::ZeroDuration()});
  EXPECT_THAT(report.violations, IsEmpty());
}

// A coordinator may answer heartbeats from what it read a second ago.
class HeartbeatsTest : public ClientsTest {
 protected:
  HeartbeatsTest() {
    run_ = AuditedRun(R"({"StartAt": "T", "States": {"T": )" +
                      TaskState(R"("HeartbeatSeconds": 4, "End": true, )") + "}}");
    run_.Give();
    token_ = run_.Token();
  }
};

TEST_F(HeartbeatsTest, AreRefusedSoonAfterAClientKnewOfTheEnd) {
  run_.Stop();
  Log(StopExecutionCall{run_.arn(), run_.now()});
  Log(SendTaskHeartbeatCall{token_}, "ok", absl::Milliseconds(1010));
  EXPECT_THAT(Violations(), IsEmpty());
  Log(SendTaskHeartbeatCall{token_}, "ok", absl::Milliseconds(1011));
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kLateRefused, "SendTaskHeartbeat")));
  log_.calls.back().outcome = "TaskTimedOut";
  EXPECT_THAT(Violations(), IsEmpty());
}

TEST_F(HeartbeatsTest, AreRefusedSoonAfterTheirTaskIsCompleted) {
  run_.Succeed("1");
  Log(SendTaskSuccessCall{token_, "1"});
  Log(SendTaskHeartbeatCall{token_}, "ok", absl::Milliseconds(1011));
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kLateRefused, "SendTaskHeartbeat")));
}

TEST_F(ClientsTest, AResultThatNobodySentIsFoundWithACompleteLog) {
  RunToTheEnd();
  log_.calls.erase(log_.calls.begin() + 3);
  EXPECT_THAT(Violations(), IsEmpty());
  EXPECT_THAT(Violations({.complete_log = true}),
              ElementsAre(Breaks(rule::kCompletionSent, "event 5")));
  Forget(0);
  EXPECT_THAT(Violations({.complete_log = true}),
              ElementsAre(Breaks(rule::kCompletionSent, "event 5")));
}

TEST_F(ClientsTest, ALostReplyMayHaveBeenTheResult) {
  RunToTheEnd();
  log_.calls[3].outcome = "unknown";
  EXPECT_THAT(Violations({.complete_log = true}), IsEmpty());
}

// ---------------------------------------------------------------- the report

TEST_F(ClientsTest, CallsThatNameNothingAreReported) {
  Log(DescribeExecutionCall{"nonsense", "RUNNING", std::nullopt});
  Log(SendTaskHeartbeatCall{"nonsense"});
  Log(SendTaskHeartbeatCall{"nonsense"}, "InvalidToken");
  EXPECT_THAT(Violations(), ElementsAre(Breaks(rule::kCallReadable, "no execution's ARN"),
                                        Breaks(rule::kCallReadable, "no task token")));
}

TEST_F(ClientsTest, CountsWhatItHasSeen) {
  RunToTheEnd();
  const AuditReport report =
      Audit({run_.Stored(), AuditedRun(kTask, "{}", "2").Stored()}, &log_, {});
  EXPECT_EQ(report.open, 1);
  EXPECT_EQ(report.closed, 1);
  EXPECT_EQ(report.events, 10);
  EXPECT_EQ(report.transitions, 4);
  EXPECT_EQ(report.calls, 6);
  EXPECT_EQ(report.violation_count, 0);
}

TEST_F(ClientsTest, KeepsTheFirstViolationsAndCountsAll) {
  AuditedExecution bad = run_.Stored();
  bad.history.clear();
  const AuditReport report = Audit({bad, bad, bad}, nullptr, {.max_violations = 2});
  EXPECT_EQ(report.violations.size(), 2u);
  EXPECT_GT(report.violation_count, 2);
}

TEST_F(ClientsTest, WhatIsExaminedIsCountedOnceAndLeftToTheSourceToReport) {
  AuditedExecution bad = run_.Stored();
  ++bad.execution.last_event_id;
  Auditor auditor;
  const auto at_last_event = Contains(testing::Field(&Finding::rule, rule::kAtLastEvent));
  EXPECT_THAT(auditor.Examine(bad), at_last_event);
  EXPECT_THAT(auditor.ExamineAgain(bad), at_last_event);
  EXPECT_THAT(auditor.ExamineAgain(run_.Stored()), IsEmpty());
  EXPECT_EQ(auditor.report().open, 1);
  EXPECT_EQ(auditor.Finish().violation_count, 0);
}

TEST_F(ClientsTest, ANameOfTwoExecutionsIsFoundAgain) {
  const AuditedExecution other = AuditedRun(kTask).Stored();
  Auditor auditor;
  EXPECT_THAT(auditor.Examine(run_.Stored()), IsEmpty());
  EXPECT_THAT(auditor.ExamineAgain(run_.Stored()), IsEmpty());
  const auto name_once = ElementsAre(testing::Field(&Finding::rule, rule::kNameOnce));
  EXPECT_THAT(auditor.Examine(other), name_once);
  EXPECT_THAT(auditor.ExamineAgain(other), name_once);
}

TEST_F(ClientsTest, SaysWhichExecutionsItStillHasToSee) {
  RunToTheEnd();
  Auditor auditor(&log_);
  EXPECT_THAT(auditor.MissingNames(), ElementsAre(ExecutionName("M", "run")));
  EXPECT_THAT(auditor.MissingIds(), ElementsAre(run_.execution().facts->id));
  auditor.Add(run_.Stored());
  EXPECT_THAT(auditor.MissingNames(), IsEmpty());
  EXPECT_THAT(auditor.MissingIds(), IsEmpty());
  EXPECT_EQ(auditor.Finish().violation_count, 0);
}

}  // namespace
}  // namespace pawl::audit
