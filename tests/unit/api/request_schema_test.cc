#include "coordinator/api/request_schema.h"

#include <string>
#include <vector>

#include "coordinator/api/aws_operations.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::api {
namespace {

constexpr std::string_view kColours[] = {"RED", "BLUE"};
constexpr Member kPart[] = {
    {.name = "weight", .type = MemberType::kInteger, .required = true, .most = 100},
    {.name = "key", .least = 1, .most = 4},
};
bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}

bool IsDigits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}
constexpr Member kMembers[] = {
    {.name = "name", .required = true, .least = 1, .most = 5},
    {.name = "secret", .sensitive = true, .least = 2, .most = 3},
    {.name = "count", .type = MemberType::kInteger, .most = 1000},
    {.name = "flag", .type = MemberType::kBoolean},
    {.name = "colour", .values = kColours},
    {.name = "token", .pattern = {"[!-~]+", IsPrintable}},
    {.name = "digits", .pattern = {"^[0-9]*$", IsDigits}},
    {.name = "part", .type = MemberType::kStructure, .members = kPart},
    {.name = "parts",
     .type = MemberType::kStructureList,
     .most = 2,
     .members = kPart,
     .item = "Part"},
    {.name = "words", .type = MemberType::kStringList, .least = 1, .most = 3},
    {.name = "payload", .payload = PayloadLength::kBytes},
    {.name = "text", .payload = PayloadLength::kCharacters},
};

struct SchemaCase {
  std::string name;
  std::string request;
  std::string code;  // empty: nothing is wrong
  std::string message;
};

class CheckRequestTest : public testing::TestWithParam<SchemaCase> {};

TEST_P(CheckRequestTest, GivesTheWordsOfAws) {
  JsonArena arena;
  const auto request = ParseJson(GetParam().request, &arena);
  ASSERT_TRUE(request.ok());
  const auto error = CheckRequest(*request, kMembers, /*max_payload=*/4);
  EXPECT_EQ(error.has_value() ? error->code : "", GetParam().code);
  EXPECT_EQ(error.has_value() ? error->message : "", GetParam().message);
}

const std::string kOne = "1 validation error detected: ";
const std::string kFailed = " failed to satisfy constraint: ";

INSTANTIATE_TEST_SUITE_P(
    Members, CheckRequestTest,
    testing::ValuesIn(std::vector<SchemaCase>{
        {"AllThatIsAllowedPasses",
         R"({"name":"n","secret":"ab","count":1000,"flag":true,"colour":"RED","digits":"42",
             "part":{"weight":1},"parts":[{"weight":0}]})",
         "", ""},
        {"NotPrintable", R"({"name":"n","token":"a b"})", "ValidationException",
         kOne + "Value 'a b' at 'token'" + kFailed +
             "Member must satisfy regular expression pattern: [!-~]+"},
        {"Printable", R"({"name":"n","token":"!a~"})", "", ""},
        {"UnknownMembersAreIgnored", R"({"name":"n","other":[1]})", "", ""},
        {"NullIsAbsent", R"({"name":"n","count":null,"part":null})", "", ""},
        {"RequiredMemberIsMissing", "{}", "ValidationException",
         kOne + "Value null at 'name'" + kFailed + "Member must not be null"},
        {"RequiredMemberIsNull", R"({"name":null})", "ValidationException",
         kOne + "Value null at 'name'" + kFailed + "Member must not be null"},
        {"EmptyString", R"({"name":""})", "ValidationException",
         kOne + "Value '' at 'name'" + kFailed +
             "Member must have length greater than or equal to 1"},
        {"LengthCountsCharactersNotBytes", R"({"name":"äöüßé"})", "", ""},
        {"TooLong", R"({"name":"abcdef"})", "ValidationException",
         kOne + "Value 'abcdef' at 'name'" + kFailed +
             "Member must have length less than or equal to 5"},
        {"SensitiveValueIsNotEchoed", R"({"name":"n","secret":"abcd"})", "ValidationException",
         kOne + "Value at 'secret'" + kFailed + "Member must have length less than or equal to 3"},
        {"NumberTooLarge", R"({"name":"n","count":1001})", "ValidationException",
         kOne + "Value '1001' at 'count'" + kFailed +
             "Member must have value less than or equal to 1000"},
        {"NumberTooSmall", R"({"name":"n","count":-1})", "ValidationException",
         kOne + "Value '-1' at 'count'" + kFailed +
             "Member must have value greater than or equal to 0"},
        {"NotInTheEnumeration", R"({"name":"n","colour":"red"})", "ValidationException",
         kOne + "Value 'red' at 'colour'" + kFailed +
             "Member must satisfy enum value set: [RED, BLUE]"},
        {"DoesNotMatchThePattern", R"({"name":"n","digits":"4x"})", "ValidationException",
         kOne + "Value '4x' at 'digits'" + kFailed +
             "Member must satisfy regular expression pattern: ^[0-9]*$"},
        {"CharactersCountWhereTheQuotaIsInCharacters", R"({"name":"n","text":"äöü"})", "", ""},
        {"TheLimitOfPayloadsIsNamed", R"({"name":"n","text":"abcde"})", "ValidationException",
         kOne + "Value 'abcde' at 'text'" + kFailed +
             "Member must have length less than or equal to 4"},
        {"BytesCountWhereTheQuotaIsInBytes", R"({"name":"n","payload":"äöü"})",
         "ValidationException",
         kOne + "Value 'äöü' at 'payload'" + kFailed +
             "Member must have length less than or equal to 4"},
        {"MemberOfAStructure", R"({"name":"n","part":{"weight":101}})", "ValidationException",
         kOne + "Value '101' at 'part.weight'" + kFailed +
             "Member must have value less than or equal to 100"},
        {"MemberOfAListCountsFromOne", R"({"name":"n","parts":[{"weight":1},{"weight":101}]})",
         "ValidationException",
         kOne + "Value '101' at 'parts.2.member.weight'" + kFailed +
             "Member must have value less than or equal to 100"},
        {"TooManyItemsAreShownAsJavaPrintsThem",
         R"({"name":"n","parts":[{"weight":1},{"weight":2},{"weight":3}]})", "ValidationException",
         kOne +
             "Value '[Part(weight=1, key=null), Part(weight=2, key=null), Part(weight=3, "
             "key=null)]' at 'parts'" +
             kFailed + "Member must have length less than or equal to 2"},
        {"AStringOfAListIsTooLong", R"({"name":"n","words":["a","four"]})", "ValidationException",
         kOne + "Value '[a, four]' at 'words'" + kFailed +
             "Member must satisfy constraint: [Member must have length less than or equal to 3, "
             "Member must have length greater than or equal to 1]"},
        {"NumberForAStringOfAList", R"({"name":"n","words":[1]})", "SerializationException",
         "NUMBER_VALUE can not be converted to a String"},
        {"SeveralAreCountedAndJoined", R"({"name":"","count":1001})", "ValidationException",
         "2 validation errors detected: Value '' at 'name'" + kFailed +
             "Member must have length greater than or equal to 1; Value '1001' at 'count'" +
             kFailed + "Member must have value less than or equal to 1000"},
        {"NumberForAString", R"({"name":1})", "SerializationException",
         "NUMBER_VALUE can not be converted to a String"},
        {"TrueForAString", R"({"name":true})", "SerializationException",
         "TRUE_VALUE can not be converted to a String"},
        {"ObjectForAString", R"({"name":{}})", "SerializationException",
         "Start of structure or map found where not expected."},
        {"ListForAString", R"({"name":[]})", "SerializationException",
         "Start of list found where not expected."},
        {"StringForANumber", R"({"name":"n","count":"1"})", "SerializationException",
         "STRING_VALUE can not be converted to an Integer"},
        {"FractionForANumber", R"({"name":"n","count":1.5})", "SerializationException",
         "DECIMAL_VALUE can not be converted to an Integer"},
        {"HugeNumber", R"({"name":"n","count":3000000000})", "SerializationException",
         "NUMBER_VALUE can not be converted to an Integer"},
        {"StringForABoolean", R"({"name":"n","flag":"true"})", "SerializationException",
         "STRING_VALUE can not be converted to a Boolean"},
        {"StringForAStructure", R"({"name":"n","part":"x"})", "SerializationException",
         "Expected null or a structure"},
        {"StringForAList", R"({"name":"n","parts":"x"})", "SerializationException",
         "Expected list or null"},
        {"StringForAnItem", R"({"name":"n","parts":["x"]})", "SerializationException",
         "Expected null or a structure"},
        {"WrongTypeWinsOverViolations", R"({"name":"","count":"1"})", "SerializationException",
         "STRING_VALUE can not be converted to an Integer"},
        {"RequestIsNotAnObject", "[]", "SerializationException",
         "The request body must be a JSON object."},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Operations, AreThoseOfTheReference) {
  std::vector<std::string_view> names;
  for (const auto group :
       {StateMachineOperations(), StateMachineReadOperations(), VersionOperations(),
        AliasOperations(), TagOperations(), ExecutionOperations(), HistoryOperations(),
        ActivityOperations(), TaskOperations(), TestOperations()}) {
    for (const Operation& operation : group) names.push_back(operation.name);
  }
  EXPECT_THAT(
      names,
      testing::UnorderedElementsAre(
          "CreateActivity", "CreateStateMachine", "CreateStateMachineAlias", "DeleteActivity",
          "DeleteStateMachine", "DeleteStateMachineAlias", "DeleteStateMachineVersion",
          "DescribeActivity", "DescribeExecution", "DescribeStateMachine",
          "DescribeStateMachineAlias", "DescribeStateMachineForExecution", "GetActivityTask",
          "GetExecutionHistory", "ListActivities", "ListExecutions", "ListStateMachineAliases",
          "ListStateMachineVersions", "ListStateMachines", "ListTagsForResource",
          "PublishStateMachineVersion", "RedriveExecution", "SendTaskFailure", "SendTaskHeartbeat",
          "SendTaskSuccess", "StartExecution", "StopExecution", "TagResource", "TestState",
          "UntagResource", "UpdateStateMachine", "UpdateStateMachineAlias",
          "ValidateStateMachineDefinition"));
}

}  // namespace
}  // namespace pawl::api
