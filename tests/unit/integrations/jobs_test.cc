// The calls about jobs, and what their answers say.

#include "coordinator/integrations/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "coordinator/base/json.h"

namespace pawl::integrations {
namespace {

using testing::HasSubstr;

Call Submitted(std::string service, std::string action, std::string parameters, std::string job) {
  return {.service = std::move(service),
          .action = std::move(action),
          .parameters = std::move(parameters),
          .max_result_bytes = 1000,
          .job = std::move(job),
          .made_at = absl::FromUnixSeconds(1000)};
}

struct LookCase {
  const char* service;
  const char* action;
  const char* parameters;
  const char* job;
  const char* look;     // action and parameters
  const char* running;  // an answer
  const char* ended;    // another
  const char* result;   // of the task
  const char* failed;   // one of a job that failed
  const char* stop;     // action and parameters; empty: none
};

constexpr LookCase kLooks[] = {
    {"batch", "submitJob", R"({"JobName":"j"})", R"({"JobArn":"a","JobId":"7"})",
     R"(describeJobs {"Jobs":["7"]})", R"({"Jobs":[{"JobId":"7","Status":"RUNNABLE"}]})",
     R"({"Jobs":[{"JobId":"7","Status":"SUCCEEDED"}]})", R"({"JobId":"7","Status":"SUCCEEDED"})",
     R"({"Jobs":[{"JobId":"7","Status":"FAILED"}]})",
     R"(terminateJob {"JobId":"7","Reason":"The execution that started it does not wait for it any more"})"},
    {"ecs", "runTask", R"({"Cluster":"c"})", R"({"Tasks":[{"TaskArn":"t"}],"Failures":[]})",
     R"(describeTasks {"Cluster":"c","Tasks":["t"]})", R"({"Tasks":[{"LastStatus":"PENDING"}]})",
     R"({"Tasks":[{"Containers":[{"ExitCode":0}],"LastStatus":"STOPPED"}]})",
     R"({"Containers":[{"ExitCode":0}],"LastStatus":"STOPPED"})",
     R"({"Tasks":[{"Containers":[{"ExitCode":0},{"ExitCode":3}],"LastStatus":"STOPPED"}]})",
     R"(stopTask {"Cluster":"c","Task":"t","Reason":"The execution that started it does not wait for it any more"})"},
    {"ecs", "runTask", R"({})", R"({"Tasks":[{"TaskArn":"t"}]})",
     R"(describeTasks {"Tasks":["t"]})", R"({"Tasks":[{"LastStatus":"RUNNING"}]})",
     R"({"Tasks":[{"Containers":[{"ExitCode":0}],"LastStatus":"STOPPED","StopCode":"EssentialContainerExited"}]})",
     R"({"Containers":[{"ExitCode":0}],"LastStatus":"STOPPED","StopCode":"EssentialContainerExited"})",
     R"({"Tasks":[{"Containers":[],"LastStatus":"STOPPED","StopCode":"TaskFailedToStart"}]})",
     R"(stopTask {"Task":"t","Reason":"The execution that started it does not wait for it any more"})"},
    {"glue", "startJobRun", R"({"JobName":"g"})", R"({"JobRunId":"r"})",
     R"(getJobRun {"JobName":"g","RunId":"r"})", R"({"JobRun":{"JobRunState":"STOPPING"}})",
     R"({"JobRun":{"JobRunState":"SUCCEEDED"}})", R"({"JobRunState":"SUCCEEDED"})",
     R"({"JobRun":{"JobRunState":"TIMEOUT"}})",
     R"(batchStopJobRun {"JobName":"g","JobRunIds":["r"]})"},
    {"athena", "startQueryExecution", R"({"QueryString":"q"})", R"({"QueryExecutionId":"q1"})",
     R"(getQueryExecution {"QueryExecutionId":"q1"})",
     R"({"QueryExecution":{"Status":{"State":"QUEUED"}}})",
     R"({"QueryExecution":{"Status":{"State":"SUCCEEDED"}}})",
     R"({"QueryExecution":{"Status":{"State":"SUCCEEDED"}}})",
     R"({"QueryExecution":{"Status":{"State":"CANCELLED"}}})",
     R"(stopQueryExecution {"QueryExecutionId":"q1"})"},
    {"codebuild", "startBuild", R"({"ProjectName":"p"})", R"({"Build":{"Id":"p:1"}})",
     R"(batchGetBuilds {"Ids":["p:1"]})", R"({"Builds":[{"BuildStatus":"IN_PROGRESS"}]})",
     R"({"Builds":[{"BuildStatus":"SUCCEEDED"}]})", R"({"Build":{"BuildStatus":"SUCCEEDED"}})",
     R"({"Builds":[{"BuildStatus":"FAULT"}]})", R"(stopBuild {"Id":"p:1"})"},
    {"sagemaker", "createTrainingJob", R"({"TrainingJobName":"t"})", R"({"TrainingJobArn":"a"})",
     R"(describeTrainingJob {"TrainingJobName":"t"})", R"({"TrainingJobStatus":"InProgress"})",
     R"({"TrainingJobStatus":"Completed"})", R"({"TrainingJobStatus":"Completed"})",
     R"({"TrainingJobStatus":"Failed"})", R"(stopTrainingJob {"TrainingJobName":"t"})"},
    {"eks", "runJob",
     R"({"ClusterName":"k","CertificateAuthority":"YQ==","Endpoint":"https://e","Namespace":"n s","Job":{}})",
     R"({"ResponseBody":{"metadata":{"name":"j-1"}},"StatusCode":201,"StatusText":"Created"})",
     R"(call {"ClusterName":"k","CertificateAuthority":"YQ==","Endpoint":"https://e","Method":"GET","Path":"/apis/batch/v1/namespaces/n%20s/jobs/j-1"})",
     R"({"ResponseBody":{"status":{"active":1,"conditions":[{"type":"Suspended","status":"True"}]}},"StatusCode":200})",
     R"({"ResponseBody":{"status":{"conditions":[{"type":"Complete","status":"True"}],"succeeded":1}},"StatusCode":200})",
     R"({"status":{"conditions":[{"type":"Complete","status":"True"}],"succeeded":1}})",
     R"({"ResponseBody":{"status":{"conditions":[{"type":"Failed","status":"True"}]}},"StatusCode":200})",
     R"(call {"ClusterName":"k","CertificateAuthority":"YQ==","Endpoint":"https://e","Method":"DELETE","Path":"/apis/batch/v1/namespaces/n%20s/jobs/j-1","QueryParameters":{"propagationPolicy":["Background"]}})"},
    {"eks", "createCluster", R"({"Name":"k"})", R"({"Cluster":{}})",
     R"(describeCluster {"Name":"k"})", R"({"Cluster":{"Status":"CREATING"}})",
     R"({"Cluster":{"Status":"ACTIVE"}})", R"({"Cluster":{"Status":"ACTIVE"}})",
     R"({"Cluster":{"Status":"FAILED"}})", ""},
};

TEST(JobsTest, AreAskedForAndStopped) {
  for (const LookCase& one : kLooks) {
    SCOPED_TRACE(std::string(one.service) + ":" + one.action);
    const JobRule& rule = *FindJobRule(one.service, one.action);
    const Call call = Submitted(one.service, one.action, one.parameters, one.job);
    const auto look = LookCall(rule, call);
    ASSERT_TRUE(look.ok());
    EXPECT_EQ(look->service, one.service);
    EXPECT_TRUE(look->of_job);
    EXPECT_EQ(look->action + " " + look->parameters, one.look);
    const auto stop = StopCall(rule, call);
    EXPECT_EQ(stop ? stop->action + " " + stop->parameters : "", one.stop);

    const auto read = [&](const char* answer) {
      return ReadLook(rule, call, CallResult(std::string(answer)), call.made_at);
    };
    EXPECT_FALSE(read(one.running).has_value());
    const auto ended = read(one.ended);
    ASSERT_TRUE(ended && ended->ok());
    EXPECT_EQ(**ended, one.result);
    const auto failed = read(one.failed);
    ASSERT_TRUE(failed && !failed->ok());
    EXPECT_EQ(failed->error().error, "States.TaskFailed");
    JsonArena arena;
    const Json cause = *ParseJson(*failed->error().cause, &arena);
    const Json job = rule.result.empty() ? cause : cause.Find(rule.result);
    EXPECT_THAT(one.failed, HasSubstr(WriteJson(job)));
  }
}

TEST(JobsTest, ThatAreNotThereYetAreWaitedForAWhile) {
  const JobRule& rule = *FindJobRule("batch", "submitJob");
  const Call call = Submitted("batch", "submitJob", "{}", R"({"JobId":"7"})");
  const CallResult none(std::string(R"({"Jobs":[]})"));
  EXPECT_FALSE(ReadLook(rule, call, none, call.made_at + absl::Seconds(59)).has_value());
  const auto missing = ReadLook(rule, call, none, call.made_at + absl::Seconds(60));
  ASSERT_TRUE(missing && !missing->ok());
  EXPECT_EQ(missing->error().error, "States.TaskFailed");
  EXPECT_EQ(missing->error().cause, R"({"Jobs":[]})");
}

TEST(JobsTest, ThatCannotBeAskedForFailTheirTasksUnlessItPasses) {
  const JobRule& rule = *FindJobRule("batch", "submitJob");
  const Call call = Submitted("batch", "submitJob", "{}", R"({"JobId":"7"})");
  const absl::Time late = call.made_at + absl::Hours(1);
  const CallFailure denied{"Batch.AWSBatchException", "not authorized"};
  const auto failed = ReadLook(rule, call, CallResult(denied), late);
  ASSERT_TRUE(failed && !failed->ok());
  EXPECT_EQ(failed->error().error, "Batch.AWSBatchException");
  const CallFailure throttled{"Batch.AWSBatchException", "slow down", /*passing=*/true};
  EXPECT_FALSE(ReadLook(rule, call, CallResult(throttled), late).has_value());
}

TEST(JobsTest, OfRemovalsEndWhenNothingIsLeft) {
  const JobRule& rule = *FindJobRule("eks", "deleteCluster");
  const Call call = Submitted(
      "eks", "deleteCluster", R"({"Name":"k"})",
      R"({"Cluster":{"Status":"DELETING"},"SdkHttpMetadata":{},"SdkResponseMetadata":{}})");
  EXPECT_FALSE(ReadLook(rule, call, CallResult(std::string(R"({"Cluster":{"Status":"DELETING"}})")),
                        call.made_at)
                   .has_value());
  const CallFailure gone{"EKS.ResourceNotFoundException", "No cluster found"};
  const auto ended = ReadLook(rule, call, CallResult(gone), call.made_at);
  ASSERT_TRUE(ended && ended->ok());
  EXPECT_EQ(**ended, R"({"Cluster":{"Status":"DELETING"}})");
}

TEST(JobsTest, WithoutANameFailTheirTasks) {
  const JobRule& rule = *FindJobRule("ecs", "runTask");
  const Call call =
      Submitted("ecs", "runTask", "{}", R"({"Failures":[{"Reason":"RESOURCE:CPU"}],"Tasks":[]})");
  const auto look = LookCall(rule, call);
  ASSERT_FALSE(look.ok());
  EXPECT_EQ(look.error().error, "States.TaskFailed");
  EXPECT_THAT(*look.error().cause, HasSubstr("RESOURCE:CPU"));
  EXPECT_FALSE(StopCall(rule, call).has_value());
}

TEST(JobsTest, ThatWereAcceptedBeforeAreKnownByTheirNames) {
  Call call = Submitted("sagemaker", "createTrainingJob", R"({"TrainingJobName":"t"})", "");
  call.submits = true;
  const CallFailure taken{"SageMaker.ResourceInUseException", "there is one"};
  EXPECT_FALSE(WasAccepted(call, taken));
  call.repeated = true;
  EXPECT_TRUE(WasAccepted(call, taken));
  EXPECT_FALSE(WasAccepted(call, {"SageMaker.ValidationException", ""}));
  // The service gives its jobs names of its own: this is another one.
  call.service = "batch";
  call.action = "submitJob";
  EXPECT_FALSE(WasAccepted(call, {"Batch.ResourceInUseException", ""}));
}

TEST(JobsTest, WhoseResultIsTooLargeFailTheirTasks) {
  const JobRule& rule = *FindJobRule("batch", "submitJob");
  const Call call = Submitted("batch", "submitJob", "{}", R"({"JobId":"7"})");
  const std::string much =
      R"({"Jobs":[{"Status":"SUCCEEDED","JobName":")" + std::string(2000, 'x') + R"("}]})";
  const auto ended = ReadLook(rule, call, CallResult(much), call.made_at);
  ASSERT_TRUE(ended && !ended->ok());
  EXPECT_EQ(ended->error().error, "States.DataLimitExceeded");
}

TEST(JobRulesTest, HaveAllThatIsNeeded) {
  std::set<std::string> seen;
  for (const JobRule& rule : AllJobRules()) {
    const std::string name = std::string(rule.service) + ":" + std::string(rule.action);
    SCOPED_TRACE(name);
    EXPECT_TRUE(seen.insert(name).second);
    EXPECT_FALSE(rule.look.action.empty());
    EXPECT_FALSE(rule.look.parameters.empty());
    EXPECT_TRUE(rule.ended != nullptr || !rule.status.empty());
    EXPECT_TRUE(rule.ended != nullptr || rule.is_removal || !rule.succeeded.empty());
    for (const JobCall& call : {rule.look, rule.stop}) {
      for (const JobParameter& parameter : call.parameters) {
        EXPECT_NE(std::string_view("<>=/{").find(parameter.from.front()), std::string_view::npos);
      }
    }
  }
}

}  // namespace
}  // namespace pawl::integrations
