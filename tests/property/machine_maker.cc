#include "tests/property/machine_maker.h"

#include <vector>

#include "coordinator/base/strings.h"

namespace pawl::property {
namespace {

constexpr int kMaxDepth = 2;

}  // namespace

std::string MachineMaker::Of(std::initializer_list<const char*> choices) {
  return choices.begin()[Below(choices.size())];
}

std::string MachineMaker::Input() {
  std::string list;
  for (uint64_t i = 0, size = Below(5); i < size; ++i) StrAppend(&list, i > 0 ? "," : "", Below(5));
  return StrCat(R"({"n":)", Below(12), R"(,"s":")", Of({"a", "b-c", "é", "s*", "{}", ""}),
                R"(","list":[)", list, R"(],"flag":)", OneIn(2) ? "true" : "false", R"(,"w":)",
                Below(2), "}");
}

std::string MachineMaker::Shape() {
  // One path in a hundred leads nowhere, which ends the execution.
  const std::string n =
      OneIn(100)
          ? "$.missing"
          : Of({"$.n", "$x0.n", "States.MathAdd($.n, 1)", "$.w", "States.ArrayLength($.list)"});
  return StrCat(
      R"("n.$":")", n, R"(","s.$":")",
      Of({"$.s", "$.s", "$x0.s", "States.Format('{}-{}', $.n, $.w)", "States.Hash($.s, 'MD5')",
          "States.Base64Encode($.s)", "States.JsonToString($.list)", "$$.Execution.Name"}),
      R"(","list.$":")",
      Of({"$.list", "$.list", "States.Array($.n, $.w)", "States.ArrayRange(1, 4, 2)",
          "States.ArrayUnique($.list)", "$.list[0:2]", "$.list[?(@ > 1)]",
          "States.StringToJson('[3,1]')", "$$.Execution.Input.list"}),
      R"(","flag.$":")",
      Of({"$.flag", "$$.Execution.Input.flag", "States.ArrayContains($.list, 2)"}), R"(","w":)",
      Below(2));
}

// A level may not assign what one around it does.
std::string MachineMaker::Assign(int depth) {
  return StrCat(R"(,"Assign":{"x)", depth, R"(":{)", Shape(), "}}");
}

std::string MachineMaker::Result() {
  return Of({R"(,"ResultPath":"$.r")", R"(,"ResultPath":"$.r")", R"(,"ResultPath":"$.q.r")",
             R"(,"ResultPath":null)"});
}

std::string MachineMaker::Onward(const Place& place) {
  return place.next.empty() ? R"(,"End":true})" : StrCat(R"(,"Next":")", place.next, "\"}");
}

std::string MachineMaker::Handlers(const Place& place) {
  const auto errors = [&] {
    return Of({"\"States.ALL\"", "\"States.TaskFailed\"", "\"E\"", "\"F\",\"States.Timeout\"",
               "\"States.HeartbeatTimeout\"", "\"E\",\"F\""});
  };
  std::string fields;
  if (!OneIn(3)) {
    StrAppend(&fields, R"(,"Retry":[)");
    if (OneIn(3)) {
      StrAppend(&fields, R"({"ErrorEquals":["F"],"IntervalSeconds":1,"MaxAttempts":)", Below(2),
                "},");
    }
    StrAppend(&fields, R"({"ErrorEquals":[)", errors(), R"(],"IntervalSeconds":1,"MaxAttempts":)",
              1 + Below(3), R"(,"BackoffRate":)", Of({"1.0", "1.5"}),
              R"(,"MaxDelaySeconds":2,"JitterStrategy":")", Of({"FULL", "NONE"}), "\"}]");
  }
  if (!place.last.empty() && !OneIn(3)) {
    StrAppend(&fields, R"(,"Catch":[{"ErrorEquals":[)", errors(), R"(],"Next":")",
              OneIn(2) ? place.next : place.last, R"(","ResultPath":"$.caught")",
              OneIn(3) ? Assign(place.depth) : "", "}");
    if (OneIn(2)) {
      StrAppend(&fields, R"(,{"ErrorEquals":["States.ALL"],"ResultPath":"$.any","Next":")",
                place.last, "\"}");
    }
    fields += "]";
  }
  return fields;
}

std::string MachineMaker::Pass(const Place& place) {
  std::string text = R"({"Type":"Pass")";
  if (OneIn(2)) StrAppend(&text, R"(,"Parameters":{)", Shape(), "}", OneIn(2) ? Result() : "");
  if (OneIn(3)) text += Assign(place.depth);
  return text + Onward(place);
}

std::string MachineMaker::Task(const Place& place) {
  const std::string activity =
      Of({"steady", "steady", "moody", "moody", "moody", "moody", "beating", "quiet", "fading"});
  std::string text =
      StrCat(R"({"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:)",
             activity, "\"");
  if (activity == "quiet") {
    text += Of({R"(,"TimeoutSeconds":1)", R"(,"TimeoutSeconds":2)", R"(,"HeartbeatSeconds":1)",
                R"(,"TimeoutSeconds":3600,"HeartbeatSeconds":1)"});
  } else if (activity == "fading") {
    text += R"(,"TimeoutSeconds":3600,"HeartbeatSeconds":1)";
  } else if (activity == "beating") {
    text += R"(,"TimeoutSeconds":3600,"HeartbeatSeconds":300)";
  } else if (OneIn(2)) {
    text += R"(,"TimeoutSeconds":3600)";
  }
  // With the number of the attempt in it each attempt ends in its own way.
  if (!OneIn(3)) {
    StrAppend(&text, R"(,"Parameters":{"try.$":"$$.State.RetryCount",)", Shape(), "}");
  }
  if (OneIn(4)) text += R"(,"ResultSelector":{"n.$":"$.n","all.$":"$"})";
  if (!OneIn(4)) {
    text += Result();
  } else if (text.find("ResultSelector") != std::string::npos) {
    text += R"(,"ResultPath":"$.selected")";
  }
  if (OneIn(4)) text += Assign(place.depth);
  return text + Handlers(place) + Onward(place);
}

std::string MachineMaker::Wait(const Place& place) {
  return StrCat(
      R"({"Type":"Wait")",
      Of({R"(,"Seconds":1)", R"(,"SecondsPath":"$.w")", R"(,"Timestamp":"2016-03-14T01:59:00Z")"}),
      Onward(place));
}

std::string MachineMaker::Rule(int depth) {
  if (depth < 2 && OneIn(3)) {
    if (OneIn(3)) return StrCat(R"("Not":{)", Rule(depth + 1), "}");
    return StrCat("\"", Of({"And", "Or"}), R"(":[{)", Rule(depth + 1), "},{", Rule(depth + 1),
                  "}]");
  }
  return Of(
      {R"("Variable":"$.n","NumericLessThan":5)", R"("Variable":"$x0.n","NumericEquals":1)",
       R"("Variable":"$.flag","BooleanEquals":true)", R"("Variable":"$.caught","IsPresent":true)",
       R"("Variable":"$.s","StringMatches":"s*")", R"("Variable":"$.list[0]","IsPresent":true)",
       R"("Variable":"$.n","NumericGreaterThanEqualsPath":"$.w")",
       R"("Variable":"$.s","StringLessThan":"m")"});
}

std::string MachineMaker::Choice(const Place& place) {
  std::string text = StrCat(R"({"Type":"Choice","Choices":[{)", Rule(0), R"(,"Next":")", place.next,
                            OneIn(3) ? StrCat("\"", Assign(place.depth), "}") : "\"}");
  StrAppend(&text, ",{", Rule(0), R"(,"Next":")", place.last, "\"}]");
  // Now and then nothing matches, which ends the execution.
  if (!OneIn(15)) StrAppend(&text, R"(,"Default":")", place.next, "\"");
  return text + "}";
}

std::string MachineMaker::Parallel(const Place& place) {
  std::string text = R"({"Type":"Parallel","Branches":[)";
  for (uint64_t i = 0, size = 1 + Below(3); i < size; ++i) {
    StrAppend(&text, i > 0 ? "," : "", Scope(place.depth + 1));
  }
  text += "]";
  if (OneIn(2)) StrAppend(&text, R"(,"Parameters":{)", Shape(), "}");
  if (OneIn(4)) {
    text += R"j(,"ResultSelector":{"first.$":"$[0]","count.$":"States.ArrayLength($)"})j";
  }
  return text + Result() + Handlers(place) + Onward(place);
}

std::string MachineMaker::Map(const Place& place) {
  return StrCat(R"({"Type":"Map",)",
                Of({R"("ItemsPath":"$.list")", R"("ItemsPath":"$x0.list")",
                    R"("ItemsPath":"$$.Execution.Input.list")"}),
                R"(,"ItemSelector":{"item.$":"$$.Map.Item.Value","index.$":"$$.Map.Item.Index",)",
                Shape(), "}",
                Of({"", R"(,"MaxConcurrency":1)", R"(,"MaxConcurrency":2)",
                    R"(,"MaxConcurrencyPath":"$.w")"}),
                ",\"", Of({"Iterator", "ItemProcessor"}), "\":", Scope(place.depth + 1), Result(),
                Handlers(place), Onward(place));
}

std::string MachineMaker::Fail() {
  return Of({R"({"Type":"Fail","Error":"E","Cause":"it is made so"})",
             R"({"Type":"Fail","Error":"F","CausePath":"$.s"})", R"({"Type":"Fail"})"});
}

std::string MachineMaker::LastState(const Place& place) {
  if (OneIn(6)) return Fail();
  if (OneIn(6)) return R"({"Type":"Succeed"})";
  if (OneIn(2)) return Task(place);
  return Pass(place);
}

std::string MachineMaker::State(const Place& place) {
  const bool container = place.depth < kMaxDepth && OneIn(3);
  if (OneIn(3)) {
    return Jsonata(
        container ? Of({"Parallel", "Map"}) : Of({"Pass", "Wait", "Choice", "Task", "Task"}),
        place);
  }
  if (container) return OneIn(2) ? Parallel(place) : Map(place);
  switch (Below(6)) {
    case 0:
      return Pass(place);
    case 1:
      return Wait(place);
    case 2:
      return Choice(place);
    default:
      return Task(place);
  }
}

// The states that run all that begins with `from` again, two or three times in all.
std::string MachineMaker::Loop(const std::string& from, const std::string& next) {
  return StrCat(
      R"j(,"Count":{"Type":"Pass","Assign":{"i.$":"States.MathAdd($i, 1)"},"Next":"Again"})j",
      R"(,"Again":{"Type":"Choice","Choices":[{"Variable":"$i","NumericLessThan":)", 2 + Below(2),
      R"(,"Next":")", from, R"("}],"Default":")", next, "\"}");
}

std::string MachineMaker::Scope(int depth) {
  std::vector<std::string> names(depth == 0 ? 3 + Below(4) : 1 + Below(3));
  for (std::string& name : names) name = StrCat("S", states_++);
  const bool loops = depth == 0 && OneIn(3);
  const std::string last = names.back();
  std::string text = StrCat(R"({"StartAt":")", depth == 0 ? "Begin" : names[0], R"(","States":{)");
  if (depth == 0) {
    StrAppend(&text, R"("Begin":{"Type":"Pass","Assign":{"i":0,"x0.$":"$"},"Next":")", names[0],
              "\"},");
  }
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    const bool before_last = i + 2 == names.size();
    const std::string next = before_last && loops ? "Count" : names[i + 1];
    StrAppend(&text, "\"", names[i], "\":", State({names[i], next, last, depth}), ",");
  }
  StrAppend(&text, "\"", last, "\":", LastState({last, "", "", depth}));
  if (loops) text += Loop(names[0], last);
  return text + "}}";
}

std::string MachineMaker::Machine() {
  std::string text = Scope(0);
  if (OneIn(12)) text.insert(1, StrCat(R"("TimeoutSeconds":)", 2 + Below(4), ","));
  return text;
}

}  // namespace pawl::property
