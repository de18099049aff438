#include "coordinator/integrations/result_problem.h"

#include <string>
#include <vector>

#include "coordinator/base/strings.h"
#include "gtest/gtest.h"
#include "tests/unit/aws/model_of_test.h"

namespace pawl::integrations {
namespace {

std::shared_ptr<const aws::ServiceModel> Thing() {
  static const auto model =
      aws::ModelOf("json", R"({"GetThing":{"name":"GetThing","output":{"shape":"Output"}}})",
                   R"({"Output":{"type":"structure","required":["thingArn"],"members":{
            "thingArn":{"shape":"Text"},"at":{"type":"timestamp"},"data":{"type":"blob"},
            "ready":{"type":"boolean"},"size":{"shape":"Size"},"state":{"shape":"State"},
            "tags":{"shape":"Tags"},"parts":{"shape":"Parts"},"free":{"type":"structure",
            "document":true,"members":{}},"part":{"shape":"Part"}}},
          "Text":{"type":"string","min":3,"max":5},
          "Size":{"type":"integer","min":1,"max":9},
          "State":{"type":"string","enum":["ON","OFF"]},
          "Tags":{"type":"map","key":{"shape":"Text"},"value":{"shape":"Size"}},
          "Parts":{"type":"list","member":{"shape":"Part"},"min":1},
          "Part":{"type":"structure","required":["id"],"members":{"id":{"shape":"Text"}}}})");
  return model;
}

std::string Problem(std::string_view result, bool complete) {
  const auto model = Thing();
  JsonArena arena;
  const auto problem =
      ResultProblem({model, model->Find("getThing")}, {"thing", "getThing", "Free"},
                    *ParseJson(result, &arena), complete);
  constexpr std::string_view kBegin = "Mock result schema validation error: ";
  if (!problem) return "";
  return problem->starts_with(kBegin) ? problem->substr(kBegin.size()) : *problem;
}

struct ProblemCase {
  const char* name;
  std::string result;  // members, without those that must be there
  std::string problem;
};

class ResultProblemTest : public testing::TestWithParam<ProblemCase> {};

TEST_P(ResultProblemTest, IsToldOfMembersThatAreThere) {
  const ProblemCase& c = GetParam();
  EXPECT_EQ(Problem(StrCat("{", c.result, "}"), false), c.problem);
  EXPECT_EQ(Problem(StrCat(R"({"ThingArn":"abc",)", c.result, "}"), true), c.problem);
}

INSTANTIATE_TEST_SUITE_P(
    Mocks, ResultProblemTest,
    testing::ValuesIn(std::vector<ProblemCase>{
        {"Unknown", R"("Odd":1)", ""},
        {"NamesInAnotherCase", R"("thingArn":1)", ""},
        {"Null", R"("Size":null)", ""},
        {"Text", R"("Part":{"Id":1})", "Field 'Id' must be a string"},
        {"Timestamp", R"("At":1764103483)", "Field 'At' must be a string"},
        {"Blob", R"("Data":[1])", "Field 'Data' must be a string"},
        {"Boolean", R"("Ready":"true")", "Field 'Ready' must be a boolean"},
        {"Number", R"("Size":"1")", "Field 'Size' must be a number"},
        {"Structure", R"("Part":"x")", "Field 'Part' must be an object"},
        {"Map", R"("Tags":[])", "Field 'Tags' must be an object"},
        {"MapValue", R"("Tags":{"abc":true})", "Field 'Tags' must be a number"},
        {"List", R"("Parts":{})", "Field 'Parts' must be an array"},
        {"SecondItem", R"("Parts":[{"Id":"abc"},{"Id":[]}])", "Field 'Id' must be a string"},
        {"Enumeration", R"("State":"MAYBE")", "Field 'State' is not an expected value"},
        {"EnumerationValue", R"("State":"ON")", ""},
        {"TooShort", R"("Part":{"Id":"ab"})", "Field 'Id' is smaller than the minimum length"},
        {"CharactersCount", R"("Part":{"Id":"äöüßé"})", ""},
        {"NoItems", R"("Parts":[])", "Field 'Parts' is smaller than the minimum length"},
        {"TooSmall", R"("Size":0)", "Field 'Size' is less than the minimum value"},
        {"TooLarge", R"("Size":9.5)", "Field 'Size' exceeds the maximum value"},
        {"Document", R"("Free":[1])", ""},
    }),
    [](const auto& info) { return info.param.name; });

TEST(ResultProblem, WhatMustBeThereIsMissedWhereAllIsAskedFor) {
  EXPECT_EQ(Problem("{}", true), "Required field 'ThingArn' is missing");
  EXPECT_EQ(Problem("{}", false), "");
  EXPECT_EQ(Problem(R"({"ThingArn":"abc","Part":{}})", true), "Required field 'Id' is missing");
}

TEST(ResultProblem, AServiceAnswersWithAnObject) {
  EXPECT_EQ(Problem("[]", false), "Mocked result must be a JSON object.");
}

TEST(ResultModelOf, JobsAreToldByTheCallThatAsksForThem) {
  const auto model = [](std::string_view service, std::string_view action, bool of_job) {
    const auto found = ResultModelOf(service, action, of_job);
    return found ? StrCat(found->service, ":", found->action) : "none";
  };
  EXPECT_EQ(model("states", "startExecution", false), "sfn:startExecution");
  EXPECT_EQ(model("states", "startExecution", true), "sfn:describeExecution");
  EXPECT_EQ(model("batch", "submitJob", true), "batch:describeJobs");
  EXPECT_EQ(model("batch", "submitJob", false), "batch:submitJob");
  EXPECT_EQ(model("aws-sdk:kms", "encrypt", false), "kms:encrypt");
  EXPECT_EQ(model("http", "invoke", false), "none");
}

}  // namespace
}  // namespace pawl::integrations
