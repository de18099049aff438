#include "cli/eval.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "coordinator/asl/intrinsic.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/query/environment.h"
#include "coordinator/query/jsonata/jsonata.h"
#include "coordinator/query/jsonpath.h"

namespace pawl::cli {
namespace {

struct Answer {
  Json result;
  std::string error_code;  // empty: there is a result
  std::string error_message;
  std::string error_token;
  bool error_token_is_literal = false;
  int error_position = -1;
  std::optional<bool> definite;
};

Answer Failure(std::string_view code, std::string_view message) {
  Answer answer;
  answer.error_code = code;
  answer.error_message = message;
  return answer;
}

std::string_view PathErrorCode(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return "PATH_NOT_FOUND";
    case absl::StatusCode::kInvalidArgument:
      return "INVALID_PATH";
    default:
      return "OTHER";
  }
}

query::Environment EnvironmentOf(Json test_case, std::string_view input) {
  return {test_case.Find(input), [test_case] { return test_case.Find("context"); },
          test_case.Find("bindings")};
}

// What an answer refers to while it is written.
struct Compiled {
  std::optional<query::JsonPath> path;
  std::optional<asl::Intrinsic> call;
  std::optional<jsonata::Expression> expression;
};

Answer EvalPath(Json test_case, Compiled* compiled, JsonArena* arena) {
  Json text = test_case.Find("path");
  if (!text.is_string()) return Failure("OTHER", "the case has no path");
  absl::StatusOr<query::JsonPath> path =
      query::JsonPath::Compile(text.as_string(), query::Dialect::kJayway);
  if (!path.ok()) return Failure(PathErrorCode(path.status()), FromAbsl(path.status().message()));
  compiled->path = *std::move(path);
  absl::StatusOr<Json> value = compiled->path->Evaluate(EnvironmentOf(test_case, "doc"), arena);
  Answer answer;
  if (value.ok()) {
    answer.result = *value;
  } else {
    answer = Failure(PathErrorCode(value.status()), FromAbsl(value.status().message()));
  }
  answer.definite = compiled->path->definite();
  return answer;
}

Answer EvalIntrinsic(Json test_case, Compiled* compiled, JsonArena* arena) {
  Json text = test_case.Find("expr");
  if (!text.is_string()) return Failure("OTHER", "the case has no expr");
  absl::StatusOr<asl::Intrinsic> call = asl::Intrinsic::Compile(text.as_string());
  if (!call.ok()) return Failure("INVALID_EXPRESSION", FromAbsl(call.status().message()));
  compiled->call = *std::move(call);
  const auto random = [] { return static_cast<uint64_t>(RandomInt64()); };
  asl::Result<Json> value =
      compiled->call->Evaluate(EnvironmentOf(test_case, "data"), random, "expr", arena);
  // AWS raises States.Runtime; the name that the documentation has tells the kind of failure here.
  if (!value.ok()) return Failure("States.IntrinsicFailure", value.error().cause.value_or(""));
  Answer answer;
  answer.result = *value;
  return answer;
}

Answer Failure(const jsonata::JsonataError& error) {
  // JavaScript's own exceptions have no code.
  Answer answer = Failure(error.code.empty() ? "OTHER" : error.code, error.message);
  answer.error_token = error.token;
  answer.error_token_is_literal = error.token_is_literal;
  answer.error_position = error.position;
  return answer;
}

jsonata::Limits LimitsOf(Json test_case) {
  jsonata::Limits limits;
  const Json time = test_case.Find("timelimit");
  if (time.is_number()) limits.time = absl::Milliseconds(time.as_double());
  const Json depth = test_case.Find("depth");
  if (depth.is_int()) limits.depth = static_cast<int>(std::min<int64_t>(depth.as_int(), 1000000));
  return limits;
}

Answer EvalJsonata(Json test_case, Compiled* compiled, JsonArena* arena) {
  Json text = test_case.Find("expr");
  if (!text.is_string()) return Failure("OTHER", "the case has no expr");
  jsonata::Result<jsonata::Expression> expression = jsonata::Expression::Compile(text.as_string());
  if (!expression.ok()) return Failure(expression.error());
  compiled->expression = *std::move(expression);
  jsonata::Inputs inputs;
  inputs.input = test_case.Find("data");
  inputs.bindings = test_case.Find("bindings");
  inputs.now = DatabaseClock().Now();
  inputs.random = [] { return static_cast<uint64_t>(RandomInt64()); };
  inputs.null_for_infinity = true;
  const jsonata::Result<Json> value =
      compiled->expression->Evaluate(inputs, LimitsOf(test_case), arena);
  if (!value.ok()) return Failure(value.error());
  Answer answer;
  answer.result = *value;
  return answer;
}

void AppendErrorTo(const Answer& answer, std::string* line) {
  line->append(",\"error\":{\"code\":");
  AppendJsonString(answer.error_code, line);
  line->append(",\"message\":");
  AppendJsonString(answer.error_message, line);
  if (!answer.error_token.empty()) {
    line->append(",\"token\":");
    if (answer.error_token_is_literal) {
      line->append(answer.error_token);
    } else {
      AppendJsonString(answer.error_token, line);
    }
  }
  if (answer.error_position >= 0) StrAppend(line, ",\"position\":", answer.error_position);
  line->push_back('}');
}

void WriteAnswer(Json id, const Answer& answer, NumberStyle style, std::ostream& out) {
  std::string line = "{\"id\":";
  AppendJson(id.is_undefined() ? Json::Null() : id, &line);
  if (!answer.error_code.empty()) {
    AppendErrorTo(answer, &line);
  } else if (answer.result.is_undefined()) {
    line.append(",\"undefined\":true");
  } else {
    line.append(",\"result\":");
    AppendJson(answer.result, &line, style);
  }
  if (answer.definite) line.append(*answer.definite ? ",\"definite\":true" : ",\"definite\":false");
  out << line << "}\n" << std::flush;
}

}  // namespace

int EvalLines(const std::string& lang, std::istream& in, std::ostream& out) {
  if (lang != "jsonata" && lang != "jsonpath" && lang != "intrinsic") return 2;
  const auto evaluate = lang == "jsonata"    ? EvalJsonata
                        : lang == "jsonpath" ? EvalPath
                                             : EvalIntrinsic;
  const NumberStyle style = lang == "jsonata" ? NumberStyle::kJavaScript : NumberStyle::kStates;
  std::string line;
  while (std::getline(in, line)) {
    JsonArena arena;
    absl::StatusOr<Json> test_case = ParseJson(line, &arena);
    if (!test_case.ok()) {
      const Answer unread = Failure("OTHER", FromAbsl(test_case.status().message()));
      WriteAnswer(Json(), unread, style, out);
      continue;
    }
    Compiled compiled;
    const Answer answer = evaluate(*test_case, &compiled, &arena);
    WriteAnswer(test_case->Find("id"), answer, style, out);
  }
  return 0;
}

}  // namespace pawl::cli
