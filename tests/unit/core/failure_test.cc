#include "coordinator/core/failure.h"

#include <gtest/gtest.h>

namespace pawl::core {
namespace {

struct MatchCase {
  const char* name;
  std::vector<std::string> error_equals;
  std::optional<std::string> error;
  bool heartbeat;
  bool matches;
};

class ErrorMatchesTest : public testing::TestWithParam<MatchCase> {};

TEST_P(ErrorMatchesTest, AsTheReferenceSays) {
  const MatchCase& c = GetParam();
  EXPECT_EQ(ErrorMatches(c.error_equals, {c.error, std::nullopt}, c.heartbeat), c.matches);
}

INSTANTIATE_TEST_SUITE_P(
    StatesLanguage, ErrorMatchesTest,
    testing::ValuesIn(std::vector<MatchCase>{
        {"ExactName", {"A", "B"}, "B", false, true},
        {"OtherName", {"A"}, "B", false, false},
        {"AllTakesAnyName", {"States.ALL"}, "B", false, true},
        {"AllTakesAnErrorWithoutAName", {"States.ALL"}, std::nullopt, false, true},
        {"AllTakesATimeout", {"States.ALL"}, "States.Timeout", false, true},
        {"TaskFailedTakesAnyName", {"States.TaskFailed"}, "B", false, true},
        {"TaskFailedTakesNoTimeout", {"States.TaskFailed"}, "States.Timeout", false, false},
        {"TimeoutTakesAHeartbeat", {"States.Timeout"}, "States.Timeout", true, true},
        {"HeartbeatTimeoutTakesAHeartbeat",
         {"States.HeartbeatTimeout"},
         "States.Timeout",
         true,
         true},
        {"HeartbeatTimeoutTakesNoOtherTimeout",
         {"States.HeartbeatTimeout"},
         "States.Timeout",
         false,
         false},
        {"UnknownStatesNamesAreOnlyCompared", {"States.All"}, "B", false, false},
        {"NamesAreCaseSensitive", {"b"}, "B", false, false},
        {"NoNameMatchesNoName", {"B"}, std::nullopt, false, false},
        {"TaskFailedTakesAnErrorWithoutAName", {"States.TaskFailed"}, std::nullopt, false, true},
        {"TimeoutIsTakenByItsName", {"States.Timeout"}, "States.Timeout", false, true},
        {"AllTakesAHeartbeat", {"States.ALL"}, "States.Timeout", true, true},
        {"TaskFailedTakesNoHeartbeat", {"States.TaskFailed"}, "States.Timeout", true, false},
        {"AllTakesAConflictOfPaths", {"States.ALL"}, "States.ReferencePathConflict", false, true},
        {"DataLimitIsTakenByItsName",
         {"States.DataLimitExceeded"},
         "States.DataLimitExceeded",
         false,
         true},
        {"AllTakesNoDataLimitOfTheInterpreter",
         {"States.ALL"},
         "States.DataLimitExceeded",
         false,
         false},
        {"TaskFailedTakesADataLimit",
         {"States.TaskFailed"},
         "States.DataLimitExceeded",
         false,
         true},
    }),
    [](const auto& info) { return info.param.name; });

TEST(ErrorMatches, AllTakesADataLimitThatTheTaskReports) {
  const asl::WorkflowError error{.error = "States.DataLimitExceeded", .reported_by_task = true};
  EXPECT_TRUE(ErrorMatches({"States.ALL"}, error, false));
}

}  // namespace
}  // namespace pawl::core
