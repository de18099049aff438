#include "worker/activity_worker.h"

#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/worker/http_stub.h"

namespace pawl::worker {
namespace {

using testing::HasSubstr;

// A coordinator with one task to give, which asks the worker to stop once it has been told the end.
class OneTask {
 public:
  explicit OneTask(std::string input = "{}")
      : input_(std::move(input)),
        server_([this](const StubRequest& request) { return Answer(request); }) {}

  // What the worker told: the operation and its body.
  StubRequest Run(Options options) {
    options.endpoints = {server_.endpoint()};
    options.activity_arn = "arn:aws:states:us-east-1:000000000000:activity:a";
    options.activity_name = "a";
    options.worker_name = "w";
    EXPECT_EQ(ActivityWorker(options, &stop_).Serve(), absl::OkStatus());
    for (const StubRequest& request : server_.requests()) {
      if (request.operation.starts_with("SendTask") && request.operation != "SendTaskHeartbeat")
        return request;
    }
    return {};
  }
  int CountOf(const std::string& operation) const {
    int count = 0;
    for (const StubRequest& request : server_.requests()) count += request.operation == operation;
    return count;
  }

  std::optional<StubAnswer> heartbeat_answer;
  std::optional<StubAnswer> first_poll_answer;
  // Asks the worker to stop at the first heartbeat, then makes this file.
  std::string stopped_file;

 private:
  StubAnswer Answer(const StubRequest& request) {
    if (request.operation == "GetActivityTask") {
      if (first_poll_answer) return *std::exchange(first_poll_answer, std::nullopt);
      if (std::exchange(given_, true)) {
        stop_.Raise();
        return {};
      }
      std::string body = R"({"taskToken":"token-1","input":)";
      AppendJsonString(input_, &body);
      return {.body = body + "}"};
    }
    if (request.operation == "SendTaskHeartbeat" && !stopped_file.empty()) {
      stop_.Raise();
      std::ofstream(stopped_file) << "stopped";
    }
    if (request.operation == "SendTaskHeartbeat" && heartbeat_answer) {
      stop_.Raise();
      return *heartbeat_answer;
    }
    if (request.operation == "SendTaskSuccess" || request.operation == "SendTaskFailure")
      stop_.Raise();
    return {};
  }

  const std::string input_;
  bool given_ = false;
  StopSignal stop_;
  HttpStub server_;
};

TEST(ActivityWorker, OutputOfACommandThatSucceedsIsTheTasks) {
  OneTask task(R"({"n":1})");
  const StubRequest told = task.Run({.command = "cat"});
  EXPECT_EQ(told.operation, "SendTaskSuccess");
  EXPECT_THAT(told.body, HasSubstr(R"("taskToken":"token-1")"));
  EXPECT_THAT(told.body, HasSubstr(R"("output":"{\"n\":1}")"));
  EXPECT_EQ(task.CountOf("CreateActivity"), 1);
}

TEST(ActivityWorker, FailureOfACommandIsTheTasksWithErrorOutputAsCause) {
  OneTask task;
  const StubRequest told = task.Run({.command = "echo no card >&2; exit 3"});
  EXPECT_EQ(told.operation, "SendTaskFailure");
  EXPECT_THAT(told.body, HasSubstr(R"("error":"Pawl.CommandFailed")"));
  EXPECT_THAT(told.body, HasSubstr(R"("cause":"no card\n")"));
}

TEST(ActivityWorker, SilentFailureSaysHowTheCommandEnded) {
  EXPECT_THAT(OneTask().Run({.command = "exit 3"}).body, HasSubstr("the command exited with 3"));
}

TEST(ActivityWorker, CommandMayNameItsError) {
  const StubRequest told =
      OneTask().Run({.command = R"(echo '{"Error":"CardDeclined","Cause":"limit"}'; exit 1)"});
  EXPECT_THAT(told.body, HasSubstr(R"("error":"CardDeclined")"));
  EXPECT_THAT(told.body, HasSubstr(R"("cause":"limit")"));
}

TEST(ActivityWorker, OutputThatIsNoJsonFailsTheTask) {
  const StubRequest told = OneTask().Run({.command = "echo hello"});
  EXPECT_EQ(told.operation, "SendTaskFailure");
  EXPECT_THAT(told.body, HasSubstr(R"("error":"Pawl.InvalidOutput")"));
  EXPECT_THAT(told.body, HasSubstr("hello"));
}

TEST(ActivityWorker, MissingActivityIsAnErrorWhenItMayNotBeCreated) {
  StopSignal stop;
  HttpStub server([](const StubRequest&) {
    return StubAnswer{400, R"({"__type":"ActivityDoesNotExist","message":"no such activity"})"};
  });
  const absl::Status status = ActivityWorker({.endpoints = {server.endpoint()},
                                              .activity_arn = "arn",
                                              .activity_name = "a",
                                              .create_activity = false},
                                             &stop)
                                  .Serve();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
}

TEST(ActivityWorker, ActivityThatWasDeletedIsMadeAgain) {
  OneTask task;
  task.first_poll_answer = StubAnswer{400, R"({"__type":"ActivityDoesNotExist","message":"gone"})"};
  EXPECT_EQ(task.Run({.command = "cat"}).operation, "SendTaskSuccess");
  EXPECT_EQ(task.CountOf("CreateActivity"), 2);
}

TEST(ActivityWorker, CoordinatorThatComesBackIsUsedAgain) {
  OneTask task;
  task.first_poll_answer = StubAnswer{.hang_up = true};
  EXPECT_EQ(task.Run({.command = "cat"}).operation, "SendTaskSuccess");
}

TEST(ActivityWorker, CommandOfATaskThatIsNoLongerOpenIsEnded) {
  OneTask task;
  task.heartbeat_answer = StubAnswer{400, R"({"__type":"TaskTimedOut","message":"late"})"};
  EXPECT_EQ(
      task.Run({.command = "tail -f /dev/null", .heartbeat = absl::Milliseconds(20)}).operation,
      "");
  EXPECT_EQ(task.CountOf("SendTaskHeartbeat"), 1);
}

TEST(ActivityWorker, HandlerThatCompletesLeavesTheTaskOpen) {
  OneTask task;
  EXPECT_EQ(task.Run({.command = "true", .handler_completes = true}).operation, "");
}

TEST(ActivityWorker, TaskInHandIsFinishedAfterAStop) {
  OneTask task;
  task.stopped_file = testing::TempDir() + "pawl-worker-stopped";
  std::remove(task.stopped_file.c_str());
  const std::string command =
      StrCat("until [ -e ", task.stopped_file, " ]; do sleep 0.01; done; cat");
  EXPECT_EQ(task.Run({.command = command, .heartbeat = absl::Milliseconds(20)}).operation,
            "SendTaskSuccess");
}

}  // namespace
}  // namespace pawl::worker
