#include "coordinator/store/answer_deadline.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pawl::store {
namespace {

constexpr absl::Duration kWithin = absl::Milliseconds(300);

class AnswerDeadlineTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  void TearDown() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  // Whether the connection is ended before `limit` has passed.
  bool EndsWithin(absl::Duration limit) {
    pollfd wait = {ends_[0], POLLIN, 0};
    return poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(limit))) == 1;
  }

  int ends_[2];
};

TEST_F(AnswerDeadlineTest, EndsAConnectionWhoseAnswerDoesNotCome) {
  AnswerDeadline deadline(ends_[0], kWithin);
  const AnswerExpected expected(&deadline);
  EXPECT_TRUE(EndsWithin(absl::Seconds(30)));
  char byte;
  EXPECT_EQ(read(ends_[0], &byte, 1), 0);
}

TEST_F(AnswerDeadlineTest, LeavesAConnectionAloneOnWhichNothingIsExpected) {
  AnswerDeadline deadline(ends_[0], kWithin);
  { const AnswerExpected expected(&deadline); }
  EXPECT_FALSE(EndsWithin(4 * kWithin));
}

TEST_F(AnswerDeadlineTest, BeginsAnewWithEachStatementOfAJob) {
  AnswerDeadline deadline(ends_[0], kWithin);
  const AnswerExpected job(&deadline);
  { const AnswerExpected statement(&deadline); }
  EXPECT_TRUE(deadline.expecting()) << "the job goes on";
  EXPECT_TRUE(EndsWithin(absl::Seconds(30)));
}

TEST_F(AnswerDeadlineTest, IsLiftedForAJobThatMayTakeAnyTime) {
  AnswerDeadline deadline(ends_[0], kWithin);
  {
    const AnswerExpected job(&deadline);
    deadline.AllowAnyTime();
    const AnswerExpected statement(&deadline);
    EXPECT_FALSE(EndsWithin(4 * kWithin));
  }
  const AnswerExpected next(&deadline);
  EXPECT_TRUE(EndsWithin(absl::Seconds(30))) << "the next job is held to it again";
}

TEST_F(AnswerDeadlineTest, OutlivesTheSocketThatItWatches) {
  AnswerDeadline deadline(ends_[0], kWithin);
  const AnswerExpected expected(&deadline);
  close(ends_[0]);
  int others[2];  // of which one gets the number that has become free
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, others), 0);
  pollfd wait = {others[0], POLLIN, 0};
  EXPECT_EQ(poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(4 * kWithin))), 0);
  close(others[1]);
  ends_[0] = others[0];
}

}  // namespace
}  // namespace pawl::store
