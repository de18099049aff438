#include "coordinator/integrations/aws/service_error.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/unit/aws/model_of_test.h"

namespace pawl::aws {
namespace {

std::string Read(const std::string& protocol, const WireResponse& response,
                 const std::string& service_id = "DynamoDB",
                 const std::string& operation_name = "GetIt") {
  const auto model = ModelOf(
      protocol, StrCat("{\"", operation_name, "\":{\"name\":\"x\",\"http\":{},\"errors\":[]}}"),
      R"({"ResourceNotFoundException":{"type":"structure","exception":true},
          "NoSuchKey":{"type":"structure","exception":true},
          "QueueDoesNotExist":{"type":"structure","exception":true,
                               "error":{"code":"AWS.SimpleQueueService.NonExistentQueue"}}})",
      service_id);
  const Operation& operation = model->operations.front();
  const ServiceError error = ReadError(*model, operation, response);
  return StrCat(error.Name(*model, operation), ": ", error.Cause(*model),
                error.throttled   ? " throttled"
                : error.transient ? " transient"
                                  : "");
}

TEST(ServiceError, IsNamedByTheModel) {
  EXPECT_EQ(
      Read("json", {400,
                    {{"x-amzn-RequestId", "r"}},
                    R"({"__type":"com.amazonaws#ResourceNotFoundException","message":"no"})"}),
      "DynamoDb.ResourceNotFoundException: no (Service: DynamoDb, Status Code: 400, "
      "Request ID: r) (SDK Attempt Count: 1)");
  EXPECT_EQ(Read("json", {400, {}, R"({"__type":"ValidationException","Message":"bad"})"}),
            "DynamoDb.DynamoDbException: bad (Service: DynamoDb, Status Code: 400, "
            "Request ID: null) (SDK Attempt Count: 1)");
  EXPECT_EQ(Read("query",
                 {400,
                  {},
                  "<ErrorResponse><Error><Code>AWS.SimpleQueueService.NonExistentQueue"
                  "</Code><Message>m</Message></Error><RequestId>r</RequestId>"
                  "</ErrorResponse>"},
                 "SQS"),
            "Sqs.QueueDoesNotExistException: m (Service: Sqs, Status Code: 400, Request ID: r) "
            "(SDK Attempt Count: 1)");
}

TEST(ServiceError, OfS3HasAnotherId) {
  EXPECT_EQ(Read("rest-xml",
                 {404,
                  {{"x-amz-request-id", "r"}, {"x-amz-id-2", "h"}},
                  "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"},
                 "S3"),
            "S3.NoSuchKeyException: gone (Service: S3, Status Code: 404, Request ID: r, "
            "Extended Request ID: h) (SDK Attempt Count: 1)");
  EXPECT_EQ(Read("rest-xml", {404, {}, ""}, "S3", "HeadObject"),
            "S3.NoSuchKeyException: null (Service: S3, Status Code: 404, Request ID: null) "
            "(SDK Attempt Count: 1)");
}

TEST(ServiceError, IsThereWhateverTheBodyIs) {
  for (const char* protocol : {"json", "rest-json", "query", "ec2", "rest-xml"}) {
    EXPECT_EQ(Read(protocol, {503, {}, "<html>busy"}),
              "DynamoDb.DynamoDbException: null (Service: DynamoDb, Status Code: 503, "
              "Request ID: null) (SDK Attempt Count: 1) transient");
  }
  EXPECT_EQ(Read("json", {400, {}, R"({"__type":"ThrottlingException"})"}),
            "DynamoDb.DynamoDbException: null (Service: DynamoDb, Status Code: 400, "
            "Request ID: null) (SDK Attempt Count: 1) throttled");
}

}  // namespace
}  // namespace pawl::aws
