// Tasks that wait for an execution they start.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/base/json.h"
#include "coordinator/engine/child_ends.h"
#include "tests/support/fake_caller.h"
#include "tests/support/faulty_store.h"
#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kKid[] =
    R"({"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 10, "End": true}}})";
constexpr char kFailingKid[] = R"({"StartAt": "W", "States": {
  "W": {"Type": "Wait", "Seconds": 10, "Next": "F"},
  "F": {"Type": "Fail", "Error": "Boom", "Cause": "it broke"}}})";
constexpr char kQuickKid[] = R"({"StartAt": "P", "States": {"P": {"Type": "Succeed"}}})";

std::string Parent(std::string_view resource, std::string_view kid, std::string_view more = "") {
  return std::string(R"({"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": ")") +
         "arn:aws:states:::states:" + std::string(resource) + R"(", "Parameters": {)" +
         R"("StateMachineArn": "arn:aws:states:us-east-1:000000000000:stateMachine:)" +
         std::string(kid) + R"(", "Name": "kid", "Input": {"n": 1}},)" + std::string(more) +
         R"("End": true}}})";
}

class ChildrenTest : public EngineTest {
 protected:
  ChildrenTest() {
    Deploy("kid", kKid);
    Deploy("failing", kFailingKid);
    Deploy("quick", kQuickKid);
    Deploy("parent", Parent("startExecution.sync", "kid"));
    Deploy("parent2", Parent("startExecution.sync:2", "kid"));
    Deploy("of_failing", Parent("startExecution.sync", "failing"));
    Deploy("of_quick", Parent("startExecution.sync:2", "quick"));
    Deploy("impatient", Parent("startExecution.sync", "kid", R"("TimeoutSeconds": 3,)"));
  }

  std::unique_ptr<Engine> CallingNode() { return CallingNode(&store_); }
  std::unique_ptr<Engine> CallingNode(store::Store* store) {
    auto node = std::make_unique<Engine>(Options{.caller = &caller_}, store, &clock_, &scheduler_);
    node->Run([](absl::Status status) { ASSERT_TRUE(status.ok()) << status; });
    Run();
    return node;
  }

  core::Status StatusOf(const std::string& machine, const std::string& name) {
    return Find(machine, name).status;
  }
  std::vector<store::WaitedFor> EndedWaits() {
    std::vector<store::WaitedFor> ended;
    store_.EndedWaits(100, [&](auto waits) { ended = *waits; });
    return ended;
  }

  testing_support::FakeCaller caller_;
};

TEST_F(ChildrenTest, TheEndOfTheChildIsTheTasksResult) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "parent2", "one").ok());
  EXPECT_EQ(StatusOf("kid", "kid"), core::Status::kRunning);
  scheduler_.Advance(absl::Seconds(9));
  EXPECT_EQ(StatusOf("parent2", "one"), core::Status::kRunning);
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_EQ(StatusOf("parent2", "one"), core::Status::kSucceeded);
  EXPECT_THAT(Find("parent2", "one").output.str(), HasSubstr(R"("Output":{"n":1})"));
  EXPECT_THAT(
      History("parent2", "one"),
      ElementsAre("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted",
                  "TaskSubmitted", "TaskSucceeded", "TaskStateExited", "ExecutionSucceeded"));
  EXPECT_TRUE(EndedWaits().empty());
}

TEST_F(ChildrenTest, AChildThatEndsBeforeItsStartIsToldIsNotMissed) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "of_quick", "one").ok());
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(StatusOf("of_quick", "one"), core::Status::kSucceeded);
  EXPECT_TRUE(EndedWaits().empty());
}

TEST_F(ChildrenTest, AChildThatFailsFailsTheTask) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "of_failing", "one").ok());
  scheduler_.Advance(absl::Seconds(10));
  const store::ExecutionRecord parent = Find("of_failing", "one");
  EXPECT_EQ(parent.status, core::Status::kFailed);
  EXPECT_EQ(parent.error, Text("States.TaskFailed"));
  EXPECT_THAT(parent.cause->str(), HasSubstr(R"("Cause":"it broke","Error":"Boom",)"));
}

TEST_F(ChildrenTest, AChildThatIsStoppedFailsTheTask) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  node->StopExecution("kid", "kid", std::nullopt, std::nullopt, [](auto) {});
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_THAT(Find("parent", "one").cause->str(), HasSubstr(R"("Status":"ABORTED")"));
}

TEST_F(ChildrenTest, AnotherNodeTellsTheEndOfAChildWhoseNodeHasGone) {
  auto first = CallingNode();
  ASSERT_TRUE(Start(*first, "parent", "one").ok());
  first.reset();
  auto second = CallingNode();
  scheduler_.Advance(absl::Seconds(12));
  EXPECT_EQ(StatusOf("kid", "kid"), core::Status::kSucceeded);
  EXPECT_EQ(StatusOf("parent", "one"), core::Status::kSucceeded);
}

TEST_F(ChildrenTest, TheStopOfTheParentStopsTheChild) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  node->StopExecution("parent", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  EXPECT_EQ(StatusOf("kid", "kid"), core::Status::kAborted);
  scheduler_.Advance(absl::Seconds(1));
  EXPECT_TRUE(EndedWaits().empty());
}

TEST_F(ChildrenTest, AChildWhoseParentWasStoppedByAnotherNodeIsStoppedWithinSeconds) {
  auto first = CallingNode();
  ASSERT_TRUE(Start(*first, "parent", "one").ok());
  first.reset();
  auto second = CallingNode();
  second->StopExecution("parent", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  scheduler_.Advance(absl::Seconds(6));
  EXPECT_EQ(StatusOf("kid", "kid"), core::Status::kAborted);
}

TEST_F(ChildrenTest, ATaskThatTimesOutStopsItsChild) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "impatient", "one").ok());
  scheduler_.Advance(absl::Seconds(3));
  EXPECT_EQ(Find("impatient", "one").error, Text("States.Timeout"));
  EXPECT_EQ(StatusOf("kid", "kid"), core::Status::kAborted);
}

// A node that was stopped may learn of a step of its own when it has written a wait for a later
// attempt.
TEST_F(ChildrenTest, APositionFromBeforeTheWaitStopsNoChild) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  core::Execution parent;
  store_.LoadExecution(Find("parent", "one").id, [&](auto loaded) { parent = *loaded; });
  const auto& [branch, waiting] = *parent.branches.begin();
  const ExecutionId kid = Find("kid", "kid").id;
  const store::ChildWait wait{kid, parent.facts->id, branch, waiting.task->nonce};
  std::vector<std::string> stopped;
  const auto ends = std::make_shared<ChildEnds>(ChildEnds::Parts{
      .store = &store_,
      .scheduler = &scheduler_,
      .account = {},
      .post = [](ExecutionId, Work) {},
      .stop = [&](const std::string&, const std::string& name) { stopped.push_back(name); }});
  ends->Await({wait, "kid", "kid"});

  core::Execution before = parent;
  before.branches.begin()->second.task->nonce += 1;
  ends->Moved(before);
  EXPECT_THAT(stopped, IsEmpty());

  node->StopExecution("parent", "one", std::nullopt, std::nullopt, [](auto) {});
  Run();
  ends->Moved(before);
  EXPECT_THAT(stopped, ElementsAre("kid"));
}

TEST_F(ChildrenTest, ATaskJoinsAnExecutionThatRunsUnderTheSameNameAndInput) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "kid", "kid", R"({"n":1})").ok());
  scheduler_.Advance(absl::Seconds(5));
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  ASSERT_TRUE(Start(*node, "parent2", "two").ok());
  scheduler_.Advance(absl::Seconds(5));
  EXPECT_EQ(StatusOf("parent", "one"), core::Status::kSucceeded);
  EXPECT_EQ(StatusOf("parent2", "two"), core::Status::kSucceeded);
}

TEST_F(ChildrenTest, AChildThatAnotherParentStartedIsNotStoppedWithTheOneThatJoined) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  ASSERT_TRUE(Start(*node, "parent2", "two").ok());
  node->StopExecution("parent2", "two", std::nullopt, std::nullopt, [](auto) {});
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(StatusOf("parent", "one"), core::Status::kSucceeded);
}

TEST_F(ChildrenTest, AnExecutionThatEndedBeforeIsNoneOfTheTasks) {
  auto node = CallingNode();
  ASSERT_TRUE(Start(*node, "kid", "kid", R"({"n":1})").ok());
  scheduler_.Advance(absl::Seconds(11));
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  EXPECT_EQ(Find("parent", "one").error, Text("StepFunctions.ExecutionAlreadyExistsException"));
}

// Loses its answers to the first few AwaitChild, and finds a name taken by a start that a crash of
// the database takes back.
class LossyStore : public testing_support::FaultyStore {
 public:
  LossyStore(store::Store* inner, int lost_answers, int lost_starts)
      : FaultyStore(inner), lost_answers_(lost_answers), lost_starts_(lost_starts) {}

  void AwaitChild(const store::ChildWait& wait, store::DoneCallback done) override {
    if (lost_answers_-- <= 0) return FaultyStore::AwaitChild(wait, std::move(done));
    FaultyStore::AwaitChild(
        wait, [done = std::move(done)](absl::Status) mutable { done(absl::UnknownError("lost")); });
  }

  void StartExecution(const store::StartRequest& request,
                      store::Callback<store::StartResult> done) override {
    if (request.execution.facts->name != "kid" || lost_starts_-- <= 0) {
      return FaultyStore::StartExecution(request, std::move(done));
    }
    done(store::StartResult{.kind = store::StartResult::Kind::kNameTaken});
  }

 private:
  int lost_answers_;
  int lost_starts_;
};

TEST_F(ChildrenTest, AJoinWhoseAnswerIsLostIsMadeAgain) {
  LossyStore store(&store_, /*lost_answers=*/3, /*lost_starts=*/0);
  auto node = CallingNode(&store);
  ASSERT_TRUE(Start(*node, "kid", "kid", R"({"n":1})").ok());
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(StatusOf("parent", "one"), core::Status::kSucceeded);
  EXPECT_TRUE(EndedWaits().empty());
}

TEST_F(ChildrenTest, ANameWhoseStartWasLostIsFreeAgain) {
  LossyStore store(&store_, /*lost_answers=*/0, /*lost_starts=*/2);
  auto node = CallingNode(&store);
  ASSERT_TRUE(Start(*node, "parent", "one").ok());
  scheduler_.Advance(absl::Seconds(10));
  EXPECT_EQ(StatusOf("parent", "one"), core::Status::kSucceeded);
}

}  // namespace
}  // namespace pawl::engine
