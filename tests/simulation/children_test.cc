#include "tests/simulation/children.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "coordinator/base/account.h"
#include "coordinator/base/strings.h"

namespace pawl::simulation {
namespace {

using core::EventType;
using core::HistoryEvent;
using core::Status;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kResource[] = "arn:aws:states:::states:startExecution.sync:2";

const SampleMachine* Sample(std::string_view name) {
  for (const SampleMachine& sample : SampleMachines()) {
    if (sample.name == name) return &sample;
  }
  return nullptr;
}

audit::AuditedExecution Ended(const std::string& machine, const std::string& name,
                              Status status = Status::kSucceeded) {
  auto facts = std::make_shared<core::ExecutionFacts>();
  facts->machine_name = machine;
  facts->name = name;
  facts->input = Text(R"({"id":0})");
  audit::AuditedExecution ended;
  ended.execution.facts = std::move(facts);
  ended.execution.status = status;
  if (status == Status::kSucceeded) ended.execution.output = Text(R"({"id":0})");
  return ended;
}

HistoryEvent Event(int64_t id, EventType type, const std::string& payload) {
  HistoryEvent event;
  event.id = id;
  event.previous_id = id - 1;
  event.type = type;
  event.payload = Text(payload);
  event.resource = Text(kResource);
  return event;
}

std::string Told(const std::string& child, const std::string& more = "") {
  return StrCat(R"({"ExecutionArn":")", Account().ExecutionArn("grown", child), "\"", more, "}");
}

// A parent whose one task ran the child of that name, as it was told.
audit::AuditedExecution Parent(const std::string& child, const std::string& status = "SUCCEEDED") {
  audit::AuditedExecution parent = Ended("waiting", "e0");
  parent.history.push_back(
      {{Event(3, EventType::kTaskScheduled,
              StrCat(R"({"StateMachineArn":")", Account().StateMachineArn("grown"), "\"}")),
        Event(4, EventType::kTaskStarted, ""), Event(5, EventType::kTaskSubmitted, Told(child)),
        Event(6, EventType::kTaskSucceeded,
              Told(child, StrCat(R"(,"Output":{"id":0},"Status":")", status, "\"")))}});
  return parent;
}

class CheckChildrenTest : public testing::Test {
 protected:
  std::vector<std::string> Check(const std::vector<audit::AuditedExecution>& all) {
    return CheckChildren(all, wanted_);
  }

  std::vector<WantedExecution> wanted_ = {
      {.machine = Sample("waiting"), .name = "e0", .input = Text(R"({"id":0})")}};
};

TEST_F(CheckChildrenTest, AFamilyThatAgreesIsRight) {
  EXPECT_THAT(Check({Parent("kid"), Ended("grown", "kid")}), IsEmpty());
}

TEST_F(CheckChildrenTest, AnAttemptThatHasStartedTwoIsFound) {
  EXPECT_THAT(Check({Parent("kid"), Ended("grown", "kid"), Ended("grown", "second")}),
              ElementsAre(StartsWith("started twice: 2 executions of grown")));
}

TEST_F(CheckChildrenTest, AChildThatATaskWasToldOfIsThere) {
  EXPECT_THAT(Check({Parent("kid")}), ElementsAre(StartsWith("lost:"), StartsWith("lost:")));
}

TEST_F(CheckChildrenTest, WhatATaskIsToldOfTheEndIsTheEnd) {
  EXPECT_THAT(Check({Parent("kid", "FAILED"), Ended("grown", "kid")}),
              ElementsAre(StartsWith("wrong end: waiting/e0 event 6")));
  audit::AuditedExecution other = Ended("grown", "kid");
  other.execution.output = Text("{}");
  EXPECT_THAT(Check({Parent("kid"), other}),
              ElementsAre(StartsWith("wrong end: waiting/e0 event 6")));
}

TEST_F(CheckChildrenTest, NoChildIsStoppedButWithItsParents) {
  const std::vector<audit::AuditedExecution> all = {Ended("waiting", "e0", Status::kAborted),
                                                    Ended("grown", "kid", Status::kAborted)};
  std::vector<std::string> problems = Check(all);
  ASSERT_FALSE(problems.empty());
  EXPECT_THAT(problems[0], StartsWith("wrong end: child grown/kid"));
  wanted_[0].stop_sent = true;
  problems = Check(all);
  EXPECT_THAT(problems,
              ElementsAre(StartsWith("started twice: 1")));  // by no attempt of the parent
}

TEST_F(CheckChildrenTest, AChildThatRunsOnIsFound) {
  EXPECT_THAT(Check({Ended("grown", "kid", Status::kRunning)})[0],
              StartsWith("stuck: child grown/kid"));
}

}  // namespace
}  // namespace pawl::simulation
