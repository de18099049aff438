// Where only a Reference Path may stand (reference/asl.md 5.2), and which fields take more.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"

namespace pawl::asl {
namespace {

std::string ErrorsOf(const std::string& state) {
  return CompileMachine(
             StrCat(R"({"StartAt":"S","States":{"S":)", state, R"(,"T":{"Type":"Succeed"}}})"))
      .ErrorText();
}

const std::string kTask =
    R"({"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a","Next":"T",)";
const std::string kPass = R"({"Type":"Pass","Next":"T",)";
const std::string kMap =
    R"({"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Succeed"}}},"Next":"T",)";
const std::string kWait = R"({"Type":"Wait","Next":"T",)";
const std::string kFail = R"({"Type":"Fail",)";
const std::string kChoice = R"({"Type":"Choice","Default":"T","Choices":[{"Next":"T",)";

struct FieldCase {
  std::string name;
  std::string before;  // the state up to the path
  std::string after;
};

// A Fail has no Next: the state behind it is not reachable, which is not what is asked here.
std::string ErrorsWith(const FieldCase& c, const std::string& path) {
  std::string errors = ErrorsOf(StrCat(c.before, "\"", path, "\"", c.after));
  const std::string unreachable = R"(MISSING_TRANSITION_TARGET: State "T" is not reachable. at )";
  const size_t at = errors.find(unreachable);
  return at == std::string::npos ? errors : errors.substr(0, at);
}

class ReferencePath : public testing::TestWithParam<FieldCase> {};

TEST_P(ReferencePath, IsAskedFor) {
  for (const char* good : {"$", "$.a.b", "$['a b'][0].c"}) {
    EXPECT_EQ(ErrorsWith(GetParam(), good), "") << good;
  }
  for (const char* bad : {"$.a[*]", "$..a", "$.a[-1]", "$.a[0,1]", "$.a[1:]", "$['a','b']",
                          "$.a[?(@.b)]", "$.a.length()"}) {
    EXPECT_NE(ErrorsWith(GetParam(), bad).find("Value is not a Reference Path: "),
              std::string::npos)
        << bad << ": " << ErrorsWith(GetParam(), bad);
  }
}

auto NameOf = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(
    StatesLanguage, ReferencePath,
    testing::ValuesIn(std::vector<FieldCase>{
        {"ResultPath", kPass + R"("ResultPath":)", "}"},
        {"ResultPathOfACatcher",
         kTask + R"("Catch":[{"ErrorEquals":["E"],"Next":"T","ResultPath":)", "}]}"},
        {"ItemsPath", kMap + R"("ItemsPath":)", "}"},
        {"MaxConcurrencyPath", kMap + R"("MaxConcurrencyPath":)", "}"},
        {"Variable", kChoice + R"("IsNull":true,"Variable":)", "}]}"},
        {"OperandPath", kChoice + R"("Variable":"$","StringEqualsPath":)", "}]}"},
        {"NestedVariable", kChoice + R"("Not":{"IsNull":true,"Variable":)", "}}]}"},
        {"SecondsPath", kWait + R"("SecondsPath":)", "}"},
        {"TimestampPath", kWait + R"("TimestampPath":)", "}"},
        {"TimeoutSecondsPath", kTask + R"("TimeoutSecondsPath":)", "}"},
        {"HeartbeatSecondsPath", kTask + R"("HeartbeatSecondsPath":)", "}"},
        {"ErrorPath", kFail + R"("ErrorPath":)", "}"},
        {"CausePath", kFail + R"("CausePath":)", "}"},
    }),
    NameOf);

TEST(ReferencePath, TheReasonIsSaid) {
  EXPECT_EQ(ErrorsOf(kPass + R"("ResultPath":"$.a[*]"})"),
            "SCHEMA_VALIDATION_FAILED: Value is not a Reference Path: '[' must be followed by ' or "
            "'[' at /States/S/ResultPath");
}

TEST(ReferencePath, TheContextObjectAndVariablesMayBeItsRootButInResultPath) {
  for (const char* root : {"$$.Execution.Input.x", "$variable.x"}) {
    EXPECT_EQ(ErrorsOf(StrCat(kWait, R"("SecondsPath":")", root, "\"}")), "");
    EXPECT_EQ(ErrorsOf(StrCat(kMap, R"("ItemsPath":")", root, "\"}")), "");
    EXPECT_NE(ErrorsOf(StrCat(kPass, R"("ResultPath":")", root, "\"}")), "");
  }
}

class AnyPath : public testing::TestWithParam<FieldCase> {};

TEST_P(AnyPath, IsTaken) {
  for (const char* path : {"$.a[*]", "$..a", "$.a[-1]", "$.a[?(@.b)]", "$.a.length()", "$$.a[*]"}) {
    EXPECT_EQ(ErrorsWith(GetParam(), path), "") << path;
  }
}

INSTANTIATE_TEST_SUITE_P(StatesLanguage, AnyPath,
                         testing::ValuesIn(std::vector<FieldCase>{
                             {"InputPath", kPass + R"("InputPath":)", "}"},
                             {"OutputPath", kPass + R"("OutputPath":)", "}"},
                             {"Parameters", kPass + R"("Parameters":{"k.$":)", "}}"},
                             {"ResultSelector", kTask + R"("ResultSelector":{"k.$":)", "}}"},
                             {"ItemSelector", kMap + R"("ItemSelector":{"k.$":)", "}}"},
                             {"Assign", kPass + R"("Assign":{"k.$":)", "}}"},
                         }),
                         NameOf);

struct CallCase {
  std::string name;
  std::string call;
  bool accepted;
};

class CallInAFail : public testing::TestWithParam<CallCase> {};

TEST_P(CallInAFail, MustGiveAString) {
  for (const std::string field : {"ErrorPath", "CausePath"}) {
    const std::string errors =
        CompileMachine(StrCat(R"({"StartAt":"S","States":{"S":{"Type":"Fail",")", field, "\":\"",
                              GetParam().call, "\"}}}"))
            .ErrorText();
    EXPECT_EQ(errors, GetParam().accepted
                          ? ""
                          : StrCat("SCHEMA_VALIDATION_FAILED: The value for the field '", field,
                                   "' must be a valid JSONPath or a valid intrinsic function call "
                                   "at /States/S/",
                                   field));
  }
}

INSTANTIATE_TEST_SUITE_P(StatesLanguage, CallInAFail,
                         testing::ValuesIn(std::vector<CallCase>{
                             {"Format", "States.Format('{}', $.x)", true},
                             {"JsonToString", "States.JsonToString($)", true},
                             {"ArrayGetItem", "States.ArrayGetItem($.x, 0)", true},
                             {"Base64Encode", "States.Base64Encode($.x)", true},
                             {"Base64Decode", "States.Base64Decode($.x)", true},
                             {"Hash", "States.Hash($.x, 'MD5')", true},
                             {"Uuid", "States.UUID()", true},
                             {"Array", "States.Array($.x)", false},
                             {"ArrayLength", "States.ArrayLength($.x)", false},
                             {"MathAdd", "States.MathAdd(1, 2)", false},
                             {"StringToJson", "States.StringToJson($.x)", false},
                             {"StringSplit", "States.StringSplit($.x, ',')", false},
                             {"JsonMerge", "States.JsonMerge($.x, $.y, false)", false},
                         }),
                         NameOf);

}  // namespace
}  // namespace pawl::asl
