#include "coordinator/rpc/execution_waits.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::rpc {
namespace {

using testing::ElementsAre;

class ExecutionWaitsTest : public testing::Test {
 protected:
  // Notes "NAME: OUTPUT" of an end that it is told, "NAME: look" when it is to look.
  ExecutionWaits::Look Note(const std::string& name) {
    return [this, name](const store::ExecutionRecord* ended) {
      notes_.push_back(name + ": " + (ended != nullptr ? ended->output.str() : "look"));
    };
  }
  static store::ExecutionRecord Ended(ExecutionId id, const char* output) {
    store::ExecutionRecord record;
    record.id = id;
    record.output = Text(output);
    return record;
  }

  ExecutionId id_{Uuid::Random()};
  ExecutionWaits waits_;
  std::vector<std::string> notes_;
};

TEST_F(ExecutionWaitsTest, AnEndHereIsToldToAllWhoWaitForIt) {
  waits_.Add(id_, Note("a"));
  waits_.Remove(id_, waits_.Add(id_, Note("gone")));
  waits_.Add(ExecutionId(Uuid::Random()), Note("another"));
  waits_.Closed(Ended(id_, "1"));
  EXPECT_THAT(notes_, ElementsAre("a: 1"));
}

TEST_F(ExecutionWaitsTest, WhoComesJustAfterTheEndLooks) {
  waits_.Closed(Ended(id_, "1"));
  waits_.LookAtAll();
  waits_.Add(id_, Note("late"));
  EXPECT_THAT(notes_, ElementsAre("late: look"));
}

TEST_F(ExecutionWaitsTest, AllLookNowAndThen) {
  waits_.Add(id_, Note("a"));
  waits_.LookAtAll();
  EXPECT_THAT(notes_, ElementsAre("a: look"));
}

// Else who waits for an execution that was started and has ended here would wait in vain for a
// second.
TEST_F(ExecutionWaitsTest, AStartIsForgottenNoLaterThanItsEnd) {
  waits_.Started("machine", "name", id_);
  EXPECT_EQ(waits_.StartedLately("machine", "other"), std::nullopt);
  EXPECT_EQ(waits_.StartedLately("other", "name"), std::nullopt);
  waits_.Closed(Ended(id_, "1"));
  for (int seconds = 0; waits_.StartedLately("machine", "name") == id_; ++seconds) {
    ASSERT_LT(seconds, 2);
    notes_.clear();
    waits_.Remove(id_, waits_.Add(id_, Note("late")));
    EXPECT_THAT(notes_, ElementsAre("late: look"));
    waits_.LookAtAll();
  }
}

}  // namespace
}  // namespace pawl::rpc
