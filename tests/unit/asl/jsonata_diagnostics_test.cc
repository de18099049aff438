// What definitions in JSONata are refused for, and where: each row is one mistake and the words
// about it (reference/asl.md 2, 7.1; api.md 8).

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "coordinator/asl/compile.h"

namespace pawl::asl {
namespace {

// A machine in JSONata of one state, "S".
std::string One(const std::string& fields) {
  return R"({"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{)" + fields + "}}}";
}

std::string Output(const std::string& expression) {
  return One(R"("Type":"Pass","Output":{"v":"{% )" + expression + R"( %}"},"End":true)");
}

std::string Activity(const std::string& fields) {
  return One(R"("Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:work",)" +
             fields + R"("End":true)");
}

std::string Choice(const std::string& rule) {
  return One(R"("Type":"Choice","Choices":[)" + rule + R"(]},"A":{"Type":"Succeed")");
}

const std::string kSchema = "SCHEMA_VALIDATION_FAILED: ";
const std::string kUnsupported = "UNSUPPORTED_JSONATA_EXPRESSION: ";
const std::string kInvalid = "INVALID_JSONATA_EXPRESSION: ";

struct Case {
  std::string name;
  std::string definition;
  std::string wanted;  // empty: it is accepted
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.definition; }

class JsonataDefinition : public testing::TestWithParam<Case> {};

TEST_P(JsonataDefinition, IsAcceptedOrRefusedWithReasons) {
  const CompileResult result = CompileMachine(GetParam().definition);
  EXPECT_EQ(result.ErrorText(), GetParam().wanted);
  EXPECT_EQ(result.ok(), GetParam().wanted.empty());
}

auto NameOf = [](const auto& info) { return info.param.name; };

std::string TopLevel(const std::string& name) {
  return kUnsupported + "Reference to '" + name +
         "' at the top level is not supported. at /States/S/Output/v";
}

std::string NoField(const std::string& name, const std::string& at) {
  return kUnsupported + "Field '$states." + name + "' does not exist. at " + at;
}

std::string OnlyJsonPath(const std::string& field, const std::string& at) {
  return kSchema + "The QueryLanguage is set to 'JSONata', but field '" + field +
         "' is only supported for the 'JSONPath' QueryLanguage at " + at;
}

INSTANTIATE_TEST_SUITE_P(
    Languages, JsonataDefinition,
    testing::ValuesIn(std::vector<Case>{
        {"StateOfAJsonPathMachine",
         R"({"StartAt":"S","States":{"S":{"Type":"Pass","QueryLanguage":"JSONata","Output":1,"End":true}}})",
         ""},
        {"JsonPathStateOfAJsonataMachine",
         One(R"("Type":"Pass","QueryLanguage":"JSONPath","End":true)"),
         kSchema + "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state "
                   "machine at /States/S"},
        {"InnerStatesInheritFromTheMachineAndNotFromTheirContainer",
         R"({"StartAt":"S","States":{"S":{"Type":"Parallel","QueryLanguage":"JSONata","End":true,
             "Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","InputPath":"$.a","End":true}}}]}}})",
         ""},
        {"JsonPathFields",
         One(R"("Type":"Pass","InputPath":"$.a","Result":1,"Parameters":{},"End":true)"),
         OnlyJsonPath("InputPath", "/States/S") + ", " + OnlyJsonPath("Result", "/States/S") +
             ", " + OnlyJsonPath("Parameters", "/States/S")},
        {"FieldOfNeitherLanguage", One(R"("Type":"Pass","Arguments":1,"End":true)"),
         kSchema + "Field 'Arguments' is not supported at /States/S"},
        {"ResultPathInACatcher",
         Activity(R"("Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Next":"S"}],)"),
         OnlyJsonPath("ResultPath", "/States/S/Catch[0]")},
        {"PathOfAWait", One(R"("Type":"Wait","SecondsPath":"$.s","End":true)"),
         OnlyJsonPath("SecondsPath", "/States/S")},
        {"WaitWithoutATime", One(R"("Type":"Wait","End":true)"),
         kSchema + "This object should have only one of the following fields: [Seconds, Timestamp] "
                   "at /States/S"},
        {"JsonPathRule", Choice(R"({"Variable":"$.a","IsNull":true,"Next":"A"})"),
         OnlyJsonPath("Variable", "/States/S/Choices[0]") + ", " +
             OnlyJsonPath("IsNull", "/States/S/Choices[0]") + ", " + kSchema +
             "The object must have only one of the following fields, [And, Or, Not, Variable, "
             "Condition] at /States/S/Choices[0]"},
        {"RuleWithoutNext", Choice(R"({"Condition":true},{"Condition":false,"Next":"A"})"),
         kSchema + "These fields are required: [Next] at /States/S/Choices[0]"},
        {"ConditionThatIsNoExpression", Choice(R"({"Condition":"true","Next":"A"})"),
         kSchema + "Expected value of type Boolean or JSONata expression at "
                   "/States/S/Choices[0]/Condition"},
        {"ItemsOfAnotherType",
         One(R"("Type":"Map","Items":"$.a","End":true,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}})"),
         kSchema + "Expected value of type Array at /States/S/Items"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Syntax, JsonataDefinition,
    testing::ValuesIn(std::vector<Case>{
        {"Bracket", Output("[1, 2"),
         kInvalid + "Expected \"]\" before end of expression at /States/S/Output/v"},
        {"Nothing", Output(""), kInvalid + "Unexpected end of expression at /States/S/Output/v"},
        {"Quote", Output("'a"),
         kInvalid + "String literal must be terminated by a matching quote at /States/S/Output/v"},
        {"Coalescing", Output("$states.input.a ?? 1"),
         kInvalid + "The symbol \"?\" cannot be used as a unary operator at /States/S/Output/v"},
        {"Elvis", Output("$states.input.a ?: 1"),
         kInvalid + "The symbol \":\" cannot be used as a unary operator at /States/S/Output/v"},
        {"InAList", One(R"("Type":"Pass","Output":[1,["{% } %}"]],"End":true)"),
         kInvalid +
             "The symbol \"}\" cannot be used as a unary operator at /States/S/Output[1][0]"},
        {"InARule", Choice(R"({"Condition":"{% ( %}","Next":"A"})"),
         kInvalid + "Expected \")\" before end of expression at /States/S/Choices[0]/Condition"},
        {"BlanksAroundTheMarks", One(R"("Type":"Pass","Output":" {% ( %}","End":true)"), ""},
        {"KeysAreNoExpressions", One(R"("Type":"Pass","Output":{"{% ( %}":1},"End":true)"), ""},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    TopLevelNames, JsonataDefinition,
    testing::ValuesIn(std::vector<Case>{
        {"Name", Output("phone"), TopLevel("phone")},
        {"FirstStepOfAPath", Output("phone.number"), TopLevel("phone")},
        {"QuotedName", Output("`a b`.c"), TopLevel("a b")},
        {"TextAsTheFirstStep", Output("'phone'.number"), TopLevel("phone")},
        {"Operand", Output("1 + total"), TopLevel("total")},
        {"Argument", Output("$sum(items)"), TopLevel("items")},
        {"InAnObject", Output("{'a': b}"), TopLevel("b")},
        {"InAFunction", Output("$map([1], function($v) { $v + b })"), TopLevel("b")},
        {"Context", Output("$"), TopLevel("$")},
        {"Root", Output("$$.a"), TopLevel("$$")},
        {"Wildcard", Output("*"), TopLevel("*")},
        {"Descendants", Output("**.a"), TopLevel("**")},
        {"InAPredicate", Output("$states.input.a[b = $ and $$.c][$count(d) > 0]"), ""},
        {"InAStep", Output("$states.input.a.(b + $)"), ""},
        {"InASort", Output("$states.input.a^(>b)"), ""},
        {"InAGroup", Output("$states.input.a{b: c}"), ""},
        {"InATransform", Output("$states.input ~> |a|{'b': c}, ['d']|"), ""},
        {"Text", Output("'phone'"), ""},
        {"OtherFieldsToo", One(R"("Type":"Wait","Seconds":"{% seconds %}","End":true)"),
         kUnsupported + "Reference to 'seconds' at the top level is not supported. at "
                        "/States/S/Seconds"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    States, JsonataDefinition,
    testing::ValuesIn(std::vector<Case>{
        {"ResultOfAPass", Output("$states.result"), NoField("result", "/States/S/Output/v")},
        {"ResultInAnArgument", Activity(R"("Arguments":"{% $states.result.a[0] %}",)"),
         NoField("result", "/States/S/Arguments")},
        {"ResultOfATask",
         Activity(R"("Output":"{% $states.result %}","Assign":{"a":"{% $states.result %}"},)"), ""},
        {"ErrorOutputOfATask", Activity(R"("Output":"{% $states.errorOutput %}",)"),
         NoField("errorOutput", "/States/S/Output")},
        {"ErrorOutputInACatcher",
         Activity(
             R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"S","Output":"{% $states.errorOutput %}","Assign":{"e":"{% $states.errorOutput.Error %}"}}],)"),
         ""},
        {"ResultInACatcher",
         Activity(
             R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"S","Assign":{"e":"{% $states.result %}"}}],)"),
         NoField("result", "/States/S/Catch[0]/Assign/e")},
        {"UnknownMember", Output("$states.output"), NoField("output", "/States/S/Output/v")},
        {"QuotedMember", Output("$states.'result'"), NoField("result", "/States/S/Output/v")},
        {"TheWhole", Output("$states"), ""},
        {"Shadowed", Output("function($states) { $states.output }(1)"), ""},
        {"AssignedTo", Output("($states := 1)"),
         kUnsupported + "Cannot assign to reserved variable '$states'. at /States/S/Output/v"},
        {"AsAVariable", One(R"("Type":"Pass","Assign":{"states":1},"End":true)"),
         "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at "
         "/States/S/Assign/states"},
        {"NameWithADollarKey", One(R"("Type":"Pass","Assign":{"a.$":1},"End":true)"),
         "INVALID_VARIABLE_NAME: Invalid variable name 'a.$': the variable name contains invalid "
         "characters. at /States/S/Assign/a.$"},
        {"CredentialsWithoutARole",
         One(R"("Type":"Task","Resource":"x","Credentials":{"RoleArn.$":"$.r"},"End":true)"),
         kSchema + "Value is not a valid resource ARN at /States/S/Resource, " + kSchema +
             "The field 'RoleArn' is required but was missing at /States/S/Credentials"},
    }),
    NameOf);

std::string Warnings(const std::string& definition) {
  const CompileResult result = CompileMachine(definition);
  EXPECT_TRUE(result.ok()) << result.ErrorText();
  std::string text;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    text += diagnostic.message + " at " + diagnostic.location.value_or("null") + "\n";
  }
  return text;
}

TEST(JsonataVariables, ThatMayBeUndefinedAreWarnedOf) {
  EXPECT_EQ(Warnings(Output("$x + 1")),
            "Variable 'x' is possibly not defined. at /States/S/Output\n");
  // What the expression binds itself, built-in functions and `$states` are none.
  EXPECT_EQ(Warnings(Output("($y := 1; $f := function($n) { $n = 0 ? $y : $f($n - 1) }; "
                            "$map($states.input, $string)[$y])")),
            "");
  EXPECT_EQ(Warnings(Output("($f := function() { $g() }; $g := function() { 1 }; $f())")), "");
  EXPECT_EQ(Warnings(Output("$states.input.a@$b.c#$i[$i > $b]")), "");
}

TEST(JsonataVariables, MayHaveTheNameOfAFunction) {
  EXPECT_EQ(Warnings(
                R"({"QueryLanguage":"JSONata","StartAt":"C","States":{
              "C":{"Type":"Choice","Choices":[{"Condition":true,"Next":"S"}],"Default":"A"},
              "A":{"Type":"Pass","Assign":{"count":1},"Next":"S"},
              "S":{"Type":"Pass","Output":"{% $count + $count([1]) %}","End":true}}})"),
            "Variable 'count' is possibly not defined. at /States/S/Output\n");
}

}  // namespace
}  // namespace pawl::asl
