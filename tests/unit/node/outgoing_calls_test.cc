#include "coordinator/node/outgoing_calls.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "coordinator/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::node {
namespace {

using testing::StartsWith;

const FakeClock& AnyClock() {
  static const auto* const clock = new FakeClock;
  return *clock;
}

config::Settings Settings() {
  config::Settings settings;
  settings.region = "eu-west-1";
  settings.lambda_endpoint = "worker";
  settings.max_calls_per_target = 7;
  return settings;
}

std::string Message(const config::Settings& settings) {
  return std::string(OutgoingCalls(settings, &AnyClock()).status().message());
}

TEST(OutgoingCalls, AreAsTheSettingsSay) {
  config::Settings settings = Settings();
  settings.lambda_functions = "f=aws";
  settings.egress_deny = "evil.example";
  const std::string file = testing::TempDir() + "/connections.yaml";
  std::ofstream(file) << "crm: {type: none}\n";
  settings.connections_file = file;
  const auto options = OutgoingCalls(settings, &AnyClock());
  std::filesystem::remove(file);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_calls_per_target, 7);
  EXPECT_TRUE(options->lambda.ServedName("g") == "g");
  EXPECT_EQ(options->lambda.InvokeUrl("f"),
            "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/f/invocations");
  EXPECT_TRUE(options->egress.RefusesHost("evil.example"));
  EXPECT_NE(options->connections.Find("crm"), nullptr);
}

TEST(OutgoingCalls, OfStepFunctionsAreOfThisNode) {
  config::Settings settings = Settings();
  settings.listen_http = "0.0.0.0:8083";
  EXPECT_EQ(OutgoingCalls(settings, &AnyClock())->aws_endpoints.Of("states", "sfn").base.ToString(),
            "http://127.0.0.1:8083/");
  settings.aws_endpoints = "sfn=aws";
  EXPECT_TRUE(OutgoingCalls(settings, &AnyClock())->aws_endpoints.Of("states", "sfn").is_aws_own);
}

TEST(OutgoingCalls, NameTheSettingThatIsWrong) {
  config::Settings settings = Settings();
  settings.lambda_functions = "f=nowhere";
  EXPECT_THAT(Message(settings), StartsWith("lambda_endpoint, lambda_functions: found 'nowhere'"));
  settings = Settings();
  settings.egress_allow = "10.0.0.0/40";
  EXPECT_THAT(Message(settings), StartsWith("egress_allow, egress_deny: found '10.0.0.0/40'"));
  settings = Settings();
  settings.connections_file = "/nowhere";
  EXPECT_THAT(Message(settings), StartsWith("connections_file: /nowhere: the file cannot be read"));
  settings = Settings();
  settings.aws_sdk_allow = "s3";
  EXPECT_THAT(Message(settings), StartsWith("aws_sdk_allow: found 's3'"));
  settings = Settings();
  settings.aws_endpoints = "s3=here";
  EXPECT_THAT(Message(settings), StartsWith("aws_endpoint, aws_endpoints: found 'here'"));
  settings = Settings();
  settings.tls_ca_file = "/nowhere";
  EXPECT_THAT(Message(settings), StartsWith("tls_ca_file: /nowhere cannot be read"));
}

}  // namespace
}  // namespace pawl::node
