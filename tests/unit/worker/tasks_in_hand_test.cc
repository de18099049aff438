#include "worker/tasks_in_hand.h"

#include <string>

#include "gmock/gmock.h"
#include "grpcpp/support/status.h"
#include "gtest/gtest.h"
#include "worker/result_request.h"

namespace pawl::worker {
namespace {

class TasksInHandTest : public testing::Test {
 protected:
  void Serve(int concurrency, absl::Duration heartbeat = absl::ZeroDuration()) {
    tasks_.AddActivity("a", {.concurrency = concurrency, .heartbeat = heartbeat});
    tasks_.StreamOpened(now_);
  }
  void Give(const std::string& token) {
    v1::Task task;
    task.set_task_token(token);
    task.set_activity("a");
    ASSERT_NE(tasks_.Given(task, now_), nullptr);
  }
  std::shared_ptr<TaskContext> Answer(const v1::WorkItem& request, int code = 0,
                                      bool task_open = true) {
    v1::Acknowledgement answer;
    answer.set_request_id(request.request_id());
    answer.set_code(code);
    answer.set_task_open(task_open);
    return tasks_.Acknowledged(answer, now_);
  }
  std::deque<v1::WorkItem> Requests() { return tasks_.TakeItems(now_); }

  absl::Time now_ = absl::UnixEpoch();
  TasksInHand tasks_{"w", true};
};

TEST_F(TasksInHandTest, SaysNothingWithoutAStream) {
  tasks_.AddActivity("a", {});
  EXPECT_TRUE(Requests().empty());
  EXPECT_EQ(tasks_.NextDue(), absl::InfiniteFuture());
}

TEST_F(TasksInHandTest, AsksForAtMostAThousandTasksAhead) {
  Serve(1500);
  EXPECT_EQ(Requests().back().grant_slots().slots(), 1000);
  EXPECT_TRUE(Requests().empty());
  Give("t");
  EXPECT_EQ(Requests().back().grant_slots().slots(), 1);
}

TEST_F(TasksInHandTest, FunctionsAreApartFromActivitiesOfTheirName) {
  tasks_.AddActivity("f", {});
  tasks_.AddFunction("f", {.concurrency = 2});
  tasks_.StreamOpened(now_);
  std::string grants;
  for (const v1::WorkItem& item : Requests()) {
    const v1::GrantSlots& grant = item.grant_slots();
    if (item.has_grant_slots()) {
      grants += grant.activity() + "/" + grant.function() + "/" + std::to_string(grant.slots()) +
                (grant.create_activity() ? "/create " : " ");
    }
  }
  EXPECT_EQ(grants, "f//1/create /f/2 ");
}

TEST_F(TasksInHandTest, AFunctionsTaskHasItsInvocation) {
  tasks_.AddFunction("f", {});
  tasks_.StreamOpened(now_);
  v1::Task task;
  task.set_task_token("t");
  task.set_input("{}");
  task.mutable_invocation()->set_function("f");
  task.mutable_invocation()->set_function_arn("arn");
  task.mutable_invocation()->set_request_id("r");
  task.mutable_invocation()->mutable_deadline()->set_seconds(7);
  task.mutable_invocation()->mutable_deadline()->set_nanos(5);
  const auto context = tasks_.Given(task, now_);
  ASSERT_NE(context, nullptr);
  EXPECT_EQ(context->activity(), "f");
  ASSERT_NE(context->invocation(), nullptr);
  EXPECT_EQ(context->invocation()->function_arn, "arn");
  EXPECT_EQ(context->invocation()->request_id, "r");
  EXPECT_EQ(context->invocation()->deadline, absl::FromUnixSeconds(7) + absl::Nanoseconds(5));
}

TEST_F(TasksInHandTest, ArnIsAskedByAndServedByItsName) {
  const std::string arn = "arn:aws:states:us-east-1:000000000000:activity:a";
  tasks_.AddActivity(arn, {});
  tasks_.StreamOpened(now_);
  EXPECT_EQ(Requests().back().grant_slots().activity(), arn);
  Give("t");
}

TEST_F(TasksInHandTest, ReceiptOfATaskThatHasEndedIsSaidByItsResult) {
  Serve(1);
  Requests();
  Give("t");
  tasks_.Finished("t", ResultRequest("t", TaskResult("{}")));
  const auto requests = Requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_TRUE(requests[0].has_grant_slots());
  EXPECT_TRUE(requests[1].has_complete_task());
}

TEST_F(TasksInHandTest, ReceiptIsSaidSoonOfATaskThatGoesOn) {
  Serve(2);
  Requests();
  Give("short");
  Give("long");
  EXPECT_TRUE(Requests().empty());
  tasks_.Finished("short", ResultRequest("short", TaskResult("{}")));
  Requests();
  now_ = tasks_.NextDue();
  EXPECT_LE(now_, absl::UnixEpoch() + absl::Seconds(1));
  const auto items = Requests();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_THAT(items[0].confirm_tasks().task_tokens(), testing::ElementsAre("long"));
}

TEST_F(TasksInHandTest, ReceiptOfATaskInHandIsSaidAtOnceOnTheNextStreamAndWhenItIsGivenAgain) {
  Serve(1);
  Requests();
  Give("t");
  tasks_.StreamOpened(now_);
  EXPECT_THAT(Requests().at(1).confirm_tasks().task_tokens(), testing::ElementsAre("t"));
  v1::Task again;
  again.set_task_token("t");
  again.set_activity("a");
  EXPECT_EQ(tasks_.Given(again, now_), nullptr);
  EXPECT_THAT(Requests().at(0).confirm_tasks().task_tokens(), testing::ElementsAre("t"));
}

TEST_F(TasksInHandTest, HeartbeatsAreDueAtTheirInterval) {
  Serve(2, absl::Seconds(5));
  Requests();
  Give("t");
  now_ = tasks_.NextDue();
  EXPECT_TRUE(Requests().back().has_confirm_tasks());
  now_ += absl::Seconds(5);
  EXPECT_LE(tasks_.NextDue(), now_);
  const auto beat = Requests();
  ASSERT_EQ(beat.size(), 1u);
  EXPECT_EQ(beat[0].heartbeat_task().task_token(), "t");
  // None follows while it is on its way.
  now_ += absl::Seconds(10);
  EXPECT_TRUE(Requests().empty());
  EXPECT_EQ(Answer(beat[0]), nullptr);
  EXPECT_EQ(Requests().size(), 1u);
}

TEST_F(TasksInHandTest, FailedHeartbeatIsRepeatedSooner) {
  Serve(1, absl::Seconds(8));
  Requests();
  Give("t");
  now_ += absl::Seconds(8);
  Answer(Requests().back(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(tasks_.NextDue(), now_ + absl::Seconds(2));
}

TEST_F(TasksInHandTest, TaskThatIsOverIsCancelledAndItsResultDropped) {
  Serve(1, absl::Seconds(5));
  Requests();
  Give("t");
  now_ += absl::Seconds(5);
  const auto over = Answer(Requests().back(), 0, /*task_open=*/false);
  ASSERT_NE(over, nullptr);
  EXPECT_EQ(over->token(), "t");
  tasks_.Finished("t", ResultRequest("t", TaskResult("{}")));
  const auto requests = Requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_TRUE(requests[0].has_grant_slots());
}

TEST_F(TasksInHandTest, ResultNotTakenForNowIsToldAgainAfterAPauseOrOnTheNextStream) {
  Serve(1);
  Requests();
  Give("t");
  tasks_.Finished("t", ResultRequest("t", TaskResult("{}")));
  Answer(Requests().back(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(Requests().empty());
  EXPECT_GT(tasks_.NextDue(), now_);
  now_ = tasks_.NextDue();
  EXPECT_TRUE(Requests().back().has_complete_task());
  tasks_.StreamOpened(now_);
  EXPECT_TRUE(Requests().back().has_complete_task());
}

TEST_F(TasksInHandTest, RefusedGrantIsRepeatedAfterAPause) {
  Serve(1);
  Answer(Requests().back(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_TRUE(tasks_.fatal().ok());
  EXPECT_TRUE(Requests().empty());
  now_ = tasks_.NextDue();
  EXPECT_TRUE(Requests().back().has_grant_slots());
}

TEST_F(TasksInHandTest, DrainIsQuietOnceSlotsAreTakenBackAndResultsTold) {
  Serve(2);
  Requests();
  Give("t");
  tasks_.BeginDrain();
  const auto requests = Requests();
  ASSERT_TRUE(requests[0].has_take_back_slots());
  Answer(requests[0]);
  EXPECT_FALSE(tasks_.quiet());
  tasks_.Finished("t", ResultRequest("t", TaskResult("{}")));
  EXPECT_FALSE(tasks_.quiet());
  const auto result = Requests();
  ASSERT_EQ(result.size(), 1u);
  Answer(result[0]);
  EXPECT_TRUE(tasks_.quiet());
}

}  // namespace
}  // namespace pawl::worker
