// Jobs that calls submit and coordinators look after.

#include "coordinator/engine/job_watch.h"
#include "tests/unit/engine/calls_fixture.h"

namespace pawl::engine {
namespace {

using integrations::CallFailure;
using integrations::CallResult;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::FakeCaller;

constexpr char kJob[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
  "Resource": "arn:aws:states:::batch:submitJob.sync", "TimeoutSeconds": 3600,
  "Parameters": {"JobName": "j"}, "End": true}}})";

class JobsTest : public CallsTest {
 protected:
  JobsTest() { Deploy("job", kJob); }

  // An execution whose job has been submitted.
  void Submit(Engine& node, const std::string& name) {
    ASSERT_TRUE(Start(node, "job", name).ok());
    ASSERT_TRUE(
        caller_.Answer(caller_.begun.size() - 1, CallResult(std::string(R"({"JobId":"1"})"))));
    Run();
  }
  void EndJobs(CallResult how) {
    caller_.job = [how = std::move(how)](const integrations::Call&) { return how; };
  }
};

TEST_F(JobsTest, TheEndOfTheJobIsTheTasksResult) {
  auto node = CallingNode(&caller_);
  Submit(*node, "one");
  std::string asked;
  caller_.job = [&](const integrations::Call& call) {
    asked = call.job;
    return std::nullopt;
  };
  scheduler_.Advance(absl::Seconds(100));
  EXPECT_EQ(asked, R"({"JobId":"1"})");
  EXPECT_EQ(metrics_->jobs_watched.value(), 1);
  EXPECT_EQ(metrics_->calls_under_way.value(), 0);
  EndJobs(CallResult(std::string(R"({"Status":"SUCCEEDED"})")));
  scheduler_.Advance(absl::Seconds(15));
  EXPECT_EQ(Find("job", "one").output, R"({"Status":"SUCCEEDED"})");
  EXPECT_THAT(
      History("job", "one"),
      ElementsAre("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                  "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"));
  EXPECT_THAT(caller_.stopped, IsEmpty());
  EXPECT_EQ(metrics_->jobs_watched.value(), 0);
}

TEST_F(JobsTest, AJobThatFailsFailsTheTask) {
  auto node = CallingNode(&caller_);
  Submit(*node, "one");
  EndJobs(CallResult(CallFailure{"States.TaskFailed", R"({"Status":"FAILED"})"}));
  scheduler_.Advance(absl::Seconds(2));
  EXPECT_EQ(Find("job", "one").error, Text("States.TaskFailed"));
  EXPECT_EQ(Find("job", "one").cause, Text(R"({"Status":"FAILED"})"));
}

TEST_F(JobsTest, OldJobsAreAskedForRarely) {
  EXPECT_EQ(LookPause(absl::ZeroDuration()), absl::Seconds(1));
  EXPECT_EQ(LookPause(absl::Seconds(80)), absl::Seconds(10));
  EXPECT_EQ(LookPause(absl::Hours(100)), absl::Seconds(30));
  auto node = CallingNode(&caller_);
  Submit(*node, "one");
  scheduler_.Advance(absl::Minutes(10));
  EXPECT_LE(caller_.looks, 60);
  const int before = caller_.looks;
  scheduler_.Advance(absl::Minutes(10));
  EXPECT_GE(caller_.looks - before, 19);
  EXPECT_LE(caller_.looks - before, 21);
}

TEST_F(JobsTest, AJobOfANodeThatDiesIsLookedAfterByAnother) {
  auto node = CallingNode(&caller_);
  Submit(*node, "one");
  scheduler_.Advance(absl::Seconds(3));
  scheduler_.Clear();  // the node has died
  FakeCaller other_caller;
  auto other = CallingNode(&other_caller);
  other_caller.job = [](const integrations::Call&) {
    return CallResult(std::string(R"({"Status":"SUCCEEDED"})"));
  };
  scheduler_.Advance(absl::Seconds(12));
  EXPECT_THAT(other_caller.begun, IsEmpty());  // it is not submitted again
  EXPECT_EQ(Find("job", "one").output, R"({"Status":"SUCCEEDED"})");
}

TEST_F(JobsTest, ANodeThatGoesDownLeavesItsJobsToOthersAtOnce) {
  auto node = CallingNode(&caller_);
  Submit(*node, "one");
  scheduler_.Advance(absl::Seconds(100));
  bool drained = false;
  node->Drain([&] { drained = true; });
  Run();
  scheduler_.Advance(absl::Milliseconds(100));
  EXPECT_TRUE(drained);
  FakeCaller other_caller;
  other_caller.job = [](const integrations::Call&) { return CallResult(std::string("{}")); };
  auto other = CallingNode(&other_caller);
  scheduler_.Advance(absl::Seconds(2));
  EXPECT_EQ(Find("job", "one").status, core::Status::kSucceeded);
  EXPECT_THAT(caller_.stopped, IsEmpty());
}

TEST_F(JobsTest, AStopOfTheExecutionStopsItsJob) {
  auto node = CallingNode(&caller_);
  Submit(*node, "one");
  Submit(*node, "other");
  scheduler_.Advance(absl::Seconds(10));
  node->StopExecution("job", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  ASSERT_EQ(caller_.stopped.size(), 1u);
  EXPECT_EQ(caller_.stopped[0].execution_arn, Account().ExecutionArn("job", "one"));
  EXPECT_EQ(caller_.stopped[0].job, R"({"JobId":"1"})");
  EXPECT_EQ(caller_.stopped[0].parameters, R"({"JobName":"j"})");
  EXPECT_EQ(metrics_->jobs_watched.value(), 1);
  EXPECT_EQ(metrics_->jobs_stopped.value(), 1);
}

TEST_F(JobsTest, ATimeOutStopsTheJobWhoeverLooksAfterIt) {
  auto a = CallingNode(&caller_);
  Submit(*a, "one");
  scheduler_.Advance(absl::Seconds(10));
  scheduler_.Clear();  // the node that looked after it has died
  FakeCaller other_caller;
  auto b = CallingNode(&other_caller);
  scheduler_.Advance(absl::Seconds(3600));
  EXPECT_EQ(Find("job", "one").error, Text("States.Timeout"));
  EXPECT_EQ(caller_.stopped.size() + other_caller.stopped.size(), 1u);
}

TEST_F(JobsTest, AJobThatIsBeingSubmittedWhenItIsGivenUpIsStoppedOnceItIsKnown) {
  auto node = CallingNode(&caller_);
  ASSERT_TRUE(Start(*node, "job", "one").ok());
  node->StopExecution("job", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  EXPECT_EQ(caller_.cancelled, 0);
  EXPECT_THAT(caller_.stopped, IsEmpty());
  ASSERT_TRUE(caller_.Answer(0, CallResult(std::string(R"({"JobId":"7"})"))));
  Run();
  ASSERT_EQ(caller_.stopped.size(), 1u);
  EXPECT_EQ(caller_.stopped[0].job, R"({"JobId":"7"})");
}

TEST_F(JobsTest, AStopThatFailsIsTriedAgain) {
  auto node = CallingNode(&caller_);
  Submit(*node, "one");
  int refusals = 2;
  caller_.stop = [&](const integrations::Call&) {
    return refusals-- > 0 ? CallResult(CallFailure{"Batch.SdkClientException", "no route"})
                          : CallResult(std::string("{}"));
  };
  node->StopExecution("job", "one", std::nullopt, std::nullopt, [](auto) {});
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(caller_.stopped.size(), 3u);
  EXPECT_EQ(metrics_->jobs_stopped.value(), 1);
}

}  // namespace
}  // namespace pawl::engine
