#include "worker/worker.h"

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/worker/fake_coordinator.h"
#include "worker/result_request.h"

namespace pawl::worker {
namespace {

using testing::HasSubstr;

// A worker that runs in a thread of its own until it is stopped.
class RunningWorker {
 public:
  RunningWorker(Options options, ActivityOptions activity, Handler handler) : worker_(options) {
    worker_.Register("a", activity, std::move(handler));
    thread_ = std::thread([this] { status_ = worker_.Run(&stop_); });
  }
  ~RunningWorker() {
    if (thread_.joinable()) {
      EXPECT_EQ(Stop(), absl::OkStatus());
    }
  }
  void BeginStop() { stop_.Raise(); }
  absl::Status Stop() {
    stop_.Raise();
    return Join();
  }
  absl::Status Join() {
    thread_.join();
    return status_;
  }
  Counts counts() const { return worker_.counts(); }

 private:
  StopSignal stop_;
  Worker worker_;
  absl::Status status_;
  std::thread thread_;
};

Options At(const FakeCoordinator& coordinator) {
  return {.coordinators = {coordinator.address()},
          .name = "w",
          .reconnect_delay_min = absl::Milliseconds(1),
          .reconnect_delay_max = absl::Milliseconds(20)};
}

TaskResult Echo(TaskContext& task) { return task.input(); }

TEST(Worker, OutputOfTheHandlerIsTheTasks) {
  FakeCoordinator coordinator;
  RunningWorker worker(At(coordinator), {}, Echo);
  ASSERT_TRUE(coordinator.Give("t", R"({"n":1})"));
  EXPECT_EQ(coordinator.AwaitResult("t").complete_task().output(), R"({"n":1})");
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(worker.counts().results_recorded, 1);
  const auto requests = coordinator.requests();
  EXPECT_EQ(requests[0].hello().worker_name(), "w");
  EXPECT_EQ(requests[1].grant_slots().activity(), "a");
  EXPECT_TRUE(requests[1].grant_slots().create_activity());
  EXPECT_EQ(coordinator.closed(), 1);
}

TEST(Worker, ServesAFunctionAndAnActivityOfOneName) {
  FakeCoordinator coordinator;
  StopSignal stop;
  Worker worker(At(coordinator));
  worker.Register("f", {}, [](TaskContext&) { return "\"activity\""; });
  worker.RegisterFunction("f", {}, [](TaskContext& task) {
    return StrCat("[\"", task.invocation()->request_id, "\",", task.input(), "]");
  });
  std::thread thread([&] { EXPECT_EQ(worker.Run(&stop), absl::OkStatus()); });
  v1::Task task;
  task.set_task_token("t1");
  task.set_input("{}");
  task.mutable_invocation()->set_function("f");
  task.mutable_invocation()->set_request_id("r");
  ASSERT_TRUE(coordinator.Give(task));
  ASSERT_TRUE(coordinator.Give("t2", "{}", "f"));
  EXPECT_EQ(coordinator.AwaitResult("t1").complete_task().output(), R"(["r",{}])");
  EXPECT_EQ(coordinator.AwaitResult("t2").complete_task().output(), R"("activity")");
  stop.Raise();
  thread.join();
}

TEST(Worker, NeverHasMoreTasksThanItsConcurrency) {
  FakeCoordinator coordinator;
  absl::Notification go;
  RunningWorker worker(At(coordinator), {.concurrency = 2}, [&](TaskContext& task) {
    if (task.token() != "t3") go.WaitForNotification();
    return "{}";
  });
  ASSERT_TRUE(coordinator.Give("t1"));
  ASSERT_TRUE(coordinator.Give("t2"));
  ASSERT_TRUE(coordinator.AwaitConfirmation("t1"));
  ASSERT_TRUE(coordinator.AwaitConfirmation("t2"));
  int slots = 0;
  for (const auto& request : coordinator.requests()) slots += request.grant_slots().slots();
  EXPECT_EQ(slots, 2);
  go.Notify();
  EXPECT_TRUE(coordinator.Give("t3"));
  EXPECT_TRUE(coordinator.AwaitResult("t3").has_complete_task());
}

TEST(Worker, GrantsTheSlotJustBeforeTheResult) {
  FakeCoordinator coordinator;
  RunningWorker worker(At(coordinator), {}, Echo);
  ASSERT_TRUE(coordinator.Give("t"));
  ASSERT_TRUE(coordinator.AwaitResult("t").has_complete_task());
  const auto requests = coordinator.requests();
  ASSERT_TRUE(requests.back().has_complete_task());
  EXPECT_EQ(requests[requests.size() - 2].grant_slots().slots(), 1);
}

struct FailureCase {
  std::string name;
  Handler handler;
  std::string error;
  std::string cause;
};

class FailureTest : public testing::TestWithParam<FailureCase> {};

TEST_P(FailureTest, IsTold) {
  FakeCoordinator coordinator;
  RunningWorker worker(At(coordinator), {}, GetParam().handler);
  ASSERT_TRUE(coordinator.Give("t"));
  const v1::FailTaskRequest told = coordinator.AwaitResult("t").fail_task();
  EXPECT_EQ(told.error(), GetParam().error);
  EXPECT_THAT(told.cause(), HasSubstr(GetParam().cause));
}

INSTANTIATE_TEST_SUITE_P(
    Handlers, FailureTest,
    testing::ValuesIn(std::vector<FailureCase>{
        {"ThrownTaskErrorKeepsItsWords",
         [](TaskContext&) -> TaskResult {
           throw TaskError{"CardDeclined", "limit"};
         },
         "CardDeclined", "limit"},
        {"ReturnedTaskErrorDoesToo",
         [](TaskContext&) -> TaskResult {
           return TaskError{"CardDeclined", "limit"};
         },
         "CardDeclined", "limit"},
        {"ExceptionIsNamedByTheLibrary",
         [](TaskContext&) -> TaskResult { throw std::runtime_error("no route"); },
         "Pawl.HandlerException", "no route"},
        {"AnythingElseThrownIsAnException", [](TaskContext&) -> TaskResult { throw 7; },
         "Pawl.HandlerException", "no std::exception"},
        {"OutputMustBeJson", [](TaskContext&) -> TaskResult { return "hello"; },
         "Pawl.InvalidOutput", "hello"},
        {"OutputMustNotBeTooLong",
         [](TaskContext&) -> TaskResult { return "\"" + std::string(16u << 20, 'x') + "\""; },
         "Pawl.InvalidOutput", "more than 16777216 bytes"},
        {"TextsAreMadeUtf8",
         [](TaskContext&) -> TaskResult {
           throw TaskError{"E\xFF", "c\xFF"};
         },
         "E\uFFFD", "c\uFFFD"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Worker, BeatsForARunningTaskAndCancelsItWhenItIsOver) {
  FakeCoordinator coordinator;
  int beats = 0;
  coordinator.Behave([&](const v1::WorkItem& request, v1::Acknowledgement* answer) {
    if (request.has_heartbeat_task()) answer->set_task_open(++beats < 3);
    return true;
  });
  std::atomic<bool> called = false;
  RunningWorker worker(At(coordinator), {.heartbeat = absl::Milliseconds(5)},
                       [&](TaskContext& task) -> TaskResult {
                         if (task.token() == "t2") return "{}";
                         task.OnCancelled([&] { called = true; });
                         EXPECT_TRUE(task.WaitForCancellation(kPatience));
                         task.ForgetCallbacks();
                         return "{}";
                       });
  ASSERT_TRUE(coordinator.Give("t"));
  EXPECT_TRUE(coordinator.Give("t2"));  // the slot is free again
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(coordinator.AwaitResult("t2").complete_task().output(), "{}");
  EXPECT_TRUE(called);
  for (const auto& request : coordinator.requests()) {
    EXPECT_NE(request.complete_task().task_token(), "t");
  }
}

TEST(Worker, TaskGivenAgainIsConfirmedAgainAndNotRunTwice) {
  FakeCoordinator coordinator;
  absl::Notification go;
  std::atomic<int> runs = 0;
  RunningWorker worker(At(coordinator), {.concurrency = 2}, [&](TaskContext&) {
    ++runs;
    go.WaitForNotification();
    return "{}";
  });
  ASSERT_TRUE(coordinator.Give("t"));
  EXPECT_TRUE(coordinator.AwaitConfirmation("t", 1));
  ASSERT_TRUE(coordinator.Give("t"));
  EXPECT_TRUE(coordinator.AwaitConfirmation("t", 2));
  // Its slot is granted again.
  ASSERT_TRUE(coordinator.Give("t"));
  EXPECT_TRUE(coordinator.AwaitConfirmation("t", 3));
  go.Notify();
  EXPECT_TRUE(coordinator.AwaitResult("t").has_complete_task());
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(worker.counts().tasks_given_again, 2);
}

TEST(Worker, ResultThatWasNotAcknowledgedIsToldOnTheNextStream) {
  FakeCoordinator coordinator;
  coordinator.Behave([](const v1::WorkItem& request, v1::Acknowledgement*) {
    return !request.has_complete_task();
  });
  RunningWorker worker(At(coordinator), {}, Echo);
  ASSERT_TRUE(coordinator.Give("t", "[1]"));
  ASSERT_TRUE(coordinator.AwaitResult("t").has_complete_task());
  coordinator.Behave(nullptr);
  coordinator.Break();
  const auto told =
      coordinator.Await([](const v1::WorkItem& request) { return request.has_complete_task(); }, 2);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].complete_task().output(), "[1]");
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(worker.counts().results_recorded, 1);
  EXPECT_EQ(worker.counts().streams, 2);
}

TEST(Worker, LargestOutputIsTakenBesideOthersToldAtOnce) {
  FakeCoordinator coordinator;
  coordinator.Behave([](const v1::WorkItem& item, v1::Acknowledgement*) {
    return !item.has_complete_task();  // so that all are told again together
  });
  RunningWorker worker(At(coordinator), {.concurrency = 3}, [](TaskContext& task) {
    const size_t size = task.token() == "largest" ? kMaxOutputBytes : 200 * 1024;
    return "\"" + std::string(size - 2, 'x') + "\"";
  });
  const std::vector<std::string> tokens = {"a", "largest", "z"};
  for (const std::string& token : tokens) ASSERT_TRUE(coordinator.Give(token));
  for (const std::string& token : tokens) {
    ASSERT_TRUE(coordinator.AwaitResult(token).has_complete_task());
  }
  coordinator.Behave(nullptr);
  coordinator.Break();
  for (const std::string& token : tokens) {
    const auto told = [&](const v1::WorkItem& item) {
      return item.complete_task().task_token() == token;
    };
    EXPECT_EQ(coordinator.Await(told, 2).size(), 2u) << token;
  }
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(worker.counts().results_recorded, 3);
}

TEST(Worker, TaskInHandIsConfirmedOnTheNextStreamAndGoesOnBeating) {
  FakeCoordinator coordinator;
  absl::Notification go;
  RunningWorker worker(At(coordinator), {.heartbeat = absl::Milliseconds(5)}, [&](TaskContext&) {
    go.WaitForNotification();
    return "{}";
  });
  ASSERT_TRUE(coordinator.Give("t"));
  ASSERT_TRUE(coordinator.AwaitConfirmation("t"));
  coordinator.Break();
  EXPECT_TRUE(coordinator.AwaitConfirmation("t", 2));
  const auto is_beat = [](const v1::WorkItem& request) { return request.has_heartbeat_task(); };
  // More than there were.
  const size_t beats = coordinator.requests().size();
  EXPECT_EQ(coordinator.Await(is_beat, beats).size(), beats);
  go.Notify();
  EXPECT_TRUE(coordinator.AwaitResult("t").has_complete_task());
}

TEST(Worker, CoordinatorThatIsGoneIsFollowedByTheNext) {
  std::optional<FakeCoordinator> one(std::in_place);
  std::optional<FakeCoordinator> other(std::in_place);
  // Where it is first is a matter of chance.
  std::atomic<bool> at_other = false;
  absl::Notification somewhere;
  const auto notice = [&](bool is_other) {
    return [&, is_other](const v1::WorkItem& request, v1::Acknowledgement*) {
      if (request.has_grant_slots() && !somewhere.HasBeenNotified()) {
        at_other = is_other;
        somewhere.Notify();
      }
      return true;
    };
  };
  one->Behave(notice(false));
  other->Behave(notice(true));
  Options options = At(*one);
  options.coordinators = {one->address() + "," + other->address()};
  RunningWorker worker(options, {}, Echo);
  ASSERT_TRUE(somewhere.WaitForNotificationWithTimeout(kPatience));
  auto& used = at_other ? other : one;
  auto& next = at_other ? one : other;
  ASSERT_TRUE(used->Give("t1"));
  ASSERT_TRUE(used->AwaitResult("t1").has_complete_task());
  used.reset();
  ASSERT_TRUE(next->Give("t2"));
  EXPECT_TRUE(next->AwaitResult("t2").has_complete_task());
}

struct AnswerCase {
  std::string name;
  grpc::StatusCode code;
  bool told_again;
  int refused;
};

class AnswerTest : public testing::TestWithParam<AnswerCase> {};

TEST_P(AnswerTest, ToAResult) {
  FakeCoordinator coordinator;
  int results = 0;
  coordinator.Behave([&](const v1::WorkItem& request, v1::Acknowledgement* answer) {
    if (request.has_complete_task() && ++results == 1) answer->set_code(GetParam().code);
    return true;
  });
  RunningWorker worker(At(coordinator), {}, Echo);
  ASSERT_TRUE(coordinator.Give("t"));
  ASSERT_TRUE(coordinator.AwaitResult("t").has_complete_task());
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(results, GetParam().told_again ? 2 : 1);
  EXPECT_EQ(worker.counts().results_refused, GetParam().refused);
  std::string error;
  for (const auto& request : coordinator.requests()) error += request.fail_task().error();
  const bool failed = GetParam().code == grpc::StatusCode::INVALID_ARGUMENT;
  EXPECT_EQ(error, failed ? "Pawl.InvalidOutput" : "");
}

INSTANTIATE_TEST_SUITE_P(
    Codes, AnswerTest,
    testing::ValuesIn(std::vector<AnswerCase>{
        {"RecordedIsTheEnd", grpc::StatusCode::OK, false, 0},
        {"TaskThatIsOverIsTheEndToo", grpc::StatusCode::FAILED_PRECONDITION, false, 1},
        {"NotTakenForNowIsToldAgain", grpc::StatusCode::UNAVAILABLE, true, 0},
        {"RefusedOutputFailsTheTask", grpc::StatusCode::INVALID_ARGUMENT, false, 0},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Worker, StopTakesSlotsBackAndTellsWhatIsInHand) {
  FakeCoordinator coordinator;
  absl::Notification go;
  RunningWorker worker(At(coordinator), {.concurrency = 2}, [&](TaskContext&) {
    go.WaitForNotification();
    return "{}";
  });
  ASSERT_TRUE(coordinator.Give("t"));
  ASSERT_TRUE(coordinator.AwaitConfirmation("t"));
  worker.BeginStop();
  const auto is_take_back = [](const v1::WorkItem& request) {
    return request.has_take_back_slots();
  };
  EXPECT_EQ(coordinator.Await(is_take_back).size(), 1u);
  go.Notify();
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  const auto requests = coordinator.requests();
  EXPECT_TRUE(requests.back().has_complete_task());
  EXPECT_EQ(coordinator.closed(), 1);
  EXPECT_EQ(worker.counts().results_recorded, 1);
}

TEST(Worker, StopTellsResultsAtAnotherStreamWhenItsOwnBreaks) {
  FakeCoordinator coordinator;
  absl::Notification go;
  RunningWorker worker(At(coordinator), {}, [&](TaskContext&) {
    go.WaitForNotification();
    return "{}";
  });
  ASSERT_TRUE(coordinator.Give("t"));
  ASSERT_TRUE(coordinator.AwaitConfirmation("t"));
  worker.BeginStop();
  coordinator.Break();
  EXPECT_TRUE(coordinator.AwaitConfirmation("t", 2));
  go.Notify();
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(worker.counts().results_recorded, 1);
}

TEST(Worker, HandlersAreCancelledAtTheDrainTimeoutAndTheirResultsTold) {
  FakeCoordinator coordinator;
  Options options = At(coordinator);
  options.drain_timeout = absl::Milliseconds(1);
  RunningWorker worker(options, {}, [&](TaskContext& task) -> TaskResult {
    EXPECT_TRUE(task.WaitForCancellation(kPatience));
    return TaskError{"Stopped", ""};
  });
  ASSERT_TRUE(coordinator.Give("t"));
  ASSERT_TRUE(coordinator.AwaitConfirmation("t"));
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(coordinator.AwaitResult("t").fail_task().error(), "Stopped");
}

TEST(Worker, StopGivesUpOnResultsThatNobodyTakes) {
  FakeCoordinator coordinator;
  coordinator.Behave([](const v1::WorkItem& request, v1::Acknowledgement*) {
    return !request.has_complete_task();
  });
  Options options = At(coordinator);
  options.last_words = absl::Milliseconds(1);
  RunningWorker worker(options, {}, Echo);
  ASSERT_TRUE(coordinator.Give("t"));
  ASSERT_TRUE(coordinator.AwaitResult("t").has_complete_task());
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(worker.counts().results_lost, 1);
}

TEST(Worker, IdleWorkerStopsWhileNoCoordinatorIsThere) {
  RunningWorker worker({.coordinators = {"127.0.0.1:1"}}, {}, Echo);
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
}

TEST(Worker, TaskLeftOpenIsOnlyConfirmed) {
  FakeCoordinator coordinator;
  RunningWorker worker(At(coordinator), {}, [](TaskContext&) { return TaskResult::LeftOpen(); });
  ASSERT_TRUE(coordinator.Give("t"));
  const auto beat =
      coordinator.Await([](const v1::WorkItem& request) { return request.has_heartbeat_task(); });
  ASSERT_EQ(beat.size(), 1u);
  EXPECT_EQ(beat[0].heartbeat_task().task_token(), "t");
  EXPECT_EQ(worker.Stop(), absl::OkStatus());
  EXPECT_EQ(worker.counts().results_recorded, 1);
}

TEST(Worker, MissingActivityEndsTheRunWhenItMayNotBeCreated) {
  FakeCoordinator coordinator;
  coordinator.Behave([](const v1::WorkItem& request, v1::Acknowledgement* answer) {
    EXPECT_FALSE(request.grant_slots().create_activity());
    if (request.has_grant_slots()) answer->set_code(grpc::StatusCode::NOT_FOUND);
    return true;
  });
  Options options = At(coordinator);
  options.create_activities = false;
  RunningWorker worker(options, {}, Echo);
  EXPECT_TRUE(absl::IsNotFound(worker.Join()));
}

TEST(Worker, WrongAddressIsAnError) {
  RunningWorker worker({.coordinators = {"http://127.0.0.1:8083"}}, {}, Echo);
  EXPECT_TRUE(absl::IsInvalidArgument(worker.Join()));
}

}  // namespace
}  // namespace pawl::worker
