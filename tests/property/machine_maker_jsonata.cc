// The states of MachineMaker in JSONata. They read and leave what those in JSONPath do.

#include "coordinator/base/strings.h"
#include "tests/property/machine_maker.h"

namespace pawl::property {
namespace {

constexpr char kJsonata[] = R"(,"QueryLanguage":"JSONata")";

}  // namespace

std::string MachineMaker::JsonataShape() {
  // One expression in a hundred gives nothing, which is a failure that a Task can catch.
  const std::string n = OneIn(100)
                            ? "$states.input.missing"
                            : Of({"$states.input.n", "$x0.n", "$states.input.n + 1",
                                  "$count($states.input.list)", "$sum([$states.input.n, 2])"});
  return StrCat(
      R"("n":"{% )", n, R"( %}","s":"{% )",
      Of({"$states.input.s", "$states.input.s & '-' & $string($states.input.n)",
          "$uppercase($x0.s)", "$states.context.Execution.Name", "$join(['a', 'b'], '-')",
          "$hash($states.input.s, 'MD5')", "$string($states.input.list)"}),
      R"( %}","list":"{% )",
      Of({"$states.input.list", "[$states.input.n, $states.input.w]", "[$states.input.list[$ > 1]]",
          "[$sort($states.input.list)]", "[$map($states.input.list, function($v) { $v * 2 })]",
          "$states.context.Execution.Input.list", "[1..3]"}),
      R"( %}","flag":"{% )",
      Of({"$states.input.flag", "$not($states.input.flag)", "2 in $states.input.list",
          "$exists($states.input.caught)"}),
      R"( %}","w":)", Below(2));
}

std::string MachineMaker::JsonataAssign(int depth) {
  return StrCat(R"(,"Assign":{"x)", depth, R"(":{)", JsonataShape(), "}}");
}

// Output of a state whose work has a result.
std::string MachineMaker::JsonataResult() {
  return Of({R"(,"Output":"{% $merge([$states.input, {'r': $states.result}]) %}")",
             R"(,"Output":"{% $merge([$states.input, {'q': {'r': $states.result}}]) %}")",
             R"(,"Output":"{% $states.input %}")"});
}

std::string MachineMaker::JsonataHandlers(const Place& place) {
  const auto errors = [&] {
    return Of({R"("States.ALL")", R"("States.TaskFailed")", R"("E")", R"("E","F")",
               R"("States.QueryEvaluationError","F")"});
  };
  std::string fields;
  if (OneIn(2)) {
    StrAppend(&fields, R"(,"Retry":[{"ErrorEquals":[)", errors(),
              R"(],"IntervalSeconds":1,"BackoffRate":1.0,"MaxAttempts":)", 1 + Below(2), "}]");
  }
  if (!place.last.empty() && !OneIn(3)) {
    StrAppend(&fields, R"(,"Catch":[{"ErrorEquals":[)", errors(), R"(],"Next":")",
              OneIn(2) ? place.next : place.last,
              R"(","Output":"{% $merge([$states.input, {'caught': $states.errorOutput}]) %}")",
              OneIn(3) ? JsonataAssign(place.depth) : "", "}]");
  }
  return fields;
}

std::string MachineMaker::JsonataCondition() {
  return Of({"$states.input.n < 5", "$x0.n = 1", "$states.input.flag",
             "$exists($states.input.caught)", "$contains($states.input.s, 'a')",
             "$count($states.input.list) > 2 or $states.input.w = 1"});
}

std::string MachineMaker::JsonataChoice(const Place& place) {
  std::string text = StrCat(R"({"Type":"Choice")", kJsonata, R"(,"Choices":[{"Condition":"{% )",
                            JsonataCondition(), R"( %}","Next":")", place.next, "\"");
  if (OneIn(3)) text += JsonataAssign(place.depth);
  if (OneIn(3)) StrAppend(&text, R"(,"Output":{)", JsonataShape(), "}");
  StrAppend(&text, R"(},{"Condition":"{% )", JsonataCondition(), R"( %}","Next":")", place.last,
            "\"}]");
  if (!OneIn(15)) StrAppend(&text, R"(,"Default":")", place.next, "\"");
  return text + "}";
}

std::string MachineMaker::JsonataMap(const Place& place) {
  return StrCat(
      R"({"Type":"Map")", kJsonata,
      Of({R"(,"Items":"{% $states.input.list %}")", R"(,"Items":"{% [1..3] %}")",
          R"(,"Items":["{% $states.input.n %}",1])"}),
      R"(,"ItemSelector":{"item":"{% $states.context.Map.Item.Value %}",)", JsonataShape(), "}",
      Of({"", R"(,"MaxConcurrency":1)", R"(,"MaxConcurrency":"{% $states.input.w + 1 %}")"}),
      R"(,"ItemProcessor":)", Scope(place.depth + 1), JsonataResult(), JsonataHandlers(place),
      Onward(place));
}

// A state of type `type`, one of those in JSONPath.
std::string MachineMaker::Jsonata(std::string_view type, const Place& place) {
  if (type == "Choice") return JsonataChoice(place);
  if (type == "Map") return JsonataMap(place);
  std::string text = StrCat(R"({"Type":")", type, "\"", kJsonata);
  if (OneIn(4)) text += JsonataAssign(place.depth);
  if (type == "Pass") {
    if (OneIn(2)) StrAppend(&text, R"(,"Output":{)", JsonataShape(), "}");
  } else if (type == "Wait") {
    text += Of({R"(,"Seconds":"{% $states.input.w %}")", R"(,"Seconds":1)",
                R"(,"Timestamp":"{% $fromMillis($millis() + 500) %}")"});
  } else if (type == "Task") {
    StrAppend(&text, R"(,"Resource":"arn:aws:states:us-east-1:000000000000:activity:)",
              Of({"steady", "moody"}), R"(","TimeoutSeconds":"{% 3600 %}")");
    StrAppend(&text, R"(,"Arguments":{"try":"{% $states.context.State.RetryCount %}",)",
              JsonataShape(), "}", JsonataResult(), JsonataHandlers(place));
  } else {
    StrAppend(&text, R"(,"Branches":[)", Scope(place.depth + 1), ",", Scope(place.depth + 1),
              R"(],"Arguments":{)", JsonataShape(), "}", JsonataResult(), JsonataHandlers(place));
  }
  return text + Onward(place);
}

}  // namespace pawl::property
