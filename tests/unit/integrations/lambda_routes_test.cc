#include "coordinator/integrations/lambda_routes.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

constexpr char kArn[] = "arn:aws:lambda:us-east-1:123456789012:function:f";

LambdaRoutes Routes(const std::string& endpoint, const std::string& functions = "") {
  const auto routes = LambdaRoutes::Parse(endpoint, functions, "eu-west-1");
  EXPECT_TRUE(routes.ok()) << routes.status();
  return routes.value_or(LambdaRoutes());
}

TEST(FunctionReference, TakesNamesAndArns) {
  EXPECT_EQ(FunctionReference::Parse("f").name, "f");
  EXPECT_EQ(FunctionReference::Parse("f:live").qualifier, "live");
  EXPECT_EQ(FunctionReference::Parse("123456789012:function:f:7").name, "f");
  EXPECT_EQ(FunctionReference::Parse("123456789012:function:f:7").qualifier, "7");
  EXPECT_EQ(FunctionReference::Parse(kArn).name, "f");
  EXPECT_EQ(FunctionReference::Parse(kArn).qualifier, "");
}

TEST(LambdaRoutes, AreWorkersUnlessAnEndpointIsGiven) {
  EXPECT_EQ(Routes("").ServedName("f"), "f");
  EXPECT_EQ(Routes("").InvokeUrl("f"), std::nullopt);
  EXPECT_EQ(Routes("http://127.0.0.1:3001").ServedName("f"), "");
}

TEST(LambdaRoutes, NameTheFunctionAloneToServersOfOnesOwn) {
  EXPECT_EQ(Routes("http://127.0.0.1:3001/").InvokeUrl(std::string(kArn) + ":live"),
            "http://127.0.0.1:3001/2015-03-31/functions/f/invocations");
}

TEST(LambdaRoutes, NameTheFunctionInFullToAws) {
  EXPECT_EQ(Routes("aws").InvokeUrl(kArn),
            "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/"
            "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations");
}

TEST(LambdaRoutes, MayDifferForEachFunction) {
  const LambdaRoutes routes = Routes("http://a:1",
                                     "f=worker, g = https://g.example , "
                                     "h=http://h:9000/2015-03-31/functions/function/invocations");
  EXPECT_EQ(routes.ServedName("f"), "f");
  EXPECT_EQ(routes.InvokeUrl("g:live"), "https://g.example/2015-03-31/functions/g/invocations");
  EXPECT_EQ(routes.InvokeUrl("h"), "http://h:9000/2015-03-31/functions/function/invocations");
  EXPECT_EQ(routes.InvokeUrl("other"), "http://a:1/2015-03-31/functions/other/invocations");
}

TEST(LambdaRoutes, MayDifferForEachVersion) {
  const LambdaRoutes routes = Routes("aws", "f=worker, f:prod=worker, f:7=http://old:1");
  EXPECT_EQ(routes.ServedName("f:prod"), "f:prod");
  EXPECT_EQ(routes.ServedName(std::string(kArn) + ":prod"), "f:prod");
  EXPECT_EQ(routes.ServedName("f:beta"), "f");
  EXPECT_EQ(routes.ServedName("f:7"), "");
  EXPECT_EQ(routes.InvokeUrl("f", "7"), "http://old:1/2015-03-31/functions/f/invocations");
  EXPECT_EQ(routes.InvokeUrl("f", "prod"), std::nullopt);
}

TEST(LambdaRoutes, SayWhichPartIsNone) {
  EXPECT_FALSE(LambdaRoutes::Parse("127.0.0.1:3001", "", "").ok());
  EXPECT_FALSE(LambdaRoutes::Parse("", "f", "").ok());
  EXPECT_FALSE(LambdaRoutes::Parse("", "f=lambda", "").ok());
}

}  // namespace
}  // namespace pawl::integrations
