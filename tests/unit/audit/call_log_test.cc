#include "coordinator/audit/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace pawl::audit {
namespace {

using testing::HasSubstr;

struct LineCase {
  std::string name;
  std::string line;
};
void PrintTo(const LineCase& line, std::ostream* out) { *out << line.name; }

const std::string kHead =
    R"(,"client":"c","sent":1700000000.250000,"answered":1700000000.500000,"outcome":)";

class EveryCallTest : public testing::TestWithParam<LineCase> {};

TEST_P(EveryCallTest, ComesBackAsItWasWritten) {
  const absl::StatusOr<Call> call = ReadCall(GetParam().line);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(WriteCall(*call), GetParam().line);
  EXPECT_EQ(CallName(*call), GetParam().name.substr(0, GetParam().name.find('_')));
  EXPECT_EQ(call->answered - call->sent, absl::Milliseconds(250));
}

INSTANTIATE_TEST_SUITE_P(
    CallLog, EveryCallTest,
    testing::Values(
        LineCase{"StartExecution", R"({"call":"StartExecution")" + kHead +
                                       R"("ok","machine":"m","name":"n","input":"{\"a\":1}",)"
                                       R"("execution":"arn","started_at":1700000000.125000})"},
        LineCase{"StartExecution_refused",
                 R"({"call":"StartExecution")" + kHead +
                     R"("ExecutionAlreadyExists","machine":"m","name":"n","input":"{}"})"},
        LineCase{"StopExecution", R"({"call":"StopExecution")" + kHead +
                                      R"("ok","execution":"arn","stopped_at":1700000001.000000})"},
        LineCase{"StopExecution_unknown",
                 R"({"call":"StopExecution")" + kHead + R"("unknown","execution":"arn"})"},
        LineCase{"DescribeExecution",
                 R"({"call":"DescribeExecution")" + kHead +
                     R"("ok","execution":"arn","status":"SUCCEEDED","output":"1"})"},
        LineCase{"DescribeExecution_running", R"({"call":"DescribeExecution")" + kHead +
                                                  R"("ok","execution":"arn","status":"RUNNING"})"},
        LineCase{"GetExecutionHistory",
                 R"({"call":"GetExecutionHistory")" + kHead +
                     R"("ok","execution":"arn","events":)"
                     R"([[1,0,"ExecutionStarted",1700000000125,"ab"],[2,0,"PassStateEntered",)"
                     R"(1700000000125,"cd"]]})"},
        LineCase{"GetActivityTask", R"({"call":"GetActivityTask")" + kHead +
                                        R"("ok","activity":"a","token":"t","input":"{}"})"},
        LineCase{"GetActivityTask_none",
                 R"({"call":"GetActivityTask")" + kHead + R"("ok","activity":"a"})"},
        LineCase{"SendTaskSuccess", R"({"call":"SendTaskSuccess")" + kHead +
                                        R"("ok","token":"t","output":"\"\u0001\""})"},
        LineCase{"SendTaskFailure", R"({"call":"SendTaskFailure")" + kHead +
                                        R"("TaskTimedOut","token":"t","error":"E","cause":"C"})"},
        LineCase{"SendTaskFailure_bare",
                 R"({"call":"SendTaskFailure")" + kHead + R"("ok","token":"t"})"},
        LineCase{"SendTaskHeartbeat",
                 R"({"call":"SendTaskHeartbeat")" + kHead + R"("ok","token":"t"})"}),
    [](const auto& info) { return info.param.name; });

TEST(CallLog, WhatIsWrongWithALineIsSaid) {
  const auto error = [](const std::string& line) {
    return std::string(ReadCall(line).status().message());
  };
  EXPECT_THAT(error("[1]"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(error("{"), HasSubstr("offset"));
  EXPECT_THAT(error("{}"), HasSubstr("member 'call' is missing: expected a text"));
  EXPECT_THAT(error(R"({"call":"Delete")" + kHead + R"("ok"})"),
              HasSubstr("expected the name of a call"));
  EXPECT_THAT(error(R"({"call":"SendTaskSuccess")" + kHead + R"("ok","token":"t"})"),
              HasSubstr("member 'output' is missing"));
  EXPECT_THAT(error(R"({"call":"SendTaskSuccess")" + kHead + R"("ok","token":1,"output":""})"),
              HasSubstr("member 'token' is of another kind: expected a text"));
  EXPECT_THAT(error(R"({"call":"SendTaskHeartbeat","client":"c","sent":"now"})"),
              HasSubstr("member 'sent' is of another kind: expected a time in seconds"));
  EXPECT_THAT(error(R"({"call":"SendTaskHeartbeat","client":"c","sent":1700000000000})"),
              HasSubstr("expected a time in seconds"));
  EXPECT_THAT(error(R"({"call":"GetExecutionHistory")" + kHead +
                    R"("ok","execution":"arn","events":[[1,0,"X",1]]})"),
              HasSubstr("expected a list of [id, previous id"));
  EXPECT_THAT(error(R"({"call":"SendTaskHeartbeat","client":"c","sent":2,"answered":1,)"
                    R"("outcome":"ok","token":"t"})"),
              HasSubstr("answered before it was sent"));
}

TEST(CallLog, AFileSaysWhereItIsWrong) {
  const std::string good = R"({"call":"SendTaskHeartbeat")" + kHead + R"("ok","token":"t"})";
  CallLog log;
  std::istringstream fine(good + "\n\n" + good + "\r\n");
  EXPECT_TRUE(ReadCalls(fine, "c.jsonl", &log).ok());
  EXPECT_EQ(log.calls.size(), 2u);
  std::istringstream bad(good + "\n{\n");
  EXPECT_THAT(std::string(ReadCalls(bad, "c.jsonl", &log).message()),
              testing::StartsWith("c.jsonl:2: "));
  EXPECT_TRUE(absl::IsNotFound(ReadCallFile("/nowhere/c.jsonl", &log)));
}

TEST(CallLog, MembersThatACallDoesNotKnowArePassedOver) {
  EXPECT_TRUE(
      ReadCall(R"({"call":"SendTaskHeartbeat")" + kHead + R"("ok","token":"t","worker":7})").ok());
}

}  // namespace
}  // namespace pawl::audit
