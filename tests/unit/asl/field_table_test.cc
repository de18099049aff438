// Which field stands in which kind of state (reference/asl.md 2 and 3): a row for each field, with
// all that have it, in JSONPath and in JSONata.

#include "coordinator/asl/field_table.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace pawl::asl {
namespace {

struct Kind {
  std::string name;
  FieldContext context;
};

const Kind kKinds[] = {
    {"Task", ContextOf(StateType::kTask)},
    {"Parallel", ContextOf(StateType::kParallel)},
    {"Map", ContextOf(StateType::kMap)},
    {"Pass", ContextOf(StateType::kPass)},
    {"Wait", ContextOf(StateType::kWait)},
    {"Choice", ContextOf(StateType::kChoice)},
    {"Succeed", ContextOf(StateType::kSucceed)},
    {"Fail", ContextOf(StateType::kFail)},
    {"Machine", kInMachine},
    {"Branch", kInBranch},
    {"Processor", kInProcessor},
    {"ProcessorConfig", kInProcessorConfig},
    {"Retrier", kInRetrier},
    {"Catcher", kInCatcher},
};

struct FieldCase {
  std::string field;
  std::string kinds;  // that have it, separated by blanks
};

std::ostream& operator<<(std::ostream& out, const FieldCase& c) { return out << c.field; }

class FieldOf : public testing::TestWithParam<FieldCase> {};

void ExpectField(const FieldCase& c, QueryLanguage language) {
  const std::vector<std::string> wanted = absl::StrSplit(c.kinds, ' ', absl::SkipWhitespace());
  std::vector<std::string> found;
  for (const Kind& kind : kKinds) {
    if (IsFieldAllowed(c.field, kind.context, language)) found.push_back(kind.name);
  }
  EXPECT_EQ(found, wanted);
}

TEST_P(FieldOf, StandsInTheseAndNowhereElse) { ExpectField(GetParam(), QueryLanguage::kJsonPath); }

class FieldInJsonata : public testing::TestWithParam<FieldCase> {};

TEST_P(FieldInJsonata, StandsInTheseAndNowhereElse) {
  ExpectField(GetParam(), QueryLanguage::kJsonata);
}

auto NameOf = [](const auto& info) { return info.param.field; };

INSTANTIATE_TEST_SUITE_P(
    AnyState, FieldOf,
    testing::ValuesIn(std::vector<FieldCase>{
        {"Type", "Task Parallel Map Pass Wait Choice Succeed Fail"},
        {"QueryLanguage", "Task Parallel Map Pass Wait Choice Succeed Fail Machine"},
        {"Comment",
         "Task Parallel Map Pass Wait Choice Succeed Fail Machine Branch Processor Retrier "
         "Catcher"},
        {"InputPath", "Task Parallel Map Pass Wait Choice Succeed"},
        {"OutputPath", "Task Parallel Map Pass Wait Choice Succeed"},
        {"Next", "Task Parallel Map Pass Wait Catcher"},
        {"End", "Task Parallel Map Pass Wait"},
        {"ResultPath", "Task Parallel Map Pass Catcher"},
        {"Parameters", "Task Parallel Map Pass"},
        {"ResultSelector", "Task Parallel Map"},
        {"Assign", "Task Parallel Map Pass Wait Choice Catcher"},
        {"Retry", "Task Parallel Map"},
        {"Catch", "Task Parallel Map"},
    }),
    NameOf);

INSTANTIATE_TEST_SUITE_P(OneState, FieldOf,
                         testing::ValuesIn(std::vector<FieldCase>{
                             {"Resource", "Task"},
                             {"Credentials", "Task"},
                             {"TimeoutSeconds", "Task Machine"},
                             {"TimeoutSecondsPath", "Task"},
                             {"HeartbeatSeconds", "Task"},
                             {"HeartbeatSecondsPath", "Task"},
                             {"Branches", "Parallel"},
                             {"ItemProcessor", "Map"},
                             {"Iterator", "Map"},
                             {"ItemsPath", "Map"},
                             {"ItemSelector", "Map"},
                             {"MaxConcurrency", "Map"},
                             {"MaxConcurrencyPath", "Map"},
                             {"Result", "Pass"},
                             {"Seconds", "Wait"},
                             {"SecondsPath", "Wait"},
                             {"Timestamp", "Wait"},
                             {"TimestampPath", "Wait"},
                             {"Choices", "Choice"},
                             {"Default", "Choice"},
                             {"Error", "Fail"},
                             {"ErrorPath", "Fail"},
                             {"Cause", "Fail"},
                             {"CausePath", "Fail"},
                         }),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(OfJsonata, FieldInJsonata,
                         testing::ValuesIn(std::vector<FieldCase>{
                             {"Arguments", "Task Parallel"},
                             {"Output", "Task Parallel Map Pass Wait Choice Succeed Catcher"},
                             {"Items", "Map"},
                             {"Assign", "Task Parallel Map Pass Wait Choice Catcher"},
                             {"Seconds", "Wait"},
                             {"ItemSelector", "Map"},
                             {"Next", "Task Parallel Map Pass Wait Catcher"},
                         }),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(OfJsonPathAlone, FieldInJsonata,
                         testing::ValuesIn(std::vector<FieldCase>{
                             {"InputPath", ""},
                             {"Parameters", ""},
                             {"ResultSelector", ""},
                             {"ResultPath", ""},
                             {"OutputPath", ""},
                             {"Result", ""},
                             {"ItemsPath", ""},
                             {"SecondsPath", ""},
                             {"TimestampPath", ""},
                             {"TimeoutSecondsPath", ""},
                             {"HeartbeatSecondsPath", ""},
                             {"MaxConcurrencyPath", ""},
                             {"ToleratedFailureCountPath", ""},
                             {"ToleratedFailurePercentagePath", ""},
                             {"ErrorPath", ""},
                             {"CausePath", ""},
                         }),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(AroundStates, FieldOf,
                         testing::ValuesIn(std::vector<FieldCase>{
                             {"StartAt", "Machine Branch Processor"},
                             {"States", "Machine Branch Processor"},
                             {"Version", "Machine"},
                             {"ProcessorConfig", "Processor"},
                             {"Mode", "ProcessorConfig"},
                             {"ErrorEquals", "Retrier Catcher"},
                             {"IntervalSeconds", "Retrier"},
                             {"MaxAttempts", "Retrier"},
                             {"BackoffRate", "Retrier"},
                             {"MaxDelaySeconds", "Retrier"},
                             {"JitterStrategy", "Retrier"},
                         }),
                         NameOf);

INSTANTIATE_TEST_SUITE_P(OfJsonataOnly, FieldOf,
                         testing::ValuesIn(std::vector<FieldCase>{
                             {"Arguments", ""},
                             {"Output", ""},
                             {"Items", ""},
                             {"Condition", ""},
                         }),
                         NameOf);

}  // namespace
}  // namespace pawl::asl
