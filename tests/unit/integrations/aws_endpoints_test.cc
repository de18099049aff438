#include "coordinator/integrations/aws_endpoints.h"

#include <string>

#include "coordinator/base/strings.h"
#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

std::string Where(const AwsEndpoints& endpoints, std::string_view prefix,
                  std::string_view service) {
  const AwsTarget target = endpoints.Of(prefix, service);
  return StrCat(target.base.ToString(), " ", target.region, target.is_aws_own ? " own" : "");
}

TEST(AwsEndpoints, AreAwsOwnHosts) {
  const AwsEndpoints frankfurt("eu-central-1");
  EXPECT_EQ(Where(frankfurt, "dynamodb", "dynamodb"),
            "https://dynamodb.eu-central-1.amazonaws.com/ eu-central-1 own");
  EXPECT_EQ(Where(frankfurt, "iam", "iam"), "https://iam.amazonaws.com/ us-east-1 own");
  EXPECT_EQ(Where(AwsEndpoints("cn-north-1"), "iam", "iam"),
            "https://iam.cn-north-1.amazonaws.com.cn/ cn-north-1 own");
  EXPECT_EQ(Where(AwsEndpoints("cn-north-1"), "sqs", "sqs"),
            "https://sqs.cn-north-1.amazonaws.com.cn/ cn-north-1 own");
  EXPECT_EQ(Where(AwsEndpoints("us-gov-east-1"), "iam", "iam"),
            "https://iam.us-gov.amazonaws.com/ us-gov-west-1 own");
}

TEST(AwsEndpoints, MayBeOneForAllAndOthersForSome) {
  const auto endpoints = AwsEndpoints::Parse(
      "http://127.0.0.1:4566", "s3=http://127.0.0.1:9000/minio/, sqs=aws", "eu-west-1");
  ASSERT_TRUE(endpoints.ok());
  EXPECT_EQ(Where(*endpoints, "iam", "iam"), "http://127.0.0.1:4566/ eu-west-1");
  EXPECT_EQ(Where(*endpoints, "s3", "s3"), "http://127.0.0.1:9000/minio eu-west-1");
  EXPECT_EQ(Where(*endpoints, "sqs", "sqs"), "https://sqs.eu-west-1.amazonaws.com/ eu-west-1 own");
}

TEST(AwsEndpoints, TakeTheNamesOfOptimizedIntegrations) {
  const auto endpoints = AwsEndpoints::Parse("aws", "events=http://h:1,emr=http://h:2", "r");
  ASSERT_TRUE(endpoints.ok());
  EXPECT_EQ(Where(*endpoints, "events", "eventbridge"), "http://h:1/ r");
  EXPECT_EQ(Where(*endpoints, "elasticmapreduce", "emr"), "http://h:2/ r");
}

TEST(AwsEndpoints, SayWhatIsNone) {
  EXPECT_EQ(AwsEndpoints::Parse("ftp://x", "", "r").status().message(),
            "found 'ftp://x', expected aws, or a URL without a query");
  EXPECT_EQ(AwsEndpoints::Parse("aws", "s3", "r").status().message(),
            "found 's3', expected SERVICE=URL");
}

}  // namespace
}  // namespace pawl::integrations
