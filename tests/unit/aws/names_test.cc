#include "coordinator/integrations/aws/names.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl::aws {
namespace {

struct NameCase {
  std::string of;
  std::string wanted;
};

class ServicePrefixTest : public testing::TestWithParam<NameCase> {};
TEST_P(ServicePrefixTest, IsTheSdksForJava) {
  EXPECT_EQ(ServicePrefix(GetParam().of), GetParam().wanted);
}
INSTANTIATE_TEST_SUITE_P(Reference, ServicePrefixTest,
                         testing::Values(NameCase{"DynamoDB", "DynamoDb"}, NameCase{"SFN", "Sfn"},
                                         NameCase{"SESv2", "SesV2"}, NameCase{"WAFV2", "Wafv2"},
                                         NameCase{"CloudHSM V2", "CloudHsmV2"},
                                         NameCase{"IoT Data Plane", "IotDataPlane"},
                                         NameCase{"FSx", "FSx"}, NameCase{"XRay", "XRay"},
                                         NameCase{"Config Service", "Config"},
                                         NameCase{"CloudWatch Logs", "CloudWatchLogs"},
                                         NameCase{"S3", "S3"},
                                         NameCase{"SageMaker A2I Runtime", "SageMakerA2IRuntime"},
                                         NameCase{"Route53Resolver", "Route53Resolver"},
                                         NameCase{"IoTSiteWise", "IoTSiteWise"},
                                         NameCase{"ApiGatewayV2", "ApiGatewayV2"}));

class MemberKeyTest : public testing::TestWithParam<NameCase> {};
TEST_P(MemberKeyTest, IsTheSdksForJava) { EXPECT_EQ(MemberKey(GetParam().of), GetParam().wanted); }
INSTANTIATE_TEST_SUITE_P(
    Sdk, MemberKeyTest,
    testing::Values(NameCase{"bucketName", "BucketName"}, NameCase{"TableName", "TableName"},
                    NameCase{"DBInstanceIdentifier", "DbInstanceIdentifier"},
                    NameCase{"SourceDBClusterIdentifier", "SourceDBClusterIdentifier"},
                    NameCase{"ETag", "ETag"}, NameCase{"ARN", "Arn"}, NameCase{"VPCId", "VpcId"},
                    NameCase{"S3OriginConfig", "S3OriginConfig"},
                    NameCase{"TemplateURL", "TemplateURL"}, NameCase{"S", "S"},
                    NameCase{"BOOL", "Bool"}, NameCase{"NULL", "Nul"},
                    NameCase{"equals", "EqualsValue"}, NameCase{"Default", "DefaultValue"}));

TEST(ExceptionName, EndsInException) {
  EXPECT_EQ(ExceptionName("ResourceNotFoundException"), "ResourceNotFoundException");
  EXPECT_EQ(ExceptionName("NoSuchBucket"), "NoSuchBucketException");
  EXPECT_EQ(ExceptionName("DBInstanceNotFoundFault"), "DbInstanceNotFoundException");
  EXPECT_EQ(ExceptionName("InternalServerError"), "InternalServerErrorException");
  EXPECT_EQ(ExceptionName("EC2ThrottledException"), "Ec2ThrottledException");
}

}  // namespace
}  // namespace pawl::aws
