// The states of DefinitionMaker in JSONata.

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "tests/fuzz/definition_maker.h"

namespace pawl::fuzz {

std::string DefinitionMaker::Expression(int depth) {
  if (depth >= 3 || OneIn(3)) {
    return Of({"$states.input",
               "$states.input.a",
               "$states.input.b.a",
               "$states.input.c[0]",
               "$states.input.v",
               "$states.context.State",
               "$states.context.Map.Item.Value",
               "$x0",
               "$y0.k0",
               "$x1",
               "1",
               "-0.5",
               "'a'",
               "true",
               "null",
               "[]",
               "{}",
               "$uuid()",
               "$random()",
               "$now()",
               "$millis()",
               "$states",
               "1e300",
               "1/0",
               "$sum",
               "a",
               "$"});
  }
  const std::string a = Expression(depth + 1);
  const std::string b = Expression(depth + 1);
  switch (Below(10)) {
    case 0:
      return StrCat(a, Of({" + ", " & ", " = ", " < ", " and ", " in ", "..", " ~> ", " ?? "}), b);
    case 1:
      return StrCat("[", a, ",", b, "]");
    case 2:
      return StrCat("{'k':", a, ",'v':", b, "}");
    case 3:
      return StrCat(Of({"$count(", "$string(", "$keys(", "$sum(", "$shuffle(", "$distinct(",
                        "$number(", "$base64decode(", "$parse(", "$not("}),
                    a, ")");
    case 4:
      return StrCat("$map(", a, ", function($i) { [$i, ", b, "] })");
    case 5:
      return StrCat("(", a, ")[$ = ", b, "]");
    case 6:
      return StrCat("($z := ", a, "; [$z, ", b, "])");
    case 7:
      return StrCat(a, " ? ", b, " : null");
    case 8:
      return StrCat("(", a, ").(a ? $ : ", b, ")");
    default:
      return StrCat("$merge([", a, ",", b, "])");
  }
}

// A field's value: mostly an expression.
std::string DefinitionMaker::JsonataValue(int depth) {
  if (depth < 2 && OneIn(4)) {
    return OneIn(2) ? StrCat("[", JsonataValue(depth + 1), "]")
                    : StrCat(R"({"k0":)", JsonataValue(depth + 1), "}");
  }
  if (OneIn(8)) return Document(2);
  std::string text;
  const std::string expression = Expression(0);
  AppendJsonString(StrCat("{% ", OneIn(30) ? Torn(expression) : expression, " %}"), &text);
  return text;
}

std::string DefinitionMaker::JsonataDetail(const std::string& type, const std::string& next,
                                           int depth) {
  if (type == "Task") {
    return StrCat(R"(,"Resource":"arn:aws:states:us-east-1:000000000000:activity:a")",
                  R"(,"Arguments":)", JsonataValue(0),
                  OneIn(4) ? R"(,"TimeoutSeconds":"{% $states.input.v + 1 %}")" : "");
  }
  if (type == "Wait") {
    return Of({R"(,"Seconds":"{% $states.input.v %}")", R"(,"Seconds":"{% $states.input.a %}")",
               R"(,"Timestamp":"{% $now() %}")"});
  }
  if (type == "Choice") {
    return StrCat(R"(,"Choices":[{"Condition":)", OneIn(2) ? "true" : JsonataValue(2),
                  R"(,"Next":")", next, R"("}],"Default":")", next, "\"");
  }
  if (type == "Parallel") return StrCat(R"(,"Branches":[)", Scope(depth + 1), "]");
  if (type == "Fail") return StrCat(R"(,"Error":"E","Cause":"{% $string($states.input) %}")");
  if (type != "Map") return "";
  return StrCat(R"(,"ItemProcessor":)", Scope(depth + 1), R"(,"Items":)",
                OneIn(2) ? R"("{% [1..3] %}")" : R"("{% $shuffle([$states.input.c, 1, 2]) %}")",
                OneIn(2) ? R"(,"MaxConcurrency":1)" : "",
                OneIn(3) ? StrCat(R"(,"ItemSelector":)", JsonataValue(0)) : "");
}

// The fields that follow `Type`.
std::string DefinitionMaker::Jsonata(const std::string& type, const std::string& next, int depth) {
  std::string text = R"(,"QueryLanguage":"JSONata")";
  if (type != "Fail" && OneIn(3)) StrAppend(&text, R"(,"Output":)", JsonataValue(0));
  if (type != "Fail" && type != "Succeed" && OneIn(3)) {
    StrAppend(&text, R"(,"Assign":{"x)", depth, "\":", JsonataValue(1), "}");
  }
  text += JsonataDetail(type, next, depth);
  if ((type == "Task" || type == "Map" || type == "Parallel") && OneIn(2)) {
    StrAppend(&text, R"(,"Catch":[{"ErrorEquals":["States.ALL"],"Next":")", next, R"(","Output":)",
              JsonataValue(1), "}]");
  }
  return text;
}

}  // namespace pawl::fuzz
