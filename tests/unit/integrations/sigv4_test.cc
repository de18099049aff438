#include "coordinator/integrations/sigv4.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

// Requests and signatures of AWS's published test suite (2015-08-30, AKIDEXAMPLE), and one of the
// Invoke API, whose signature botocore 1.43 gives.
struct Vector {
  std::string name;
  std::string method;
  std::string url;
  std::vector<HttpHeader> headers;
  std::string body;
  std::string signed_headers;
  std::string signature;
  std::string session_token = "";
  std::string service = "service";
};

const std::string kUnreserved =
    "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const Vector kVectors[] = {
    {"GetVanilla",
     "GET",
     "https://example.amazonaws.com/",
     {},
     "",
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"GetVanillaQueryOrderKeyCase",
     "GET",
     "https://example.amazonaws.com/?Param2=value2&Param1=value1",
     {},
     "",
     "host;x-amz-date",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"GetVanillaQueryOrderValue",
     "GET",
     "https://example.amazonaws.com/?Param1=value2&Param1=value1",
     {},
     "",
     "host;x-amz-date",
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {"GetVanillaQueryUnreserved",
     "GET",
     "https://example.amazonaws.com/?" + kUnreserved + "=" + kUnreserved,
     {},
     "",
     "host;x-amz-date",
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"GetHeaderValueTrim",
     "GET",
     "https://example.amazonaws.com/",
     {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
     "",
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"PostVanilla",
     "POST",
     "https://example.amazonaws.com/",
     {},
     "",
     "host;x-amz-date",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"PostHeaderKeySort",
     "POST",
     "https://example.amazonaws.com/",
     {{"My-Header1", "value1"}},
     "",
     "host;my-header1;x-amz-date",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"PostHeaderValueCase",
     "POST",
     "https://example.amazonaws.com/",
     {{"My-Header1", "VALUE1"}},
     "",
     "host;my-header1;x-amz-date",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"PostFormUrlencoded",
     "POST",
     "https://example.amazonaws.com/",
     {{"Content-Type", "application/x-www-form-urlencoded"}},
     "Param1=value1",
     "content-type;host;x-amz-date",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"SessionToken",
     "POST",
     "https://example.amazonaws.com/",
     {},
     "",
     "host;x-amz-date;x-amz-security-token",
     "2dfc334632c5dc3e0cd735ff2470ef568a4d458d0326ad353a05569630d7f4a7",
     "TOKEN"},
    {"InvokeByArn",
     "POST",
     "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/"
     "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations?Qualifier=live",
     {{"Content-Type", "application/json"}, {"X-Amz-Invocation-Type", "RequestResponse"}},
     "{\"a\": 1}",
     "content-type;host;x-amz-date;x-amz-invocation-type",
     "f4e796ed55b3c0e97562f8cd4cf4e7a0074272290bd3586d15a65aebc3323cda",
     "",
     "lambda"},
};

class SigV4Test : public testing::TestWithParam<Vector> {};

TEST_P(SigV4Test, SignsAsAwsDoes) {
  const Vector& vector = GetParam();
  HttpRequest request{
      .method = vector.method, .url = vector.url, .headers = vector.headers, .body = vector.body};
  SignRequest({"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", vector.session_token},
              {"us-east-1", vector.service}, absl::FromUnixSeconds(1440938160), &request);
  EXPECT_EQ(request.headers.back().name, "Authorization");
  EXPECT_EQ(request.headers.back().value,
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + vector.service +
                "/aws4_request, SignedHeaders=" + vector.signed_headers +
                ", Signature=" + vector.signature);
}

INSTANTIATE_TEST_SUITE_P(Published, SigV4Test, testing::ValuesIn(kVectors),
                         [](const auto& info) { return info.param.name; });

// The example of a GET Object in "Authenticating Requests" of S3's API reference.
TEST(SigV4OfS3, SignsTheHashOfTheBodyAndThePathAsItIs) {
  const AwsCredentials credentials = {"AKIAIOSFODNN7EXAMPLE",
                                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  HttpRequest request{.url = "https://examplebucket.s3.amazonaws.com/test.txt",
                      .headers = {{"Range", "bytes=0-9"}}};
  SignRequest(credentials, {.region = "us-east-1", .service = "s3", .is_s3 = true},
              absl::FromUnixSeconds(1369353600), &request);
  EXPECT_EQ(request.headers.back().value,
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

// The example of docs.aws.amazon.com, "Authenticating Requests: Using Query Parameters".
TEST(PresignedUrl, IsAsPublished) {
  const AwsCredentials credentials = {"AKIAIOSFODNN7EXAMPLE",
                                      "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  const SigningScope scope = {
      .region = "us-east-1", .service = "s3", .is_s3 = true, .unsigned_body = true};
  EXPECT_EQ(PresignedUrl(credentials, scope, absl::FromUnixSeconds(1369353600), absl::Hours(24),
                         {.url = "https://examplebucket.s3.amazonaws.com/test.txt"}),
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

}  // namespace
}  // namespace pawl::integrations
