#include "cli/aws_client.h"

#include "coordinator/process/stop_signal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/http_stub.h"

namespace pawl {
namespace {

using testing::HasSubstr;

constexpr char kNobody[] = "http://127.0.0.1:1";

StubAnswer Empty(const StubRequest&) { return {}; }

TEST(AwsClient, SendsTheOperationAndGivesTheBody) {
  HttpStub server([](const StubRequest&) { return StubAnswer{.body = R"({"a":1})"}; });
  AwsClient client({.endpoints = {server.endpoint()}});
  const auto answer = client.Call("ListActivities", R"({"maxResults":1})");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(*answer, R"({"a":1})");
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].operation, "ListActivities");
  EXPECT_EQ(server.requests()[0].body, R"({"maxResults":1})");
}

TEST(AwsClient, TellsAwsErrorsByTheirCode) {
  HttpStub server([](const StubRequest&) {
    return StubAnswer{
        400, R"({"__type":"com.amazonaws.swf.service.v2.model#TaskTimedOut","message":"late"})"};
  });
  AwsClient client({.endpoints = {server.endpoint(), kNobody}});
  const auto answer = client.Call("SendTaskSuccess", "{}");
  EXPECT_TRUE(absl::IsFailedPrecondition(answer.status())) << answer.status();
  EXPECT_EQ(AwsErrorCode(answer.status()), "TaskTimedOut");
  EXPECT_EQ(answer.status().message(), "late");
}

TEST(AwsClient, GoesToTheNextEndpointWhenOneCannotBeReached) {
  HttpStub server(Empty);
  AwsClient client({.endpoints = {kNobody, server.endpoint()}});
  EXPECT_TRUE(client.Call("ListActivities", "{}").ok());
}

TEST(AwsClient, StaysWithTheEndpointThatAnswered) {
  HttpStub lost([](const StubRequest&) { return StubAnswer{.hang_up = true}; });
  HttpStub good(Empty);
  AwsClient client({.endpoints = {lost.endpoint(), good.endpoint()}});
  EXPECT_TRUE(client.Call("ListActivities", "{}").ok());
  EXPECT_TRUE(client.Call("ListActivities", "{}").ok());
  EXPECT_EQ(lost.requests().size(), 1u);
  EXPECT_EQ(good.requests().size(), 2u);
}

TEST(AwsClient, ServerErrorsAreNoAnswers) {
  HttpStub bad([](const StubRequest&) {
    return StubAnswer{503, R"({"__type":"ServiceUnavailable","message":"draining"})"};
  });
  AwsClient alone({.endpoints = {bad.endpoint()}});
  const auto answer = alone.Call("ListActivities", "{}");
  EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("draining"));
}

TEST(AwsClient, AnotherServiceAtTheEndpointIsSaidToBeOne) {
  HttpStub other([](const StubRequest&) { return StubAnswer{404, "<html>"}; });
  AwsClient client({.endpoints = {other.endpoint()}});
  const auto answer = client.Call("ListActivities", "{}");
  EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("404"));
}

TEST(AwsClient, InterruptibleCallEndsWhenAStopIsAskedFor) {
  StopSignal stop;
  HttpStub slow(Empty);
  AwsClient client({.endpoints = {slow.endpoint()}, .stop_fd = stop.fd()});
  stop.Raise();
  const auto answer = client.Call("GetActivityTask", "{}", {.interruptible = true});
  EXPECT_TRUE(absl::IsCancelled(answer.status())) << answer.status();
}

}  // namespace
}  // namespace pawl
