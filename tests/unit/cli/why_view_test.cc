#include "cli/why_view.h"

#include "cli/poller_facts.h"
#include "cli/session.h"
#include "coordinator/asl/compile.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::cli {
namespace {

using core::Branch;
using core::Phase;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// 12:20:13 of some day, UTC.
const absl::Time kNow =
    absl::FromCivil(absl::CivilSecond(2026, 3, 4, 12, 20, 13), absl::UTCTimeZone());

constexpr char kDefinition[] = R"({"StartAt": "Batch", "States": {
  "Batch": {"Type": "Map", "End": true, "ItemProcessor": {"StartAt": "Charge", "States": {
    "Charge": {"Type": "Task", "Resource": "arn:aws:states:us-east-1:000000000000:activity:charge",
               "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 4}], "End": true}}}}}})";

class WhyTest : public ::testing::Test {
 protected:
  WhyTest() : compiled_(asl::CompileMachine(kDefinition)) {
    condition_.now = kNow;
    condition_.machine_name = "order";
    condition_.name = "4711";
    condition_.started_at = kNow - absl::Hours(1);
    condition_.claimable_at = absl::InfiniteFuture();
    condition_.nodes = 1;
    condition_.sees_all_sessions = true;
    condition_.execution.last_event_at = kNow - absl::Minutes(1);
    Branch& root = Add(0, 0, 0, Phase::kJoining, "Batch");
    root.join = core::Join{.length = 100, .next_index = 40, .ended = 30, .max_concurrency = 10};
  }

  Branch& Add(int64_t id, int64_t parent, int64_t index, Phase phase, const char* state) {
    Branch& branch = condition_.execution.branches[BranchId(id)];
    branch.id = BranchId(id);
    branch.parent = BranchId(parent);
    branch.index = index;
    branch.phase = phase;
    branch.state = Text(state);
    branch.entered_at = kNow - absl::Minutes(5);
    return branch;
  }
  Branch& AddTask(int64_t id, Phase phase) {
    Branch& branch = Add(id, 0, 17, phase, "Charge");
    branch.task = core::TaskAttempt{.queue = "charge", .scheduled_at = kNow - absl::Minutes(17)};
    return branch;
  }
  Explanation Why(size_t limit = 50) {
    return Explain(condition_, compiled_.machine.get(),
                   {.pollers = pollers_, .limit = limit, .time_zone = absl::UTCTimeZone()});
  }
  // The sentence on the only branch under the root.
  std::string Text1() {
    const Explanation explanation = Why();
    return explanation.branches.size() == 2 ? explanation.branches[1].text : "";
  }

  const asl::CompileResult compiled_;
  store::ExecutionCondition condition_;
  PollerFacts pollers_;
};

TEST_F(WhyTest, AMapSaysHowFarItIs) {
  ASSERT_TRUE(compiled_.ok()) << compiled_.ErrorText();
  const Explanation explanation = Why();
  EXPECT_EQ(explanation.status, "RUNNING");
  ASSERT_THAT(explanation.branches, SizeIs(1));
  EXPECT_EQ(explanation.branches[0].text,
            "Map: 40 of 100 items begun, 10 running, 30 ended; limit 10");
  EXPECT_THAT(explanation.notes, IsEmpty());
}

TEST_F(WhyTest, ATaskSaysWhichWorkersItWaitsFor) {
  AddTask(1, Phase::kScheduled).due_at = kNow + absl::Minutes(3);
  condition_.claimable_at = kNow + absl::Minutes(3);
  pollers_.coordinators = 1;
  condition_.activities["charge"] = {.activity = "charge",
                                     .tasks = {.value = 1240},
                                     .oldest_ready_at = kNow - absl::Hours(30),
                                     .exists = true};
  EXPECT_EQ(Text1(),
            "waits for a worker of activity charge since 12:03:13 (17 min 0 s ago); 1240 tasks of "
            "it wait, the oldest since 2026-03-03 06:20:13; 0 workers poll for it at the "
            "coordinator asked; its TimeoutSeconds ends it at 12:23:13 (in 3 min 0 s)");
  EXPECT_EQ(Why().branches[1].path, "Batch[17] > Charge");
  EXPECT_EQ(Why().branches[1].waits_for, "worker");
  pollers_ = {.coordinators = 2, .by_activity = {{"charge", 1}}};
  EXPECT_THAT(Text1(), HasSubstr("1 worker polls for it at the 2 coordinators asked"));
  condition_.activities["charge"].exists = false;
  EXPECT_THAT(Text1(), HasSubstr("the activity was deleted"));
  pollers_ = {};
  EXPECT_THAT(Text1(), Not(HasSubstr("poll")));
}

TEST_F(WhyTest, ATaskAtAWorkerSaysWhoseAndWhatEndsIt) {
  Branch& branch = AddTask(1, Phase::kStarted);
  EXPECT_THAT(Text1(), HasSubstr("has neither TimeoutSeconds nor HeartbeatSeconds"));
  branch.due_at = kNow + absl::Minutes(2);
  branch.heartbeat_due_at = kNow + absl::Seconds(30);
  condition_.claimable_at = kNow + absl::Seconds(30);
  core::HistoryEvent started;
  started.timestamp = kNow - absl::Minutes(2);
  started.worker_name = Text("w1");
  condition_.last_events.emplace(BranchId(1), started);
  EXPECT_EQ(Text1(),
            "its task of activity charge was given to worker w1 at 12:18:13 (2 min 0 s ago); its "
            "TimeoutSeconds ends it at 12:22:13 (in 2 min 0 s); a heartbeat is due by 12:20:43 (in "
            "30 s)");
  EXPECT_EQ(Why().branches[1].worker, "w1");
  EXPECT_EQ(Why().branches[1].until, kNow + absl::Seconds(30));
}

TEST_F(WhyTest, ACallSaysWhoMakesItAndHowLongItIsLeftToThem) {
  Branch& branch = AddTask(1, Phase::kScheduled);
  branch.task->kind = asl::ResourceKind::kIntegration;
  branch.task->resource = "arn:aws:states:::http:invoke";
  branch.task->queue = ":call";
  pollers_.coordinators = 1;
  EXPECT_EQ(Text1(), "waits for a coordinator to call http:invoke since 12:03:13 (17 min 0 s ago)");
  branch.task->queue = "lambda:f";
  EXPECT_THAT(Text1(), HasSubstr("waits for a worker of the Lambda function f since"));
  EXPECT_THAT(Text1(), HasSubstr("0 workers poll for it"));
  branch.phase = Phase::kStarted;
  branch.task->started_at = kNow - absl::Minutes(2);
  branch.confirm_by = condition_.claimable_at = kNow + absl::Seconds(30);
  EXPECT_EQ(Text1(),
            "its call of http:invoke is being made since 12:18:13 (2 min 0 s ago); unless whoever "
            "makes it says that it still does, it is made again at 12:20:43 (in 30 s)");
  EXPECT_EQ(Why().branches[1].waits_for, "call");
}

TEST_F(WhyTest, ATokenThatIsAwaitedIsSaidToBe) {
  Branch& branch = AddTask(1, Phase::kSubmitted);
  branch.task->kind = asl::ResourceKind::kIntegration;
  branch.task->resource = "arn:aws:states:::lambda:invoke.waitForTaskToken";
  core::HistoryEvent submitted;
  submitted.timestamp = kNow - absl::Minutes(1);
  condition_.last_events.emplace(BranchId(1), submitted);
  EXPECT_EQ(Text1(),
            "waits for the task token that it sent with lambda:invoke.waitForTaskToken since "
            "12:19:13 (1 min 0 s ago); it has neither TimeoutSeconds nor HeartbeatSeconds: if the "
            "token is lost, it waits until somebody ends the execution");
  EXPECT_EQ(Why().branches[1].waits_for, "token");
}

TEST_F(WhyTest, AJobSaysWhatItIsAndWhetherAnybodyLooksAfterIt) {
  Branch& branch = AddTask(1, Phase::kSubmitted);
  branch.task->kind = asl::ResourceKind::kIntegration;
  branch.task->resource = "arn:aws:states:::batch:submitJob.sync";
  branch.task->queue = ":job";
  branch.task->job = Text(R"({"JobId":"j-1"})");
  branch.task->started_at = kNow - absl::Minutes(2);
  branch.confirm_by = condition_.claimable_at = kNow + absl::Seconds(30);
  EXPECT_EQ(Text1(),
            "waits for the end of the job that batch:submitJob.sync submitted at 12:18:13 (2 min 0 "
            R"(s ago), {"JobId":"j-1"}; a coordinator looks after it, and others do from 12:20:43 )"
            "(in 30 s)");
  EXPECT_EQ(Why().branches[1].waits_for, "job");
  branch.confirm_by.reset();
  EXPECT_THAT(Text1(), HasSubstr("no coordinator looks after it now"));
}

TEST_F(WhyTest, ABackoffSaysWhichAttemptAndWhy) {
  Branch& branch = Add(1, 0, 3, Phase::kBackoff, "Charge");
  branch.retries = {2};
  branch.due_at = condition_.claimable_at = kNow + absl::Minutes(4);
  core::HistoryEvent failed;
  failed.timestamp = kNow - absl::Seconds(13);
  failed.error = Text("CardDeclined");
  failed.cause = Text("limit");
  condition_.last_events.emplace(BranchId(1), failed);
  EXPECT_EQ(Text1(),
            "backoff: attempt 3 of 5 begins at 12:24:13 (in 4 min 0 s); failed at 12:20:00 with "
            "CardDeclined: limit");
}

TEST_F(WhyTest, ATimerSaysWhetherItIsOverdueOrWouldBeMissed) {
  Branch& branch = Add(1, 0, 3, Phase::kWaiting, "Charge");
  branch.due_at = condition_.claimable_at = kNow + absl::Minutes(4);
  EXPECT_EQ(Text1(), "waits until 12:24:13 (in 4 min 0 s)");
  branch.due_at = condition_.claimable_at = kNow - absl::Minutes(4);
  EXPECT_THAT(Text1(), AllOf(HasSubstr("overdue"), HasSubstr("1 node is connected")));
  condition_.nodes = 0;
  EXPECT_THAT(Text1(), HasSubstr("no coordinator seems to run"));
  EXPECT_THAT(Why().notes, ElementsAre(HasSubstr("it is due for a node since 12:16:13"),
                                       HasSubstr("no node is connected")));
  condition_.sees_all_sessions = false;
  EXPECT_THAT(Text1(), HasSubstr("not to be seen"));
  condition_.claimable_at = kNow + absl::Hours(1);
  EXPECT_THAT(Text1(),
              HasSubstr("BROKEN: waits until 12:16:13 (4 min 0 s ago), and no node looks"));
}

TEST_F(WhyTest, AStepIsInHandDueOrNeverTaken) {
  Add(1, 0, 3, Phase::kReady, "Charge");
  condition_.claimable_at = kNow + absl::Seconds(2);
  EXPECT_THAT(Text1(), HasSubstr("a node has it in hand until 12:20:15"));
  condition_.claimable_at = kNow - absl::Seconds(2);
  EXPECT_THAT(Text1(), HasSubstr("due since 12:20:11 (2.0 s ago); 1 node is connected"));
  condition_.claimable_at = absl::InfiniteFuture();
  EXPECT_THAT(Text1(), HasSubstr("BROKEN: has a step to take and no node will ever look"));
}

TEST_F(WhyTest, LocksDeletionAndTimeoutsOfTheWholeAreNotes) {
  condition_.claimable_at = kNow - absl::Minutes(1);
  condition_.machine_deleting = true;
  condition_.execution.timeout_at = kNow + absl::Hours(30);
  condition_.locks.push_back({.pid = 4711,
                              .application = "psql",
                              .user = "ann",
                              .state = "idle in transaction",
                              .query = "update pawl.execution",
                              .since = kNow - absl::Hours(2)});
  EXPECT_THAT(
      Why().notes,
      ElementsAre("its state machine was deleted: its next step ends it",
                  "TimeoutSeconds of the state machine ends it at 2026-03-05 18:20:13 (in 1 "
                  "d 6 h)",
                  "it is due for a node since 12:19:13 (1 min 0 s ago): its row is locked "
                  "(below)",
                  "its row is locked by pid 4711 (psql) of user ann, idle in transaction, "
                  "since 10:20:13 (2 h 0 min ago): update pawl.execution"));
}

TEST_F(WhyTest, BranchesAreATreeInTheOrderOfTheirPlaceWithoutThoseThatHaveEnded) {
  Add(3, 0, 2, Phase::kReady, "Charge");
  Add(2, 0, 5, Phase::kJoining, "Inner").join = core::Join{.length = 2, .next_index = 2};
  Add(1, 0, 1, Phase::kEnded, "Charge");
  Add(4, 2, 1, Phase::kReady, "Leaf");
  std::vector<std::string> paths;
  for (const WhyBranch& branch : Why().branches) paths.push_back(branch.path);
  EXPECT_THAT(paths, ElementsAre("Batch", "Batch[2] > Charge", "Batch[5] > Inner",
                                 "Batch[5] > Inner[1] > Leaf"));
  const Explanation few = Why(2);
  EXPECT_THAT(few.branches, SizeIs(2));
  EXPECT_EQ(few.left_out, 2);
  EXPECT_THAT(WhyText(few), HasSubstr("and 2 more branches (--all shows them)"));
}

TEST_F(WhyTest, AClosedOneSaysHowAndWhen) {
  condition_.closed = store::ClosedFacts{.status = core::Status::kFailed,
                                         .closed_at = kNow - absl::Minutes(10),
                                         .error = "CardDeclined",
                                         .cause = "limit"};
  condition_.execution = {};
  EXPECT_EQ(Why().headline,
            "closed: FAILED at 12:10:13 (10 min 0 s ago), after 50 min 0 s, with CardDeclined: "
            "limit");
  EXPECT_THAT(Why().branches, IsEmpty());
}

TEST_F(WhyTest, JsonHasTheSame) {
  AddTask(1, Phase::kScheduled).due_at = kNow + absl::Minutes(3);
  const auto answer = Answer::Parse(WhyJson(Why()));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->Text("execution"), "order/4711");
  const Json branch = answer->json().Find("branches").items()[1];
  EXPECT_EQ(branch.Find("path").as_string(), "Batch[17] > Charge");
  EXPECT_EQ(branch.Find("waitsFor").as_string(), "worker");
  EXPECT_EQ(branch.Find("activity").as_string(), "charge");
  EXPECT_EQ(branch.Find("since").as_string(), "2026-03-04T12:03:13Z");
  EXPECT_EQ(branch.Find("until").as_string(), "2026-03-04T12:23:13Z");
}

TEST(PollerFacts, AreReadFromMetricsAndAddedUp) {
  PollerFacts facts;
  EXPECT_FALSE(ReadPollers("pawl_pollers 3\n", &facts));
  const char metrics[] =
      "# TYPE pawl_activity_pollers gauge\n"
      "pawl_activity_pollers{activity=\"order-charge\"} 2\n"
      "pawl_activity_pollers{activity=\"other\"} 0\n";
  EXPECT_TRUE(ReadPollers(metrics, &facts));
  EXPECT_TRUE(ReadPollers(metrics, &facts));
  EXPECT_TRUE(ReadPollers("# TYPE pawl_activity_pollers gauge\n", &facts));
  EXPECT_EQ(facts.coordinators, 3);
  EXPECT_EQ(facts.by_activity, (std::map<std::string, int64_t>{{"order-charge", 4}, {"other", 0}}));
}

}  // namespace
}  // namespace pawl::cli
