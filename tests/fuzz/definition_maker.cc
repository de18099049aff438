#include "tests/fuzz/definition_maker.h"

#include <vector>

#include "coordinator/asl/template.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::fuzz {
namespace {

constexpr int kMaxDepth = 3;

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

}  // namespace

std::string DefinitionMaker::Of(std::initializer_list<const char*> choices) {
  return choices.begin()[Below(choices.size())];
}

std::string DefinitionMaker::Document(int depth) {
  if (depth >= kMaxDepth || OneIn(3)) {
    return Of({"null",
               "true",
               "false",
               "0",
               "-0",
               "1",
               "-1",
               "1.5",
               "1e300",
               "9007199254740993",
               "9223372036854775807",
               "12345678901234567890",
               "\"\"",
               "\"a\"",
               "\"1\"",
               "\"{}\"",
               "\"\\ud800\"",
               "\"é😀\"",
               "\"2016-03-14T01:59:00Z\"",
               "\"a,b\"",
               "\"YQ==\""});
  }
  const uint64_t size = Below(5);
  const bool array = OneIn(2);
  std::string text = array ? "[" : "{";
  for (uint64_t i = 0; i < size; ++i) {
    if (i > 0) text += ",";
    if (!array) StrAppend(&text, "\"", Of({"a", "b", "c", "a b", "v", "é"}), "\":");
    text += Document(depth + 1);
  }
  return text + (array ? "]" : "}");
}

std::string DefinitionMaker::Input() {
  if (OneIn(20)) return Document();
  return StrCat(R"({"a":)", Document(1), R"(,"b":)", Document(1), R"(,"c":[)", Document(2), ",",
                Document(2), R"(],"v":)", Below(5), "}");
}

std::string DefinitionMaker::Filter(int depth) {
  if (depth < 2 && OneIn(4)) {
    return StrCat(Of({"!(", "("}), Filter(depth + 1), Of({" && ", " || "}), Filter(depth + 1), ")");
  }
  const auto operand = [&] {
    return OneIn(2) ? "@" + Step(depth + 1)
                    : Of({"1", "'a'", "\"a\"", "null", "true", "$.a", "/a.*/i", "['a','b']", "[]"});
  };
  if (OneIn(4)) return operand();
  return StrCat(operand(),
                Of({" == ", " != ", " < ", " <= ", " > ", " >= ", " =~ ", " in ", " nin ",
                    " subsetof ", " size ", " empty ", " contains "}),
                operand());
}

std::string DefinitionMaker::Step(int depth) {
  if (depth < 3 && OneIn(6)) return StrCat("[?(", Filter(depth + 1), ")]");
  return Of({".a",
             ".b",
             ".c",
             "['a b']",
             "['a','b']",
             "[0]",
             "[-1]",
             "[1:3]",
             "[:2]",
             "[-2:]",
             "[0,2]",
             ".*",
             "[*]",
             "..a",
             "..*",
             ".length()",
             ".min()",
             ".sum()",
             ".keys()",
             ".v",
             "[\"a\"]",
             "['\\'']",
             ".concat($.a,'x')",
             ""});
}

std::string DefinitionMaker::Path() {
  std::string path = Of({"$", "$", "$", "$$", "$x0", "$y1", "$$.Map.Item", "$$.Execution"});
  for (uint64_t i = Below(4); i > 0; --i) path += Step(0);
  return OneIn(30) ? Torn(path) : path;
}

std::string DefinitionMaker::FieldPath() {
  if (!OneIn(3)) return Of({"$", "$.a", "$.b", "$.c", "$.v", "$$.Execution.Input.a", "$.a", "$"});
  for (int tries = 0; tries < 10 && !OneIn(50); ++tries) {
    std::string path = Path();
    if (query::JsonPath::Compile(path).ok()) return path;
  }
  return Path();
}

std::string DefinitionMaker::FieldCall() {
  for (int tries = 0; tries < 20 && !OneIn(50); ++tries) {
    std::string call = Intrinsic();
    if (asl::Expression::Compile(call).ok()) return call;
  }
  return "States.UUID()";
}

std::string DefinitionMaker::Argument(int depth) {
  if (depth < 4 && OneIn(4)) return Intrinsic(depth + 1);
  if (OneIn(2)) return Path();
  return Of({"1", "-3", "2.5", "2147483647", "1e9", "'a'", "'{}'", "'\\'\\{\\}\\\\'", "'a,b'", "''",
             "true", "null", "'MD5'", "'SHA-1'", "0", "false", "'[1,2,{}]'", "'%%%'"});
}

std::string DefinitionMaker::Intrinsic(int depth) {
  std::string call = StrCat(
      "States.",
      Of({"Array", "ArrayPartition", "ArrayContains", "ArrayRange", "ArrayGetItem", "ArrayLength",
          "ArrayUnique", "Base64Encode", "Base64Decode", "Hash", "JsonMerge", "StringToJson",
          "JsonToString", "MathRandom", "MathAdd", "StringSplit", "UUID", "Format", "None"}),
      "(");
  for (uint64_t i = 0, arguments = Below(4); i < arguments; ++i) {
    StrAppend(&call, i > 0 ? ", " : "", Argument(depth));
  }
  call += ")";
  return OneIn(40) ? Torn(call) : call;
}

std::string DefinitionMaker::Torn(std::string text) {
  for (uint64_t i = 1 + Below(3); i > 0 && !text.empty(); --i) {
    const size_t at = Below(text.size());
    switch (Below(4)) {
      case 0:
        text[at] = static_cast<char>(Below(128));
        break;
      case 1:
        text.erase(at, 1 + Below(4));
        break;
      case 2:
        text.insert(at, text.substr(at, 1 + Below(20)));
        break;
      default:
        text.insert(at, Of({"'", "\"", "\\", "[", "]", "(", ")", "$", ".", "{", "}", "\\u", "?("}));
    }
  }
  return text;
}

std::string DefinitionMaker::Template(int depth) {
  std::string text = "{";
  for (uint64_t i = 0, size = Below(4); i < size; ++i) {
    StrAppend(&text, i > 0 ? "," : "", "\"k", i);
    if (OneIn(2)) {
      StrAppend(&text, ".$\":", Quoted(OneIn(3) ? FieldCall() : FieldPath()));
    } else {
      StrAppend(&text, "\":", depth < 2 && OneIn(2) ? Template(depth + 1) : Document(2));
    }
  }
  return text + "}";
}

std::string DefinitionMaker::DataFields(const std::string& type, int depth) {
  std::string fields;
  if (type == "Fail") return fields;
  if (OneIn(4)) StrAppend(&fields, R"(,"InputPath":)", OneIn(8) ? "null" : Quoted(FieldPath()));
  if (OneIn(6)) StrAppend(&fields, R"(,"OutputPath":)", OneIn(8) ? "null" : Quoted(FieldPath()));
  if (type == "Succeed") return fields;
  if (OneIn(4)) {
    // A level may not assign what one around it does.
    StrAppend(&fields, R"(,"Assign":{"x)", depth, R"(.$":)", Quoted(FieldPath()), R"(,"y)", depth,
              "\":", Template(1), "}");
  }
  if (type == "Choice" || type == "Wait") return fields;
  if (OneIn(3)) {
    StrAppend(&fields, R"(,"ResultPath":)",
              Of({"null", "\"$\"", "\"$.a\"", "\"$.a.b[0]\"", "\"$['a b']\"", "\"$.v.w\""}));
  }
  if (OneIn(3)) {
    StrAppend(&fields, type == "Map" ? R"(,"ItemSelector":)" : R"(,"Parameters":)", Template(0));
  }
  if (type != "Pass" && OneIn(5)) StrAppend(&fields, R"(,"ResultSelector":)", Template(0));
  return fields;
}

std::string DefinitionMaker::Handlers(const std::string& next) {
  std::string fields;
  const auto errors = [&] {
    return Of({"\"States.ALL\"", "\"States.TaskFailed\"", "\"E\"", "\"States.Timeout\"",
               "\"States.DataLimitExceeded\",\"E\"", "\"States.HeartbeatTimeout\""});
  };
  if (OneIn(3)) {
    StrAppend(&fields, R"(,"Retry":[{"ErrorEquals":[)", errors(), R"(],"MaxAttempts":)", Below(3),
              R"(,"BackoffRate":1.5,"MaxDelaySeconds":9,"JitterStrategy":")", Of({"FULL", "NONE"}),
              "\"}]");
  }
  if (OneIn(2)) {
    StrAppend(&fields, R"(,"Catch":[{"ErrorEquals":[)", errors(), R"(],"Next":")", next,
              R"(","ResultPath":"$.e"}])");
  }
  return fields;
}

std::string DefinitionMaker::Rule(int depth) {
  if (depth < 2 && OneIn(4)) {
    return OneIn(3) ? StrCat(R"("Not":{)", Rule(depth + 1), "}")
                    : StrCat("\"", Of({"And", "Or"}), R"(":[{)", Rule(depth + 1), "},{",
                             Rule(depth + 1), "}]");
  }
  const std::string comparison =
      Of({R"("IsPresent":true)", R"("IsNull":false)", R"("IsTimestamp":true)",
          R"("NumericEquals":1)", R"("NumericLessThan":1.5)", R"("StringEquals":"a")",
          R"("StringMatches":"a*\\\\*b")", R"("StringLessThanPath":"$.a")",
          R"("BooleanEquals":true)", R"("TimestampGreaterThan":"2016-03-14T01:59:00Z")",
          R"("NumericGreaterThanEqualsPath":"$.b")"});
  return StrCat(R"("Variable":)",
                Quoted(OneIn(9) ? FieldPath() : Of({"$.a", "$.b", "$", "$.c", "$.v"})), ",",
                comparison);
}

std::string DefinitionMaker::Detail(const std::string& type, const std::string& next, int depth) {
  if (type == "Pass") return OneIn(2) ? StrCat(R"(,"Result":)", Document(1)) : "";
  if (type == "Fail") return OneIn(2) ? R"(,"Error":"E","Cause":"C")" : R"(,"CausePath":"$.a")";
  if (type == "Task") {
    return StrCat(R"(,"Resource":"arn:aws:states:us-east-1:000000000000:activity:a")",
                  Of({"", R"(,"TimeoutSeconds":9)", R"(,"TimeoutSecondsPath":"$.a")",
                      R"(,"TimeoutSeconds":9,"HeartbeatSeconds":3)"}),
                  Handlers(next));
  }
  if (type == "Wait") {
    return Of({R"(,"Seconds":3)", R"(,"SecondsPath":"$.a")", R"(,"TimestampPath":"$.b")",
               R"(,"Timestamp":"2016-03-14T01:59:00Z")"});
  }
  if (type == "Choice") {
    return StrCat(R"(,"Choices":[{)", Rule(0), R"(,"Next":")", next, R"("}])",
                  OneIn(4) ? "" : StrCat(R"(,"Default":")", next, "\""));
  }
  if (type == "Parallel") {
    return StrCat(R"(,"Branches":[)", Scope(depth + 1), OneIn(2) ? "," + Scope(depth + 1) : "", "]",
                  Handlers(next));
  }
  if (type != "Map") return "";
  return StrCat(",\"", Of({"Iterator", "ItemProcessor"}), "\":", Scope(depth + 1),
                Of({"", R"(,"ItemsPath":"$.a")", R"(,"MaxConcurrency":1)",
                    R"(,"MaxConcurrencyPath":"$.a","ItemsPath":"$.b")",
                    R"(,"ItemsPath":"$$.Execution.Input")"}),
                Handlers(next));
}

// The state `name`, which goes on to `next`; the end of its level when there is none.
std::string DefinitionMaker::State(const std::string& name, const std::string& next, int depth) {
  std::string type = OneIn(4) && depth < kMaxDepth
                         ? Of({"Parallel", "Map"})
                         : Of({"Pass", "Pass", "Task", "Wait", "Choice", "Succeed", "Fail"});
  if (next.empty() && type == "Choice") type = "Pass";
  if (!next.empty() && (type == "Succeed" || type == "Fail")) type = "Task";
  // The last one of a level has only itself to go to when it fails.
  const std::string& other = next.empty() ? name : next;
  std::string text = StrCat(R"({"Type":")", type, "\"");
  if (OneIn(3)) {
    text += Jsonata(type, other, depth);
  } else {
    StrAppend(&text, DataFields(type, depth), Detail(type, other, depth));
  }
  if (type != "Choice" && type != "Succeed" && type != "Fail") {
    text += next.empty() ? R"(,"End":true)" : StrCat(R"(,"Next":")", next, "\"");
  }
  return text + "}";
}

std::string DefinitionMaker::Scope(int depth) {
  std::vector<std::string> names(1 + Below(depth == 0 ? 5 : 3));
  for (std::string& name : names) name = StrCat("S", states_++);
  std::string text = StrCat(R"({"StartAt":")", names[0], R"(","States":{)");
  for (size_t i = 0; i < names.size(); ++i) {
    const bool last = i + 1 == names.size();
    StrAppend(&text, i > 0 ? "," : "", "\"", names[i],
              "\":", State(names[i], last ? "" : names[i + 1], depth));
  }
  return text + "}}";
}

std::string DefinitionMaker::Machine() {
  std::string text = Scope(0);
  if (OneIn(30)) text[Below(text.size())] = static_cast<char>(Below(256));
  return OneIn(10) ? Torn(text) : text;
}

}  // namespace pawl::fuzz
