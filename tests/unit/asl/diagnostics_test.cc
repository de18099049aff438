// What definitions are refused for: each row is one mistake and the words about it.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "coordinator/asl/compile.h"

namespace pawl::asl {
namespace {

// A machine of one state, "S".
std::string One(const std::string& fields) {
  return R"({"StartAt":"S","States":{"S":{)" + fields + "}}}";
}

std::string Activity(const std::string& fields) {
  return R"("Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:work",)" +
         fields + R"("End":true)";
}

std::string Call(const std::string& integration, const std::string& fields) {
  return R"("Type":"Task","Resource":"arn:aws:states:::)" + integration + R"(",)" + fields +
         R"("End":true)";
}

const std::string kPassBranch = R"({"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}})";

struct BadCase {
  std::string name;
  std::string definition;
  std::string wanted;
  MachineType type = MachineType::kStandard;
};

std::ostream& operator<<(std::ostream& out, const BadCase& c) { return out << c.definition; }

class BadDefinition : public testing::TestWithParam<BadCase> {};

TEST_P(BadDefinition, IsRefusedWithReasons) {
  CompileResult result = CompileMachine(GetParam().definition, GetParam().type);
  EXPECT_EQ(result.ErrorText(), GetParam().wanted);
  EXPECT_EQ(result.machine, nullptr);
}

auto NameOf = [](const auto& info) { return info.param.name; };
const std::string kSchema = "SCHEMA_VALIDATION_FAILED: ";

INSTANTIATE_TEST_SUITE_P(
    Documents, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"Empty", "", kSchema + "Definition must be a valid JSON object at null"},
        {"Blank", " ", kSchema + "Definition must be a valid JSON object at null"},
        {"NoObject", "[]", kSchema + "Definition must be a valid JSON object at null"},
        {"NoFields", "{}", kSchema + "These fields are required: [States, StartAt] at /"},
        {"NoStates", R"({"Comment":"c","StartAt":"S"})",
         kSchema + "These fields are required: [States] at /"},
        {"NoStartAt", R"({"States":{"S":{"Type":"Succeed"}}})",
         kSchema + "These fields are required: [StartAt] at /"},
        {"EmptyStates", R"({"StartAt":"S","States":{}})",
         kSchema + "Value cannot be empty at /States"},
        {"StatesOfOtherType", R"({"StartAt":"S","States":[]})",
         kSchema + "Expected value of type Object at /States"},
        {"UnknownField", R"({"StartAt":"S","Fn::Sub":1,"States":{"S":{"Type":"Succeed"}}})",
         kSchema + "Field 'Fn::Sub' is not supported at /"},
        {"OtherVersion", R"({"Version":"2.0","StartAt":"S","States":{"S":{"Type":"Succeed"}}})",
         kSchema + "Value should be one of the following: [1.0] at /Version"},
        {"TimeoutTooSmall",
         R"({"TimeoutSeconds":0,"StartAt":"S","States":{"S":{"Type":"Succeed"}}})",
         kSchema + "Minimum value is 1 at /TimeoutSeconds"},
        {"UnknownLanguage",
         R"({"QueryLanguage":"XPath","StartAt":"S","States":{"S":{"Type":"Succeed"}}})",
         kSchema + "Value should be one of the following: [JSONPath, JSONata] at /QueryLanguage"},
    }),
    NameOf);

constexpr char kAnyToken[] =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

std::string BadJson(const std::string& message, const std::string& text, int column) {
  const std::string location =
      "[Source: (String)\"" + text + "\"; line: 1, column: " + std::to_string(column) + "]";
  return "INVALID_JSON_DESCRIPTION: " + message + "\n at " + location + " at " + location;
}

INSTANTIATE_TEST_SUITE_P(
    Json, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"UnknownToken", "not a definition",
         BadJson(std::string("Unrecognized token 'not': was expecting ") + kAnyToken,
                 "not a definition", 4)},
        {"SingleQuote", "{'a': 1}",
         BadJson(
             "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
             "{'a': 1}", 3)},
        {"NoColon", R"({"a" 1})",
         BadJson("Unexpected character ('1' (code 49)): was expecting a colon to separate field "
                 "name and value",
                 R"({"a" 1})", 7)},
        {"NoComma", R"({"a":1 "b":2})",
         BadJson("Unexpected character ('\"' (code 34)): was expecting comma to separate Object "
                 "entries",
                 R"({"a":1 "b":2})", 9)},
        {"NoClosingBrace", R"({"a":[1])",
         BadJson(
             R"json(Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)"{"a":[1]"; line: 1, column: 1]))json",
             R"({"a":[1])", 9)},
        {"NoClosingQuote", R"({"a)",
         BadJson("Unexpected end-of-input: was expecting closing quote for a string value",
                 R"({"a)", 4)},
        {"TextBehindTheEnd", "{} x",
         BadJson(
             "Unexpected character ('x' (code 120)): expected end-of-input behind the root value",
             "{} x", 5)},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Fields, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"StateIsNoObject", R"({"StartAt":"S","States":{"S":1}})",
         kSchema + "Expected value of type Object at /States/S"},
        {"NoType", One(R"("End":true)"),
         kSchema + "These fields are required: [Type] at /States/S"},
        {"UnknownType", One(R"("Type":"Loop","End":true)"),
         kSchema + "The field 'Type' should have one of these values: [Task, Wait, Pass, "
                   "Succeed, "
                   "Fail, Choice, Parallel, Map] at /States/S/Type"},
        {"UnknownField", One(R"("Type":"Pass","Foo":1,"End":true)"),
         kSchema + "Field 'Foo' is not supported at /States/S"},
        {"FieldOfOtherType", One(R"("Type":"Pass","ResultSelector":{},"End":true)"),
         kSchema + "Field 'ResultSelector' is not supported at /States/S"},
        {"TimeoutOnMap",
         One(R"("Type":"Map","TimeoutSeconds":1,"ItemProcessor":)" + kPassBranch +
             R"(,"End":true)"),
         kSchema + "Field 'TimeoutSeconds' is not supported at /States/S"},
        {"RetryOnPass", One(R"("Type":"Pass","Retry":[{}],"End":true)"),
         kSchema + "Field 'Retry' is not supported at /States/S"},
        {"NextOnSucceed", One(R"("Type":"Succeed","End":true)"),
         kSchema + "Field 'End' is not supported at /States/S"},
        {"AssignOnFail", One(R"("Type":"Fail","Assign":{})"),
         kSchema + "Field 'Assign' is not supported at /States/S"},
        {"QueryLanguageOnProcessor",
         One(R"("Type":"Map","ItemProcessor":{"QueryLanguage":"JSONPath","StartAt":"B","States":{"B":{"Type":"Pass","End":true}}},"End":true)"),
         kSchema + "Field 'QueryLanguage' is not supported at /States/S/ItemProcessor"},
        {"JsonataField", One(R"("Type":"Pass","Output":1,"End":true)"),
         kSchema + "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported "
                   "for the 'JSONata' QueryLanguage at /States/S"},
        {"JsonataFieldOfOtherType", One(R"("Type":"Pass","Arguments":1,"End":true)"),
         kSchema + "Field 'Arguments' is not supported at /States/S"},
        {"NextAndEnd",
         R"({"StartAt":"S","States":{"S":{"Type":"Pass","Next":"T","End":true},"T":{"Type":"Succeed"}}})",
         kSchema + "There should only be one of the following fields: [Next, End] at /States/S"},
        {"NeitherNextNorEnd", One(R"("Type":"Pass")"),
         kSchema + "This object should have only one of the following fields: [Next, End] "
                   "at /States/S"},
        {"EndFalse", One(R"("Type":"Pass","End":false)"),
         "SCHEMA_VALIDATION_FAILED: This object should have only one of the following "
         "fields: "
         "[Next, End] at /States/S, "
         "MISSING_END_STATE: Workflow has no terminal state at null"},
        {"EndOfOtherType", One(R"("Type":"Pass","End":"yes")"),
         kSchema + "Expected value of type Boolean at /States/S/End"},
        {"TwoWaits", One(R"("Type":"Wait","Seconds":1,"SecondsPath":"$.s","End":true)"),
         kSchema + "There should only be one of the following fields: [SecondsPath, Seconds, "
                   "TimestampPath, Timestamp] at /States/S"},
        {"NoWait", One(R"("Type":"Wait","End":true)"),
         kSchema + "This object should have only one of the following fields: [SecondsPath, "
                   "Seconds, TimestampPath, Timestamp] at /States/S"},
        {"StaticAndPath", One(Activity(R"("TimeoutSeconds":1,"TimeoutSecondsPath":"$.t",)")),
         kSchema + "There should only be one of the following fields: [TimeoutSeconds, "
                   "TimeoutSecondsPath] at /States/S"},
        {"ErrorOfMoreThan256Characters",
         One(R"("Type":"Fail","Error":")" + std::string(257, 'e') + "\""),
         kSchema + "Value cannot be longer than 256 characters at /States/S/Error"},
        {"CauseOfMoreThan32768Characters",
         One(R"("Type":"Fail","Cause":")" + std::string(32'769, 'c') + "\""),
         kSchema + "Value cannot be longer than 32768 characters at /States/S/Cause"},
        {"ErrorAndErrorPath", One(R"("Type":"Fail","Error":"E","ErrorPath":"$.e")"),
         kSchema + "There should only be one of the following fields: [Error, ErrorPath] "
                   "at /States/S"},
        {"NoProcessor", One(R"("Type":"Map","End":true)"),
         kSchema + "This object should have only one of the following fields: [ItemProcessor, "
                   "Iterator] at /States/S"},
        {"NoBranches", One(R"("Type":"Parallel","End":true)"),
         kSchema + "These fields are required: [Branches] at /States/S"},
        {"EmptyBranches", One(R"("Type":"Parallel","Branches":[],"End":true)"),
         kSchema + "Value cannot be empty at /States/S/Branches"},
        {"BranchWithoutStates", One(R"("Type":"Parallel","Branches":[{"StartAt":"B"}],"End":true)"),
         kSchema + "These fields are required: [States] at /States/S/Branches[0]"},
        {"CommentOfOtherType", One(R"("Type":"Pass","Comment":1,"End":true)"),
         kSchema + "Expected value of type String at /States/S/Comment"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Values, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"PathThatDoesNotParse", One(R"("Type":"Pass","OutputPath":"x","End":true)"),
         kSchema + "Value must be a valid JSONPath. at /States/S/OutputPath"},
        {"PathOfOtherType", One(R"("Type":"Pass","InputPath":1,"End":true)"),
         kSchema + "Expected value of type String or null at /States/S/InputPath"},
        {"ResultPathInTheContext", One(R"("Type":"Pass","ResultPath":"$$.x","End":true)"),
         kSchema + "Value is not a Reference Path: a ResultPath must start at '$', not at the "
                   "Context object or a variable at /States/S/ResultPath"},
        {"ComputedValueIsNoPath", One(R"("Type":"Pass","Parameters":{"k.$":"x"},"End":true)"),
         kSchema + "The value for the field 'k.$' must be a valid JSONPath or a valid intrinsic "
                   "function call at /States/S/Parameters"},
        {"TimestampWithoutZone",
         One(R"("Type":"Wait","Timestamp":"2016-12-05T21:29:29","End":true)"),
         kSchema + "String does not match RFC3339 timestamp at /States/S/Timestamp"},
        {"SecondsTooLarge", One(R"("Type":"Wait","Seconds":100000000,"End":true)"),
         kSchema + "Maximum value is 99999999 at /States/S/Seconds"},
        {"SecondsNegative", One(R"("Type":"Wait","Seconds":-1,"End":true)"),
         kSchema + "Minimum value is 0 at /States/S/Seconds"},
        {"SecondsAsText", One(R"("Type":"Wait","Seconds":"1","End":true)"),
         kSchema + "Expected value of type Integer at /States/S/Seconds"},
        {"ConcurrencyNegative",
         One(R"("Type":"Map","MaxConcurrency":-1,"ItemProcessor":)" + kPassBranch +
             R"(,"End":true)"),
         kSchema + "Minimum value is 0 at /States/S/MaxConcurrency"},
        {"HeartbeatNotBelowTimeout", One(Activity(R"("TimeoutSeconds":5,"HeartbeatSeconds":5,)")),
         kSchema + "HeartbeatSeconds (5) must be smaller than TimeoutSeconds (5) at "
                   "/States/S/HeartbeatSeconds"},
        {"ErrorPathIsNothing", One(R"("Type":"Fail","ErrorPath":"Error")"),
         kSchema + "The value for the field 'ErrorPath' must be a valid JSONPath or a valid "
                   "intrinsic function call at /States/S/ErrorPath"},
        {"ExecutionTypeOfInlineMap",
         One(R"("Type":"Map","ItemProcessor":{"ProcessorConfig":{"ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true)"),
         kSchema + "Field 'ExecutionType' is not supported at "
                   "/States/S/ItemProcessor/ProcessorConfig"},
        {"DistributedMap",
         One(R"("Type":"Map","ItemReader":{},"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"B","States":{"B":{"Type":"Succeed"}}},"End":true)"),
         kSchema +
             "'ItemReader' of a distributed Map is not available in this version of Pawl "
             "at "
             "/States/S/ItemReader, " +
             kSchema +
             "ProcessorConfig.Mode 'DISTRIBUTED' is not available in this version of Pawl "
             "at "
             "/States/S/ItemProcessor/ProcessorConfig/Mode"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Handlers, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"NoErrorEquals", One(Activity(R"("Retry":[{}],)")),
         kSchema + "These fields are required: [ErrorEquals] at /States/S/Retry[0]"},
        {"EmptyErrorEquals", One(Activity(R"("Retry":[{"ErrorEquals":[]}],)")),
         kSchema + "Value cannot be empty at /States/S/Retry[0]/ErrorEquals"},
        {"AllNotAlone", One(Activity(R"("Retry":[{"ErrorEquals":["States.ALL","E"]}],)")),
         kSchema + "States.ALL must appear alone and at end of list at "
                   "/States/S/Retry[0]/ErrorEquals"},
        {"AllNotLast",
         One(Activity(R"("Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["E"]}],)")),
         kSchema + "States.ALL must appear alone and at end of list at "
                   "/States/S/Retry[0]/ErrorEquals"},
        {"BackoffTooSmall", One(Activity(R"("Retry":[{"ErrorEquals":["E"],"BackoffRate":0.5}],)")),
         kSchema + "Minimum value is 1 at /States/S/Retry[0]/BackoffRate"},
        {"AttemptsNegative", One(Activity(R"("Retry":[{"ErrorEquals":["E"],"MaxAttempts":-1}],)")),
         kSchema + "Minimum value is 0 at /States/S/Retry[0]/MaxAttempts"},
        {"DelayTooLarge",
         One(Activity(R"("Retry":[{"ErrorEquals":["E"],"MaxDelaySeconds":31622401}],)")),
         kSchema + "Maximum value is 31622400 at /States/S/Retry[0]/MaxDelaySeconds"},
        {"UnknownJitter",
         One(Activity(R"("Retry":[{"ErrorEquals":["E"],"JitterStrategy":"SOME"}],)")),
         kSchema + "Value should be one of the following: [NONE, FULL] at "
                   "/States/S/Retry[0]/JitterStrategy"},
        {"CatcherWithoutNext", One(Activity(R"("Catch":[{"ErrorEquals":["E"]}],)")),
         kSchema + "These fields are required: [Next] at /States/S/Catch[0]"},
        {"CatcherAllNotLast",
         One(Activity(
             R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"S"},{"ErrorEquals":["E"],"Next":"S"}],)")),
         kSchema + "States.ALL must appear alone and at end of list at "
                   "/States/S/Catch[0]/ErrorEquals"},
        {"CatcherOutput",
         One(Activity(R"("Catch":[{"ErrorEquals":["E"],"Output":1,"Next":"S"}],)")),
         kSchema + "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported "
                   "for the 'JSONata' QueryLanguage at /States/S/Catch[0]"},
    }),
    NameOf);

std::string NotRecognized(const std::string& arn) {
  return "The resource provided " + arn +
         " is not recognized. The value is not a valid resource ARN, or the resource is not "
         "available in this region. at /States/S/Resource";
}

INSTANTIATE_TEST_SUITE_P(
    Resources, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"NoResource", One(R"("Type":"Task","End":true)"),
         kSchema + "These fields are required: [Resource] at /States/S"},
        {"NoArn", One(R"("Type":"Task","Resource":"f","End":true)"),
         kSchema + "Value is not a valid resource ARN at /States/S/Resource"},
        {"UnknownService",
         One(R"("Type":"Task","Resource":"arn:aws:states:::s3:putObject","End":true)"),
         kSchema + NotRecognized("arn:aws:states:::s3:putObject")},
        {"UnknownAction",
         One(R"("Type":"Task","Resource":"arn:aws:states:::sqs:receiveMessage","End":true)"),
         kSchema + NotRecognized("arn:aws:states:::sqs:receiveMessage")},
        {"PatternThatAnActionLacks",
         One(R"("Type":"Task","Resource":"arn:aws:states:::dynamodb:getItem.waitForTaskToken","End":true)"),
         kSchema + NotRecognized("arn:aws:states:::dynamodb:getItem.waitForTaskToken")},
        {"VersionOfSyncThatAnActionLacks",
         One(R"("Type":"Task","Resource":"arn:aws:states:::batch:submitJob.sync:2","End":true)"),
         kSchema + NotRecognized("arn:aws:states:::batch:submitJob.sync:2")},
        {"SyncOfAnSdkAction",
         One(R"("Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:getObject.sync","End":true)"),
         kSchema + NotRecognized("arn:aws:states:::aws-sdk:s3:getObject.sync")},
        {"SdkActionInUpperCase",
         One(R"("Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:GetObject","End":true)"),
         kSchema + NotRecognized("arn:aws:states:::aws-sdk:s3:GetObject")},
        {"FunctionWithoutAName",
         One(R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:","End":true)"),
         kSchema + NotRecognized("arn:aws:lambda:us-east-1:123456789012:function:")},
        {"FunctionWithAnEmptyVersion",
         One(R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f:","End":true)"),
         kSchema + NotRecognized("arn:aws:lambda:us-east-1:123456789012:function:f:")},
        {"CredentialsWithoutARole",
         One(Call("lambda:invoke", R"("Credentials":{},"Parameters":{"FunctionName":"f"},)")),
         kSchema + "The field 'RoleArn' is required but was missing at /States/S/Credentials"},
        {"ParameterThatIsMissing", One(Call("lambda:invoke", R"("Parameters":{"Payload":1},)")),
         kSchema + "The field 'FunctionName' is required but was missing at /States/S/Parameters"},
        {"ParameterThatDoesNotExist",
         One(Call("states:startExecution",
                  R"("Parameters":{"StateMachineArn.$":"$.m","X.$":"$"},)")),
         kSchema + "The field \"X\" is not supported by Step Functions at /States/S/Parameters"},
        {"ParameterOfAnotherAction",
         One(Call("dynamodb:getItem", R"("Parameters":{"TableName":"t","Key":{},"Item":{}},)")),
         kSchema + "The field \"Item\" is not supported by Step Functions at /States/S/Parameters"},
        {"ParameterOfTheApiAlone",
         One(Call("elasticmapreduce:addStep", R"("Parameters":{"ClusterId":"c","Steps":[]},)")),
         kSchema + "The field 'Step' is required but was missing at /States/S/Parameters, " +
             kSchema +
             "The field \"Steps\" is not supported by Step Functions at /States/S/Parameters"},
        {"CredentialsOfAnActivity", One(Activity(R"("Credentials":{"RoleArn":"r"},)")),
         kSchema + "The field 'Credentials' is not supported for activities at "
                   "/States/S/Credentials"},
        {"ActivityInExpress", One(Activity("")),
         kSchema + "Express state machine does not support Activity ARN at /States/S/Resource",
         MachineType::kExpress},
        {"TokenInExpress",
         One(R"("Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","End":true)"),
         kSchema + "Express state machine does not support '.waitForTaskToken' service "
                   "integration "
                   " at /States/S/Resource",
         MachineType::kExpress},
        {"SyncInExpress",
         One(R"("Type":"Task","Resource":"arn:aws:states:::states:startExecution.sync:2","End":true)"),
         kSchema + "Express state machine does not support '.sync' service integration at "
                   "/States/S/Resource",
         MachineType::kExpress},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Choices, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"NoChoices",
         R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[],"Default":"S"},"S":{"Type":"Succeed"}}})",
         kSchema + "Value cannot be empty at /States/C/Choices"},
        {"NoNext",
         R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true}],"Default":"S"},"S":{"Type":"Succeed"}}})",
         kSchema + "These fields are required: [Next] at /States/C/Choices[0]"},
        {"BadVariable",
         R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Not":{"Variable":"x","IsNull":true},"Next":"S"}]},"S":{"Type":"Succeed"}}})",
         kSchema + "Value is not a Reference Path: Reference path didn't start with '$' at "
                   "/States/C/Choices[0]/Not/Variable"},
        {"JsonataOutputInARule",
         R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Output":1,"Next":"S"}]},"S":{"Type":"Succeed"}}})",
         kSchema + "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported "
                   "for the 'JSONata' QueryLanguage at /States/C/Choices[0]"},
    }),
    NameOf);

const std::string kMissing = "MISSING_TRANSITION_TARGET: ";

INSTANTIATE_TEST_SUITE_P(
    Transitions, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"MissingTargetAndUnreachableState",
         R"({"StartAt":"pass1","States":{"pass1":{"Type":"Pass","Next":"pass3"},"pass2":{"Type":"Pass","End":true}}})",
         kMissing + "Missing 'Next' target: pass3 at /States/pass1/Next, " + kMissing +
             "State \"pass2\" is not reachable. at /States/pass2"},
        {"MissingStart",
         R"({"StartAt":"Not sure","States":{"Pass One":{"Type":"Pass","Next":"Success"},"Success":{"Type":"Succeed"}}})",
         kMissing + "Missing 'Next' target: Not sure at /StartAt, " + kMissing +
             "State \"Pass One\" is not reachable. at /States/Pass One"},
        {"MissingDefault",
         R"({"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$","IsNull":true,"Next":"X"}],"Default":"Y"},"S":{"Type":"Succeed"}}})",
         kMissing + "Missing 'Next' target: X at /States/C/Choices[0]/Next, " + kMissing +
             "Missing 'Next' target: Y at /States/C/Default, " + kMissing +
             "State \"S\" is not reachable. at /States/S"},
        {"MissingCatchTarget", One(Activity(R"("Catch":[{"ErrorEquals":["E"],"Next":"X"}],)")),
         kMissing + "Missing 'Next' target: X at /States/S/Catch[0]/Next"},
        {"NoEnd",
         R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}})",
         "MISSING_END_STATE: Workflow has no terminal state at null"},
        {"NoEndHidesUnreachable",
         R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"},"Unused":{"Type":"Pass","Next":"A"}}})",
         "MISSING_END_STATE: Workflow has no terminal state at null"},
        {"NoEndKeepsMissingTargets", One(R"("Type":"Pass","Next":"NOPE")"),
         kMissing + "Missing 'Next' target: NOPE at /States/S/Next, MISSING_END_STATE: Workflow "
                    "has no terminal state at null"},
        {"UnreachableEnd",
         R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"},"C":{"Type":"Pass","End":true}}})",
         kMissing + "State \"C\" is not reachable. at /States/C"},
        {"UnreachableRing",
         R"({"StartAt":"A","States":{"A":{"Type":"Succeed"},"B":{"Type":"Pass","Next":"C"},"C":{"Type":"Pass","Next":"B"}}})",
         kMissing + "State \"B\" is not reachable. at /States/B"},
        {"BranchCannotLeaveItsScope",
         One(R"("Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Next":"S"}}}],"End":true)"),
         kMissing + "Missing 'Next' target: S at /States/S/Branches[0]/States/B/Next"},
        {"DuplicateNames",
         One(R"("Type":"Parallel","Branches":[)" + kPassBranch + "," + kPassBranch +
             R"(],"End":true)"),
         "DUPLICATE_STATE_NAME: Duplicate State name: B at /States/S/Branches[1]/States/B"},
        {"DuplicateOfAnOuterState",
         One(R"("Type":"Map","ItemProcessor":{"StartAt":"S","States":{"S":{"Type":"Succeed"}}},"End":true)"),
         "DUPLICATE_STATE_NAME: Duplicate State name: S at "
         "/States/S/ItemProcessor/States/S"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Variables, BadDefinition,
    testing::ValuesIn(std::vector<BadCase>{
        {"InnerHidesOuter",
         One(R"("Type":"Parallel","Assign":{"x.$":"$"},"Branches":[{"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"x":1},"End":true}}}],"End":true)"),
         "DUPLICATE_VARIABLE_NAME: The variable name 'x' was already defined in a parent "
         "scope. at "
         "/States/S/Branches[0]/States/I/Assign/x"},
        {"Reserved", One(R"("Type":"Pass","Assign":{"states":1},"End":true)"),
         "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at "
         "/States/S/Assign/states"},
        {"BadCharacter", One(R"("Type":"Pass","Assign":{"a.b":1},"End":true)"),
         "INVALID_VARIABLE_NAME: Invalid variable name 'a.b': the variable name contains "
         "invalid "
         "characters. at /States/S/Assign/a.b"},
        {"AssignOfOtherType", One(R"("Type":"Pass","Assign":[],"End":true)"),
         kSchema + "Expected value of type Object at /States/S/Assign"},
    }),
    NameOf);

}  // namespace
}  // namespace pawl::asl
