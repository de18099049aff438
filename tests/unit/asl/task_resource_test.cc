// What the resources of tasks are taken apart into, and which are known.

#include "coordinator/asl/task_resource.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "coordinator/asl/resource.h"

namespace pawl::asl {
namespace {

struct ResourceCase {
  std::string test_name;
  std::string arn;
  ResourceKind kind;
  std::string name;
  std::string service;
  std::string action;
  Pattern pattern = Pattern::kRequestResponse;
};

std::ostream& operator<<(std::ostream& out, const ResourceCase& c) { return out << c.arn; }

class KnownResource : public testing::TestWithParam<ResourceCase> {};

TEST_P(KnownResource, IsTakenApart) {
  const ResourceCase& wanted = GetParam();
  const auto resource = ParseResource(wanted.arn, MachineType::kStandard);
  ASSERT_TRUE(resource.ok()) << resource.error().message;
  EXPECT_EQ(resource->arn, wanted.arn);
  EXPECT_EQ(resource->kind, wanted.kind);
  EXPECT_EQ(resource->name, wanted.name);
  EXPECT_EQ(resource->service, wanted.service);
  EXPECT_EQ(resource->action, wanted.action);
  EXPECT_EQ(resource->pattern, wanted.pattern);
  EXPECT_EQ(PatternOf(wanted.arn), wanted.pattern);
}

constexpr auto kActivity = ResourceKind::kActivity;
constexpr auto kFunction = ResourceKind::kFunction;
constexpr auto kIntegration = ResourceKind::kIntegration;

INSTANTIATE_TEST_SUITE_P(
    Resources, KnownResource,
    testing::ValuesIn(std::vector<ResourceCase>{
        {"Activity", "arn:aws:states:eu-west-1:123456789012:activity:a b", kActivity, "a b"},
        {"Function", "arn:aws:lambda:eu-west-1:123456789012:function:f", kFunction, "f"},
        {"FunctionWithAVersion", "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST",
         kFunction, "f"},
        {"FunctionOfNoRegion", "arn:aws:lambda:your-region:your-account-id:function:f_1-2",
         kFunction, "f_1-2"},
        {"Optimized", "arn:aws:states:::lambda:invoke", kIntegration, "", "lambda", "invoke"},
        {"OfAnotherPartition", "arn:aws-cn:states:::sqs:sendMessage", kIntegration, "", "sqs",
         "sendMessage"},
        {"OfARegion", "arn:aws:states:eu-west-1:123456789012:http:invoke", kIntegration, "", "http",
         "invoke"},
        {"Token", "arn:aws:states:::sqs:sendMessage.waitForTaskToken", kIntegration, "", "sqs",
         "sendMessage", Pattern::kWaitForTaskToken},
        {"Sync", "arn:aws:states:::states:startExecution.sync", kIntegration, "", "states",
         "startExecution", Pattern::kSync},
        {"SecondSync", "arn:aws:states:::states:startExecution.sync:2", kIntegration, "", "states",
         "startExecution", Pattern::kSync},
        {"Sdk", "arn:aws:states:::aws-sdk:dynamodb:getItem", kIntegration, "", "aws-sdk:dynamodb",
         "getItem"},
        {"SdkToken", "arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken", kIntegration,
         "", "aws-sdk:sfn", "startExecution", Pattern::kWaitForTaskToken},
    }),
    [](const auto& info) { return info.param.test_name; });

using Shown = std::pair<std::string_view, std::string_view>;

TEST(HistoryResource, KeepsThePatternWithTheAction) {
  EXPECT_EQ(HistoryResource("arn:aws:states:::states:startExecution.sync:2"),
            Shown("states", "startExecution.sync:2"));
  EXPECT_EQ(HistoryResource("arn:aws:states:::aws-sdk:s3:getObject"),
            Shown("aws-sdk:s3", "getObject"));
  EXPECT_EQ(HistoryResource("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
            Shown("sqs", "sendMessage.waitForTaskToken"));
}

TEST(QualifiedFunction, HasTheVersionOrAliasThatIsNamed) {
  EXPECT_EQ(QualifiedFunction("f"), "f");
  EXPECT_EQ(QualifiedFunction("arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST"),
            "f:$LATEST");
  EXPECT_EQ(QualifiedFunction("123456789012:function:f:prod"), "f:prod");
  EXPECT_EQ(QualifiedFunction("f:"), "");
  EXPECT_EQ(QualifiedFunction("f:a b"), "");
}

TEST(FunctionName, IsFoundInAllThatNamesAFunction) {
  EXPECT_EQ(FunctionName("f"), "f");
  EXPECT_EQ(FunctionName("f:prod"), "f");
  EXPECT_EQ(FunctionName("arn:aws:lambda:eu-west-1:123456789012:function:f:prod"), "f");
  EXPECT_EQ(FunctionName("123456789012:function:f"), "f");
  EXPECT_EQ(FunctionName("my_function:prod"), "my_function");
  EXPECT_EQ(FunctionName("function:f"), "f");
  EXPECT_EQ(FunctionName(""), "");
  EXPECT_EQ(FunctionName("a/b"), "");
}

class OneAction : public SdkActions {
 public:
  bool Has(std::string_view service, std::string_view action) const override {
    return service == "s3" && action == "getObject";
  }
};

TEST(SdkActions, AreThoseThatTheModelsHave) {
  const OneAction actions;
  const auto refused = [&](std::string_view resource) {
    return !ParseResource(resource, MachineType::kStandard, &actions).ok();
  };
  EXPECT_FALSE(refused("arn:aws:states:::aws-sdk:s3:getObject"));
  EXPECT_FALSE(refused("arn:aws:states:::aws-sdk:s3:getObject.waitForTaskToken"));
  EXPECT_TRUE(refused("arn:aws:states:::aws-sdk:s3:getThing"));
  EXPECT_TRUE(ParseResource("arn:aws:states:::aws-sdk:s3:getThing", MachineType::kStandard).ok());
  EXPECT_FALSE(refused("arn:aws:states:::sqs:sendMessage"));
}

TEST(SdkActions, AreOfServicesThatAwsLists) {
  EXPECT_TRUE(IsSdkService("dynamodb"));
  EXPECT_TRUE(IsSdkService("xray"));
  EXPECT_FALSE(IsSdkService("events"));
}

}  // namespace
}  // namespace pawl::asl
