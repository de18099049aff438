// Small pieces of the wire format: times, names, ARNs, settings, addresses, the page.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_configuration.h"
#include "coordinator/api/index_page.h"
#include "coordinator/api/json_writer.h"
#include "coordinator/api/listen_address.h"
#include "coordinator/api/variable_references.h"
#include "gtest/gtest.h"

namespace pawl::api {
namespace {

struct TimeCase {
  std::string name;
  int64_t millis;
  std::string text;
};

class TimeTest : public testing::TestWithParam<TimeCase> {};

TEST_P(TimeTest, IsSecondsWithMilliseconds) {
  std::string out;
  AppendTime(absl::FromUnixMillis(GetParam().millis), &out);
  EXPECT_EQ(out, GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Wire, TimeTest,
                         testing::ValuesIn(std::vector<TimeCase>{
                             {"Whole", 1'790'218'585'000, "1790218585"},
                             {"Milliseconds", 1'790'218'585'123, "1790218585.123"},
                             {"TrailingZerosGo", 1'790'218'585'750, "1790218585.75"},
                             {"LeadingZerosStay", 1'790'218'585'007, "1790218585.007"},
                             {"Tenth", 1'790'218'585'100, "1790218585.1"}}),
                         [](const auto& info) { return info.param.name; });

TEST(Time, BelowAMillisecondIsCutOff) {
  std::string out;
  AppendTime(absl::FromUnixMicros(1'790'218'585'123'999), &out);
  EXPECT_EQ(out, "1790218585.123");
}

TEST(Name, RefusesWhatAwsRefuses) {
  for (const char c : std::string(" <>{}[]?*\"#%\\^|~`$&,;:/\t")) {
    EXPECT_TRUE(CheckName(std::string("a") + c).has_value()) << c;
  }
  for (const auto name : {"a\u00a0b", "\u0085", "\ufffe", "a\u3000"}) {
    EXPECT_TRUE(CheckName(name).has_value()) << name;
  }
}

TEST(Name, AcceptsTheRest) {
  for (const auto name : {"activity-name_1.2", "(a)+b=c!@'", "Größe", "名前", "\U0001f600"}) {
    EXPECT_FALSE(CheckName(name).has_value()) << name;
  }
}

TEST(Name, IsEchoedWithoutControlCharacters) {
  EXPECT_EQ(CheckName("a\x01 b\x7f")->message, "Invalid Name: 'a b'");
}

const Account kAccount{.partition = "aws", .region = "us-east-1", .account_id = "123456789012"};

struct ArnCase {
  std::string name;
  std::string arn;
  std::string message;  // of the InvalidArn; empty: it is good
};

class MachineArnTest : public testing::TestWithParam<ArnCase> {};

TEST_P(MachineArnTest, IsCheckedAsAwsDoes) {
  const auto arn = ReadArn(kAccount, GetParam().arn, "stateMachine");
  EXPECT_EQ(arn.ok() ? "" : arn.error().message, GetParam().message);
  EXPECT_EQ(arn.ok() ? "InvalidArn" : arn.error().code, "InvalidArn");
}

std::string BadPrefix(const std::string& arn) {
  return "Invalid Arn: 'Invalid ARN prefix: " + arn + "'";
}

INSTANTIATE_TEST_SUITE_P(
    Arns, MachineArnTest,
    testing::ValuesIn(std::vector<ArnCase>{
        {"Good", "arn:aws:states:us-east-1:123456789012:stateMachine:m", ""},
        {"NoArn", "no_arn", BadPrefix("no_arn")},
        {"Empty", "", BadPrefix("")},
        {"OtherService", "arn:aws:lambda:us-east-1:123456789012:stateMachine:m",
         BadPrefix("arn:aws:lambda:us-east-1:123456789012:stateMachine:m")},
        {"OtherRegion", "arn:aws:states:us-west-2:123456789012:stateMachine:m",
         BadPrefix("arn:aws:states:us-west-2:123456789012:stateMachine:m")},
        {"OtherAccount", "arn:aws:states:us-east-1:000000000000:stateMachine:m",
         BadPrefix("arn:aws:states:us-east-1:000000000000:stateMachine:m")},
        {"OtherType", "arn:aws:states:us-east-1:123456789012:activity:a",
         "Invalid Arn: 'Resource type not valid in this context: activity'"},
        {"Express", "arn:aws:states:us-east-1:123456789012:express:m:e:u",
         "Invalid Arn: 'Resource type not valid in this context: express'"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(MachineArn, OfAVersionOrAliasIsRefusedInClearWords) {
  for (const auto qualifier : {"1", "live"}) {
    const auto arn = ReadPlainMachineArn(
        kAccount, "arn:aws:states:us-east-1:123456789012:stateMachine:m:" + std::string(qualifier));
    ASSERT_FALSE(arn.ok());
    EXPECT_EQ(arn.error().code, "ValidationException");
    EXPECT_NE(arn.error().message.find("Version and alias ARNs"), std::string::npos);
  }
}

TEST(MachineArn, TellsVersionsFromAliases) {
  const std::string machine = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
  EXPECT_TRUE(ReadVersionArn(kAccount, machine + ":12").ok());
  EXPECT_TRUE(ReadAliasArn(kAccount, machine + ":v12").ok());
  for (const auto& text : {machine, machine + ":v12"}) {
    EXPECT_EQ(ReadVersionArn(kAccount, text).error().code, "InvalidArn") << text;
  }
  for (const auto& text : {machine, machine + ":12"}) {
    EXPECT_EQ(ReadAliasArn(kAccount, text).error().code, "InvalidArn") << text;
  }
  EXPECT_EQ(VersionNumber("12"), 12);
  EXPECT_EQ(VersionNumber("99999999999999999999"), 0);
  EXPECT_EQ(VersionNumber("1a"), std::nullopt);
  EXPECT_EQ(VersionNumber(""), std::nullopt);
}

TEST(MachineArn, WithALabelNamesTheReason) {
  const auto arn =
      ReadPlainMachineArn(kAccount, "arn:aws:states:us-east-1:123456789012:stateMachine:m/label");
  ASSERT_FALSE(arn.ok());
  EXPECT_EQ(arn.error().reason, "API_DOES_NOT_SUPPORT_LABELED_ARNS");
}

TEST(RoleArn, NeedsTheFormOfARole) {
  EXPECT_TRUE(IsRoleArn("arn:aws:iam::123456789012:role/service/x"));
  EXPECT_TRUE(IsRoleArn("arn:aws-cn:iam::999999999999:role/x"));
  for (const auto text :
       {"role/x", "arn:aws:iam::1:user/x", "arn:aws:iam:us-east-1:1:role/x", "arn:aws:iam::1:role/",
        "arn:aws:sts::1:role/x", "arn:aws:iam:::role/x"}) {
    EXPECT_FALSE(IsRoleArn(text)) << text;
  }
}

struct SettingCase {
  std::string name;
  bool logging;  // else encryption
  std::string value;
  std::string kept;   // as Describe gives it; empty: the default
  std::string error;  // the message
};

class SettingTest : public testing::TestWithParam<SettingCase> {};

TEST_P(SettingTest, IsCheckedAndKept) {
  JsonArena arena;
  const Json value = *ParseJson(GetParam().value, &arena);
  const auto read = GetParam().logging ? ReadLogging(value) : ReadEncryption(value);
  EXPECT_EQ(read.ok() ? *read : "", GetParam().kept);
  EXPECT_EQ(read.ok() ? "" : read.error().message, GetParam().error);
}

constexpr char kOneLog[] =
    R"("destinations":[{"cloudWatchLogsLogGroup":{"logGroupArn":"arn:aws:logs:r:1:log-group:g:*"}}])";

INSTANTIATE_TEST_SUITE_P(
    Settings, SettingTest,
    testing::ValuesIn(std::vector<SettingCase>{
        {"LoggingDefault", true, "{}", "", ""},
        {"LoggingDefaultWritten", true, R"({"level":"OFF","includeExecutionData":false})", "", ""},
        {"LoggingOn", true, std::string(R"({"level":"ALL",)") + kOneLog + "}",
         std::string(R"({"level":"ALL","includeExecutionData":false,)") + kOneLog + "}", ""},
        {"LoggingNeedsADestination", true, R"({"level":"ALL"})", "",
         "Invalid Logging Configuration: Must specify exactly one Log Destination."},
        {"LoggingTakesOneDestination", true, R"({"destinations":[{},{}]})", "",
         "Invalid Logging Configuration: Must specify exactly one Log Destination."},
        {"LoggingArnEndsInStar", true,
         R"({"level":"ALL","destinations":[{"cloudWatchLogsLogGroup":{"logGroupArn":"arn:x"}}]})",
         "", "Invalid Logging Configuration: Log Destination not found."},
        {"EncryptionDefault", false, R"({"type":"AWS_OWNED_KEY"})", "", ""},
        {"EncryptionNeedsAKey", false, R"({"type":"CUSTOMER_MANAGED_KMS_KEY"})", "",
         "Invalid Encryption Configuration: Must set a valid kmsKeyId."},
        {"EncryptionGetsItsPeriod", false, R"({"type":"CUSTOMER_MANAGED_KMS_KEY","kmsKeyId":"k"})",
         R"({"type":"CUSTOMER_MANAGED_KMS_KEY","kmsKeyId":"k","kmsDataKeyReusePeriodSeconds":300})",
         ""},
        {"OwnedKeyTakesNoKey", false, R"({"type":"AWS_OWNED_KEY","kmsKeyId":"k"})", "",
         "Invalid Encryption Configuration: Custom kmsKeyId is not allowed when selecting "
         "AWS_OWNED_KEY."},
        {"OwnedKeyTakesNoPeriod", false,
         R"({"type":"AWS_OWNED_KEY","kmsDataKeyReusePeriodSeconds":60})", "",
         "Invalid Encryption Configuration: Custom kmsDataKeyReusePeriodSeconds is not allowed "
         "when selecting AWS_OWNED_KEY."},
    }),
    [](const auto& info) { return info.param.name; });

TEST(ListenAddress, IsReadAndKnowsItsReach) {
  const auto local = ListenAddress::Parse("127.0.0.1:8083");
  ASSERT_TRUE(local.ok());
  EXPECT_EQ(local->port, 8083);
  EXPECT_TRUE(local->IsLoopback());
  EXPECT_TRUE(ListenAddress::Parse("localhost:0")->IsLoopback());
  EXPECT_TRUE(ListenAddress::Parse("[::1]:1")->IsLoopback());
  EXPECT_FALSE(ListenAddress::Parse("0.0.0.0:1")->IsLoopback());
  EXPECT_FALSE(ListenAddress::Parse("[::]:1")->IsLoopback());
  EXPECT_FALSE(ListenAddress::Parse("10.1.2.3:1")->IsLoopback());
}

TEST(ListenAddress, RefusesWhatIsNone) {
  for (const auto text : {"", "8083", ":8083", "host:8083", "127.0.0.1:", "127.0.0.1:x",
                          "127.0.0.1:65536", "::1:8083", "[127.0.0.1]:1", "1.2.3.4.5:1"}) {
    EXPECT_FALSE(ListenAddress::Parse(text).ok()) << text;
  }
}

using References = std::map<std::string, std::set<std::string>>;

constexpr char kReading[] = R"json({"States":{
  "Paths":{"Type":"Wait","SecondsPath":"$seconds","InputPath":"$$.Execution","Next":"Calls"},
  "Calls":{"Type":"Pass","Parameters":{"a.$":"States.Format('$no {}', $.x, $yes)","b":"$no",
           "InputPath":"$no","deep":[{"c.$":"$deep.x"}]},"Result":{"d.$":"$no"}},
  "Rules":{"Type":"Choice","Choices":[{"And":[{"Variable":"$left","StringEquals":"$no"},
           {"Variable":"$.x","StringEqualsPath":"$right"}],"Assign":{"e.$":"$assigned"}}]},
  "Map":{"Type":"Map","ItemsPath":"$items","ItemProcessor":{"States":{
    "Inner":{"Type":"Pass","OutputPath":"$inner"}}}},
  "None":{"Type":"Parallel","Branches":[{"States":{"Branch":{"ErrorPath":"$error"}}}]}}})json";

TEST(VariableReferences, AreThoseOfPathsAndCallsByState) {
  EXPECT_EQ(VariableReferences(kReading), (References{{"Paths", {"seconds"}},
                                                      {"Calls", {"yes", "deep"}},
                                                      {"Rules", {"left", "right", "assigned"}},
                                                      {"Map", {"items"}},
                                                      {"Inner", {"inner"}},
                                                      {"Branch", {"error"}}}));
}

TEST(VariableReferences, OfWhatIsNoDefinitionAreNone) {
  for (const auto text : {"", "[]", "{}", R"({"States":[1]})", R"({"States":{"A":1}})"}) {
    EXPECT_EQ(VariableReferences(text), References()) << text;
  }
}

TEST(IndexPage, EscapesWhatTheClientSent) {
  const std::string page = IndexPage(kAccount, "1.2", "<script>");
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_NE(page.find("http://&lt;script&gt;"), std::string::npos);
  EXPECT_NE(page.find("123456789012"), std::string::npos);
}

}  // namespace
}  // namespace pawl::api
