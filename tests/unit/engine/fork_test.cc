// Executions that are forked.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/engine_fixture.h"

namespace pawl::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kLine[] = R"({"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Assign": {"v": 7}, "Parameters": {"from": "A"}, "Next": "B"},
  "B": {"Type": "Pass", "Parameters": {"was.$": "$.from", "v.$": "$v", "in.$": "$$.Execution.Input"}, "Next": "P"},
  "P": {"Type": "Parallel", "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}],
        "End": true}}})";
constexpr char kNewLine[] = R"({"StartAt": "B", "States": {
  "B": {"Type": "Pass", "Parameters": {"new.$": "$.from"}, "Next": "C"},
  "C": {"Type": "Succeed"}}})";

class ForkTest : public EngineTest {
 protected:
  ForkTest() {
    node_ = MakeNode(&store_);
    Deploy("m", kLine);
    EXPECT_TRUE(Start(*node_, "m", "one", R"({"x": 1})").ok());
    scheduler_.Advance(absl::Seconds(1));
  }

  absl::Status Fork(ForkRequest request) {
    request.machine_name = "m";
    if (request.name.empty()) request.name = "one";
    if (request.new_name.empty()) request.new_name = "fork";
    absl::Status answer = absl::InternalError("not answered");
    node_->ForkExecution(std::move(request),
                         [&](const auto& started) { answer = started.status(); });
    Run();
    scheduler_.Advance(absl::Seconds(1));
    return answer;
  }
  // Makes `definition` the current one, and gives the id of its revision.
  RevisionId Update(const std::string& definition) {
    store::Revision revision;
    store_.GetMachine("m", [&](auto machine) { revision = machine->current; });
    Run();
    const RevisionId before = revision.id;
    revision.id = RevisionId(Uuid::Random());
    revision.definition = definition;
    store_.AddRevision(revision, before, [](const absl::Status& s) { EXPECT_TRUE(s.ok()) << s; });
    Run();
    return revision.id;
  }
  std::string Output() { return Find("m", "fork").output.str(); }

  std::unique_ptr<Engine> node_;
};

TEST_F(ForkTest, BeginsWithWhatTheOtherOneHadThere) {
  ASSERT_TRUE(Fork({.state = "B"}).ok());
  EXPECT_EQ(Output(), R"([{"was":"A","v":7,"in":{"x":1}}])");
  const store::ExecutionRecord fork = Find("m", "fork");
  ASSERT_NE(fork.fork, nullptr);
  EXPECT_EQ(fork.fork->execution_arn, Account().ExecutionArn("m", "one"));
  EXPECT_EQ(fork.fork->event_id, 4);
  EXPECT_EQ(fork.input.str(), R"({"x": 1})");
  EXPECT_THAT(History("m", "fork").at(1), "PassStateEntered");
}

TEST_F(ForkTest, TakesAnotherInputAndAnotherRevision) {
  const RevisionId revision = Update(kNewLine);
  ASSERT_TRUE(Fork({.state = "B", .input = Text(R"({"from": "me"})"), .revision = "current"}).ok());
  EXPECT_EQ(Output(), R"({"new":"me"})");
  ASSERT_TRUE(
      Fork({.state = "B", .revision = revision.value().ToString(), .new_name = "two"}).ok());
  EXPECT_EQ(Find("m", "two").output.str(), R"({"new":"A"})");
  ASSERT_TRUE(Fork({.state = "B", .new_name = "old"}).ok());
  EXPECT_THAT(Find("m", "old").output.str(), HasSubstr("was"));
  ASSERT_TRUE(
      Fork({.state = "C", .input = Text("3"), .revision = "current", .new_name = "c"}).ok());
  EXPECT_EQ(Find("m", "c").output.str(), "3");
}

TEST_F(ForkTest, AForkCanBeForkedAndItsNameIsTakenOnce) {
  ASSERT_TRUE(Fork({.state = "B"}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Fork({.state = "B"})));
  ASSERT_TRUE(Fork({.name = "fork", .state = "P", .new_name = "two"}).ok());
  EXPECT_EQ(Find("m", "two").output.str(), R"([{"was":"A","v":7,"in":{"x":1}}])");
}

TEST_F(ForkTest, SaysWhyNot) {
  EXPECT_TRUE(absl::IsNotFound(Fork({.name = "nothing", .state = "B"})));
  EXPECT_THAT(Fork({.state = "I"}).message(), HasSubstr("lies within a Parallel or Map"));
  EXPECT_THAT(Fork({.state = "X"}).message(), HasSubstr("has no state 'X'"));
  EXPECT_THAT(Fork({.state = "B", .revision = "r"}).message(), HasSubstr("no revision 'r'"));
  Update(kNewLine);
  EXPECT_THAT(Fork({.state = "C", .revision = "current"}).message(),
              HasSubstr("has never entered the state 'C'"));
  EXPECT_THAT(Fork({.state = "A", .revision = "current"}).message(),
              HasSubstr("no state 'A' in the revision"));
  Deploy("task", kTask);
  ASSERT_TRUE(Start(*node_, "task", "one").ok());
  absl::Status running;
  node_->ForkExecution({.machine_name = "task", .name = "one", .state = "T", .new_name = "f"},
                       [&](const auto& started) { running = started.status(); });
  Run();
  EXPECT_THAT(running.message(), HasSubstr("RUNNING"));
  store_.DeleteMachine("m", [](const absl::Status&) {});
  Run();
  EXPECT_TRUE(absl::IsFailedPrecondition(Fork({.state = "B"})));
}

}  // namespace
}  // namespace pawl::engine
