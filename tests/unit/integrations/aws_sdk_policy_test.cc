#include "coordinator/integrations/aws_sdk_policy.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

constexpr char kOrders[] = "arn:aws:states:us-east-1:000000000000:stateMachine:orders-eu";

bool Allows(const std::string& list, const std::string& service, const std::string& action,
            const std::string& machine = kOrders) {
  return AwsSdkPolicy::Parse(list)->Allows(machine, service, action);
}

TEST(AwsSdkPolicy, AllowsNothingUnlessItIsSaid) {
  EXPECT_FALSE(Allows("", "s3", "getObject"));
  EXPECT_TRUE(Allows("*", "s3", "getObject"));
  EXPECT_TRUE(Allows("s3:get*", "s3", "getObject"));
  EXPECT_FALSE(Allows("s3:get*", "s3", "putObject"));
  EXPECT_FALSE(Allows("s3:get*", "s3control", "getObject"));
  EXPECT_TRUE(Allows("sqs:*, DynamoDB:*Item", "dynamodb", "putItem"));
}

TEST(AwsSdkPolicy, MayNameStateMachines) {
  EXPECT_TRUE(Allows("orders-*/s3:*", "s3", "getObject"));
  EXPECT_TRUE(Allows("orders-*/s3:*", "s3", "getObject", std::string(kOrders) + ":7"));
  EXPECT_FALSE(Allows("invoices/s3:*", "s3", "getObject"));
}

TEST(AwsSdkPolicy, SaysWhichEntryIsNone) {
  for (const char* entry : {"s3", "s3:", ":x", "/s3:x", "s3:a b", "a/b/c:d"}) {
    EXPECT_EQ(
        AwsSdkPolicy::Parse(entry).status().message(),
        std::string("found '") + entry + "', expected SERVICE:ACTION or MACHINE/SERVICE:ACTION");
  }
}

}  // namespace
}  // namespace pawl::integrations
