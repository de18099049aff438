// What the generated comparison with botocore (tests/aws_models) does not reach: values that cannot
// be sent, and what is put in besides the model.

#include "coordinator/integrations/aws/request.h"

#include <string>
#include <utility>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/unit/aws/model_of_test.h"

namespace pawl::aws {
namespace {

constexpr char kShapes[] = R"({
  "In": {"type":"structure","required":["Bucket"],"members":{
     "Bucket":{"shape":"S","location":"uri","locationName":"Bucket"},
     "Key":{"shape":"S","location":"uri","locationName":"Key"},
     "tag":{"shape":"S","location":"header","locationName":"x-tag"},
     "meta":{"shape":"M","location":"headers","locationName":"x-meta-"},
     "token":{"shape":"S","idempotencyToken":true},
     "account":{"shape":"S","hostLabel":true},
     "count":{"shape":"I"},
     "when":{"shape":"T"},
     "nested":{"shape":"In2"}}},
  "In2": {"type":"structure","required":["need"],"members":{"need":{"shape":"S"},"DBName":{"shape":"S"}}},
  "S":{"type":"string"}, "I":{"type":"integer"}, "T":{"type":"timestamp"},
  "M":{"type":"map","key":{"shape":"S"},"value":{"shape":"S"}}})";
constexpr char kOperation[] = R"({"PutIt":{"name":"PutIt",
  "http":{"method":"PUT","requestUri":"/b/{Bucket}/{Key+}?flag&x=1"},"input":{"shape":"In"},
  "endpoint":{"hostPrefix":"{account}."},"httpChecksumRequired":true}})";

// The request as text, or the problems.
std::string Build(const std::string& parameters) {
  const auto model = ModelOf("rest-json", kOperation, kShapes);
  JsonArena arena;
  const Operation& operation = *model->Find("putIt");
  const auto input = ReadInput(*model, operation, *ParseJson(parameters, &arena), "the-token");
  if (!input.ok()) return absl::StrJoin(input.error(), "; ");
  const auto request = BuildRequest(*model, operation, *input);
  if (!request.ok()) return absl::StrJoin(request.error(), "; ");
  std::string text = StrCat(request->method, " ", request->host_prefix, " ", request->path, "?",
                            QueryText(request->query), "\n");
  for (const Header& header : request->headers)
    StrAppend(&text, header.name, ": ", header.value, "\n");
  return StrCat(text, *request->body);
}

TEST(Request, PutsEachMemberWhereTheModelHasIt) {
  EXPECT_EQ(Build(R"({"Bucket":"a/b","Key":"c d/é","Tag":"t","Meta":{"k":"v"},"Account":"12",
                      "Count":"3","When":"2026-01-01T00:00:00.5Z"})"),
            "PUT 12. /b/a%2Fb/c%20d/%C3%A9?flag&x=1\n"
            "x-tag: t\nx-meta-k: v\nContent-Type: application/json\n"
            "Content-MD5: 4oMChWeJAp6Ri/89QBbvBw==\n"
            R"({"account":"12","count":3,"when":1767225600.500,"token":"the-token"})");
}

TEST(Request, HasTheChecksumThatIsAskedFor) {
  const auto model = ModelOf(
      "rest-xml",
      R"({"Put":{"name":"Put","http":{"method":"PUT","requestUri":"/"},"input":{"shape":"In"},
          "httpChecksum":{"requestAlgorithmMember":"How"}}})",
      R"({"In":{"type":"structure","payload":"Body","members":{
            "Body":{"shape":"B"},"How":{"shape":"S","location":"header","locationName":"x-how"}}},
          "B":{"type":"blob"},"S":{"type":"string"}})");
  // Of "123456789", the text by which CRCs are told apart.
  const std::pair<const char*, const char*> wanted[] = {
      {"CRC32", "x-amz-checksum-crc32: y/Q5Jg==\n"},
      {"CRC32C", "x-amz-checksum-crc32c: 4waSgw==\n"},
      {"SHA1", "x-amz-checksum-sha1: 98O8HYCOBHMq32eZZczDTKeuNEE=\n"},
      {"SHA256", "x-amz-checksum-sha256: FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=\n"},
  };
  for (const auto& [how, header] : wanted) {
    JsonArena arena;
    const std::string parameters = StrCat(R"({"Body":"123456789","How":")", how, R"("})");
    const auto input = ReadInput(*model, model->operations[0], *ParseJson(parameters, &arena), "");
    const auto request = BuildRequest(*model, model->operations[0], *input);
    std::string headers;
    for (const Header& each : request->headers) {
      StrAppend(&headers, each.name, ": ", each.value, "\n");
    }
    EXPECT_NE(headers.find(header), std::string::npos) << headers;
  }
}

TEST(Request, MakesTextOfWhatIsGivenForAString) {
  EXPECT_NE(Build(R"({"Bucket":"b","Key":"k","Account":"1","Tag":{"n":[1,true]}})")
                .find("x-tag: {\"n\":[1,true]}"),
            std::string::npos);
}

TEST(Request, RefusesWhatWouldBeAnotherRequest) {
  EXPECT_EQ(Build(R"({"Bucket":"","Key":"k","Account":"1"})"),
            "The value of the field 'Bucket' has an invalid format");
  EXPECT_EQ(Build(R"({"Bucket":"b","Account":"1"})"),
            "The field 'Key' is required but was missing");
  EXPECT_EQ(Build(R"({"Bucket":"b","Key":"k","Account":"1","Tag":"a\r\nHost: evil"})"),
            "The value of the field 'Tag' has an invalid format");
  EXPECT_EQ(Build(R"({"Bucket":"b","Key":"k","Account":"1","Meta":{"a:\r\nb":"v"}})"),
            "The value of the field 'Meta' has an invalid format");
  EXPECT_EQ(Build(R"({"Bucket":"b","Key":"k","Account":"evil.example/"})"),
            "The value of the field 'account' has an invalid format");
}

TEST(Request, NamesWhatIsWrongWithTheParameters) {
  EXPECT_EQ(Build(R"({"Key":"k","Nope":1,"Count":"x","Nested":{"DbName":"d"}})"),
            "The field \"Nope\" is not supported by Step Functions; "
            "The value for the field 'Count' must be an INTEGER; "
            "The field 'Need' is required but was missing; "
            "The field 'Bucket' is required but was missing");
  EXPECT_EQ(Build("[]"), "The Parameters must be a JSON object");
}

}  // namespace
}  // namespace pawl::aws
