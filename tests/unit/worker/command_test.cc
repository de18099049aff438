#include "worker/command.h"

#include <signal.h>

#include <string>

#include "absl/time/clock.h"
#include "coordinator/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "worker/result_request.h"

namespace pawl::worker {
namespace {

CommandEnd EndOf(const std::string& line, const std::string& input = "",
                 const std::map<std::string, std::string>& variables = {}) {
  signal(SIGPIPE, SIG_IGN);  // as every program that has a StopSignal does
  auto command = Command::Start(line, input, variables);
  EXPECT_TRUE(command.ok()) << command.status();
  if (!command.ok()) return {};
  EXPECT_TRUE((*command)->RunUntil(absl::InfiniteFuture()));
  return (*command)->end();
}

TEST(Command, GetsItsInputAndGivesItsOutput) {
  const CommandEnd end = EndOf("cat", R"({"n": 1})");
  EXPECT_TRUE(end.succeeded);
  EXPECT_EQ(end.output, R"({"n": 1})");
}

TEST(Command, MayLeaveItsInputUnread) {
  EXPECT_TRUE(EndOf("true", std::string(1 << 20, 'x')).succeeded);
}

TEST(Command, InputLargerThanAPipeGoesThrough) {
  EXPECT_EQ(EndOf("wc -c | tr -d ' \\n'", std::string(1 << 20, 'x')).output, "1048576");
}

TEST(Command, FindsVariablesInItsEnvironment) {
  EXPECT_EQ(EndOf("printf %s \"$PAWL_TASK_TOKEN\"", "", {{"PAWL_TASK_TOKEN", "t-1"}}).output,
            "t-1");
}

TEST(Command, ExitCodeAndErrorOutputAreKept) {
  const CommandEnd end = EndOf("echo no card >&2; exit 3");
  EXPECT_FALSE(end.succeeded);
  EXPECT_EQ(end.how, "exited with 3");
  EXPECT_EQ(end.error_output, "no card\n");
}

TEST(Command, EndBySignalIsNoSuccess) {
  const CommandEnd end = EndOf("kill -9 $$");
  EXPECT_FALSE(end.succeeded);
  EXPECT_EQ(end.how, "was ended by signal 9");
}

TEST(Command, OfALongErrorOutputTheEndIsKept) {
  const CommandEnd end =
      EndOf("head -c 100000 /dev/zero | tr '\\0' x >&2; printf last >&2; exit 1");
  EXPECT_EQ(end.error_output.size(), kMaxCauseBytes);
  EXPECT_THAT(end.error_output, testing::EndsWith("last"));
}

TEST(Command, TooLongOutputShowsAsOneByteTooMany) {
  EXPECT_EQ(EndOf("head -c 20000000 /dev/zero").output.size(), kMaxOutputBytes + 1);
}

TEST(Command, DeadlineComesWhileItRuns) {
  auto command = Command::Start("tail -f /dev/null", "", {});
  ASSERT_TRUE(command.ok());
  EXPECT_FALSE((*command)->RunUntil(absl::Now() + absl::Milliseconds(50)));
}

TEST(Command, TerminateReachesWhatItStarted) {
  auto command = Command::Start("tail -f /dev/null | cat", "", {});
  ASSERT_TRUE(command.ok());
  (*command)->Terminate(/*force=*/false);
  EXPECT_TRUE((*command)->RunUntil(absl::InfiniteFuture()));
  EXPECT_FALSE((*command)->end().succeeded);
}

TEST(Command, DoesNotWaitForWhatItLeavesRunning) {
  EXPECT_EQ(EndOf("printf done; tail -f /dev/null & :").output, "done");
}

TEST(CauseText, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(CauseText("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(CauseText("a\xFF"
                      "b"),
            "a\uFFFD"
            "b");
  EXPECT_EQ(CauseText("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(CauseText("cut \xE2\x82"), "cut \uFFFD\uFFFD");
}

TEST(CauseText, BeginsWithAWholeCharacterWhenCutOff) {
  std::string text;
  for (size_t i = 0; i < kMaxCauseBytes; ++i) text += "\u00E9";
  text += "x";
  const std::string cause = CauseText(text);
  EXPECT_LE(cause.size(), kMaxCauseBytes);
  std::string literal;
  AppendJsonString(cause, &literal);
  EXPECT_TRUE(CheckJson(literal).ok());
}

}  // namespace
}  // namespace pawl::worker
