#include "coordinator/asl/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

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

const std::string kPassBranch = R"({"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}})";

std::shared_ptr<const Machine> MustCompile(const std::string& definition) {
  CompileResult result = CompileMachine(definition);
  EXPECT_EQ(result.ErrorText(), "") << definition;
  return result.machine;
}

TEST(Compile, AStateKnowsItsNeighboursAndItsScope) {
  auto machine = MustCompile(R"({"StartAt":"A","TimeoutSeconds":60,"States":{
    "A":{"Type":"Pass","Result":{"b":1,"a":[]},"ResultPath":"$.r","Next":"B"},
    "B":{"Type":"Succeed","OutputPath":null}}})");
  ASSERT_NE(machine, nullptr);
  EXPECT_EQ(machine->timeout, absl::Seconds(60));
  const State* a = machine->Find("A");
  const State* b = machine->Find("B");
  EXPECT_EQ(machine->root.start, a);
  EXPECT_EQ(a->next, b);
  EXPECT_EQ(b->next, nullptr);
  EXPECT_EQ(a->scope, &machine->root);
  EXPECT_EQ(a->as<PassDetail>().result, R"({"b":1,"a":[]})");
  EXPECT_EQ(a->result_path.path->text(), "$.r");
  EXPECT_TRUE(b->output_path.discard);
  EXPECT_FALSE(b->input_path.path.has_value());
  EXPECT_EQ(machine->Find("C"), nullptr);
}

TEST(Compile, ResultNullCountsAsAbsent) {
  auto machine = MustCompile(One(R"("Type":"Pass","Result":null,"End":true)"));
  EXPECT_FALSE(machine->Find("S")->as<PassDetail>().result.has_value());
}

TEST(Compile, AnActivityIsNamedByItsArn) {
  auto machine = MustCompile(One(Activity(R"("TimeoutSeconds":10,"HeartbeatSecondsPath":"$.h",)")));
  const auto& task = machine->Find("S")->as<TaskDetail>();
  EXPECT_EQ(task.resource.name, "work");
  EXPECT_EQ(task.timeout_seconds.value, 10);
  EXPECT_EQ(task.heartbeat_seconds.path->text(), "$.h");
}

TEST(Compile, RetrierDefaultsAreTheDocumentedOnes) {
  auto machine = MustCompile(One(Activity(R"("Retry":[{"ErrorEquals":["A","B"]},
    {"ErrorEquals":["States.ALL"],"IntervalSeconds":5,"MaxAttempts":0,"BackoffRate":1.5,
     "MaxDelaySeconds":60,"JitterStrategy":"FULL"}],)")));
  const std::vector<Retrier>& retry = machine->Find("S")->retry;
  ASSERT_EQ(retry.size(), 2u);
  EXPECT_THAT(retry[0].error_equals, testing::ElementsAre("A", "B"));
  EXPECT_EQ(retry[0].interval_seconds, 1);
  EXPECT_EQ(retry[0].max_attempts, 3);
  EXPECT_EQ(retry[0].backoff_rate, 2.0);
  EXPECT_FALSE(retry[0].max_delay_seconds.has_value());
  EXPECT_EQ(retry[1].interval_seconds, 5);
  EXPECT_EQ(retry[1].max_attempts, 0);
  EXPECT_EQ(retry[1].max_delay_seconds, 60);
  EXPECT_TRUE(retry[1].full_jitter);
}

TEST(Compile, ACatcherLeadsToItsTarget) {
  auto machine = MustCompile(R"({"StartAt":"P","States":{
    "P":{"Type":"Parallel","Branches":[)" +
                             kPassBranch + R"json(],"End":true,
         "Catch":[{"ErrorEquals":["States.ALL"],"ResultPath":null,"Assign":{"e.$":"$.Error"},"Next":"F"}]},
    "F":{"Type":"Fail","ErrorPath":"$.Error","CausePath":"States.Format('{}', $.Cause)"}}})json");
  const std::vector<Catcher>& catchers = machine->Find("P")->catchers;
  ASSERT_EQ(catchers.size(), 1u);
  EXPECT_EQ(catchers[0].next, machine->Find("F"));
  EXPECT_TRUE(catchers[0].result_path.discard);
  EXPECT_TRUE(catchers[0].assign.has_value());
  EXPECT_EQ(std::get<Expression>(*machine->Find("F")->as<FailDetail>().error.computed).text(),
            "$.Error");
}

TEST(Compile, BranchesAndIterationsAreScopesOfTheirOwn) {
  auto machine = MustCompile(R"({"StartAt":"P","States":{
    "P":{"Type":"Parallel","End":true,"Branches":[
      {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
      {"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,
        "ItemSelector":{"i.$":"$$.Map.Item.Value"},
        "ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},
        "End":true}}}]}}})");
  const auto& branches = machine->Find("P")->as<ParallelDetail>().branches;
  ASSERT_EQ(branches.size(), 2u);
  EXPECT_EQ(branches[0].start, machine->Find("A"));
  EXPECT_EQ(machine->Find("A")->scope, &branches[0]);
  const auto& map = machine->Find("M")->as<MapDetail>();
  EXPECT_EQ(map.processor.start, machine->Find("I"));
  EXPECT_EQ(machine->Find("I")->scope, &map.processor);
  EXPECT_EQ(map.max_concurrency.value, 2);
  EXPECT_TRUE(map.item_selector.has_value());
}

TEST(Compile, TheOlderNamesOfAMapStillWork) {
  auto machine = MustCompile(One(R"("Type":"Map","Iterator":)" + kPassBranch +
                                 R"(,"Parameters":{"v.$":"$$.Map.Item.Value"},"End":true)"));
  const State* map = machine->Find("S");
  EXPECT_TRUE(map->as<MapDetail>().item_selector.has_value());
  EXPECT_FALSE(map->parameters.has_value());
  EXPECT_EQ(map->as<MapDetail>().processor.start, machine->Find("B"));
}

TEST(Compile, ChoiceRulesAndDefaultHaveTargets) {
  auto machine = MustCompile(R"({"StartAt":"C","States":{
    "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Assign":{"y":1},"Next":"A"}],"Default":"B"},
    "A":{"Type":"Succeed"},"B":{"Type":"Fail"}}})");
  const auto& choice = machine->Find("C")->as<ChoiceDetail>();
  ASSERT_EQ(choice.rules.size(), 1u);
  EXPECT_EQ(choice.rules[0].next, machine->Find("A"));
  EXPECT_TRUE(choice.rules[0].assign.has_value());
  EXPECT_EQ(choice.default_next, machine->Find("B"));
}

TEST(Compile, WaitHasOneOfFourForms) {
  EXPECT_EQ(MustCompile(One(R"("Type":"Wait","Seconds":0,"End":true)"))
                ->Find("S")
                ->as<WaitDetail>()
                .seconds.value,
            0);
  EXPECT_TRUE(MustCompile(One(R"("Type":"Wait","SecondsPath":"$.s","End":true)"))
                  ->Find("S")
                  ->as<WaitDetail>()
                  .seconds.path.has_value());
  EXPECT_EQ(
      MustCompile(One(R"("Type":"Wait","Timestamp":"2016-03-14T01:59:00.5+01:00","End":true)"))
          ->Find("S")
          ->as<WaitDetail>()
          .timestamp.value,
      absl::FromUnixMillis(1457917140500));
  EXPECT_TRUE(MustCompile(One(R"("Type":"Wait","TimestampPath":"$.t","End":true)"))
                  ->Find("S")
                  ->as<WaitDetail>()
                  .timestamp.path.has_value());
}

TEST(Compile, SiblingScopesMayUseTheSameVariable) {
  const std::string branch =
      R"({"StartAt":"%","States":{"%":{"Type":"Pass","Assign":{"v":1},"End":true}}})";
  std::string a = branch, b = branch;
  for (size_t i; (i = a.find('%')) != std::string::npos;) a[i] = 'A';
  for (size_t i; (i = b.find('%')) != std::string::npos;) b[i] = 'B';
  MustCompile(One(R"("Type":"Parallel","Branches":[)" + a + "," + b + R"(],"End":true)"));
}

TEST(Compile, AllProblemsComeInDocumentOrder) {
  CompileResult result = CompileMachine(R"({"StartAt":"X","States":{
    "A":{"Type":"Wait","Timestamp":"now","Foo":1,"End":true},
    "B":{"Type":"Parallel","Branches":[],"OutputPath":"x","End":true}}})");
  std::vector<std::string> locations;
  for (const Diagnostic& diagnostic : result.diagnostics) locations.push_back(*diagnostic.location);
  EXPECT_THAT(locations,
              testing::ElementsAre("/StartAt", "/States/A", "/States/A", "/States/A/Timestamp",
                                   "/States/B", "/States/B/Branches", "/States/B/OutputPath"));
}

TEST(Compile, NamesAreCountedInCharacters) {
  std::string name;
  for (int i = 0; i < 80; ++i) name += "\xC3\xA4";
  MustCompile(R"({"StartAt":")" + name + R"(","States":{")" + name + R"(":{"Type":"Succeed"}}})");
  name += "x";
  EXPECT_EQ(CompileMachine(R"({"StartAt":")" + name + R"(","States":{")" + name +
                           R"(":{"Type":"Succeed"}}})")
                .ErrorText(),
            "INVALID_STATE_NAME: The name of a state exceeds the 80-character limit allowed by the "
            "service at /States/" +
                name);
}

TEST(Compile, WarningsDoNotRefuse) {
  CompileResult result = CompileMachine(R"json({"StartAt":"A","States":{
    "A":{"Type":"Pass","Parameters":{"a":"$.x","b.$":"$.x"},"Next":"B"},
    "B":{"Type":"Pass","Result":{"a":["States.UUID()"]},"Next":"C"},
    "C":{"Type":"Fail","Error":"$.error","Cause":"it costs $5"}}})json");
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.ErrorText(), "");
  std::vector<std::string> found;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    EXPECT_EQ(diagnostic.severity, Diagnostic::Severity::kWarning);
    found.push_back(diagnostic.code + " at " + *diagnostic.location);
  }
  EXPECT_THAT(found, testing::ElementsAre("NO_DOLLAR at /States/A/Parameters/a",
                                          "PASS_RESULT_IS_STATIC at /States/B/Result/a[0]",
                                          "NO_PATH at /States/C/Error"));
}

// `depth` Maps, each inside the one before.
std::string NestedMaps(int depth) {
  std::string text = R"({"StartAt":"End","States":{"End":{"Type":"Succeed"}}})";
  for (int i = 0; i < depth; ++i) {
    const std::string name = "M" + std::to_string(i);
    text = R"({"StartAt":")" + name + R"(","States":{")" + name +
           R"(":{"Type":"Map","End":true,"ItemProcessor":)" + text + "}}}";
  }
  return text;
}

TEST(Compile, NestingIsBounded) {
  MustCompile(NestedMaps(99));
  CompileResult result = CompileMachine(NestedMaps(100));
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, "TOO_DEEPLY_NESTED");
  EXPECT_FALSE(CompileMachine(NestedMaps(5000)).ok());
}

TEST(Compile, TextsOfFailMayBeAsLongAsAwsTakesInCharacters) {
  std::string error, cause;
  for (int i = 0; i < 256; ++i) error += "\xC3\xA4";
  for (int i = 0; i < 32'768; ++i) cause += "\xC3\xA4";
  MustCompile(R"({"StartAt":"F","States":{"F":{"Type":"Fail","Error":")" + error +
              R"(","Cause":")" + cause + "\"}}}");
}

TEST(Compile, ToleratedFailuresOfAnInlineMapAreAcceptedWithinTheirRange) {
  const auto map = [](const std::string& fields) {
    return CompileMachine(R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,)" + fields +
                          R"("ItemProcessor":{"StartAt":"E","States":{"E":{"Type":"Succeed"}}}}}})")
        .ErrorText();
  };
  EXPECT_EQ(map(R"("ToleratedFailureCount":0,"ToleratedFailurePercentage":12.5,)"), "");
  EXPECT_EQ(map(R"("ToleratedFailureCountPath":"$.n","ToleratedFailurePercentagePath":"$v.p",)"),
            "");
  EXPECT_EQ(map(R"("ToleratedFailureCount":-1,"ToleratedFailurePercentage":100.5,)"),
            "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/M/ToleratedFailureCount, "
            "SCHEMA_VALIDATION_FAILED: Maximum value is 100 at "
            "/States/M/ToleratedFailurePercentage");
}

TEST(Compile, WarningsHideNoErrors) {
  std::string parameters;
  for (int i = 0; i < 500; ++i) parameters += R"("p)" + std::to_string(i) + R"(":"$.x",)";
  const CompileResult result =
      CompileMachine(R"({"StartAt":"A","States":{"A":{"Type":"Pass","Parameters":{)" + parameters +
                     R"("q":1},"Next":"B"},"B":{"Type":"Wait","Foo":1,"End":true}}})");
  EXPECT_EQ(result.ErrorText(),
            "SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/B, "
            "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: "
            "[SecondsPath, Seconds, TimestampPath, Timestamp] at /States/B");
}

TEST(Compile, MistakesWithoutEndAreCutOff) {
  std::string states;
  for (int i = 0; i < 20'000; ++i) states += R"("S)" + std::to_string(i) + R"(":0,)";
  CompileResult result =
      CompileMachine(R"({"StartAt":"S0","States":{)" + states + R"("T":{"Type":"Succeed"}}})");
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.diagnostics.size(), 200u);
}

TEST(Compile, DefinitionsBeyondTheQuotaAreRefused) {
  std::string definition = One(R"("Type":"Succeed")");
  definition.append(1'048'576 - definition.size(), ' ');
  EXPECT_TRUE(CompileMachine(definition).ok());
  EXPECT_FALSE(CompileMachine(definition + " ").ok());
}

TEST(Compile, JunkNeverCrashes) {
  const std::string good = One(
      R"("Type":"Choice","Choices":[{"Or":[{"Variable":"$.a","StringMatches":"*"}],"Next":"S"}])");
  for (size_t i = 0; i < good.size(); ++i) {
    CompileMachine(good.substr(0, i));
    for (char c : {'\0', '"', '{', '[', '\\', '1', '\xFF'}) {
      std::string changed = good;
      changed[i] = c;
      CompileMachine(changed);
    }
  }
}

}  // namespace
}  // namespace pawl::asl
