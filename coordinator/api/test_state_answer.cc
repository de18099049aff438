#include "coordinator/api/test_state_answer.h"

#include <optional>
#include <string_view>

#include "coordinator/api/json_writer.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"

namespace pawl::api {
namespace {

std::string_view StatusWord(core::Trial::Status status) {
  switch (status) {
    case core::Trial::Status::kSucceeded:
      return "SUCCEEDED";
    case core::Trial::Status::kRetriable:
      return "RETRIABLE";
    case core::Trial::Status::kCaughtError:
      return "CAUGHT_ERROR";
    case core::Trial::Status::kFailed:
      break;
  }
  return "FAILED";
}

void WriteText(std::string_view key, const std::optional<Text>& text, ObjectWriter* body) {
  if (text) body->Text(key, text->view());
}

void WriteErrorDetails(const core::Observation& seen, ObjectWriter* body) {
  if (!seen.catch_index && !seen.retry_index) return;
  ObjectWriter details(body->Key("errorDetails"));
  if (seen.catch_index) details.Int("catchIndex", static_cast<int64_t>(*seen.catch_index));
  if (seen.retry_index) details.Int("retryIndex", static_cast<int64_t>(*seen.retry_index));
  if (seen.retry_seconds) {
    details.Int("retryBackoffIntervalSeconds", static_cast<int64_t>(*seen.retry_seconds));
  }
  details.Close();
}

// What is recorded of each type of state in JSONPath: not all that has gone through it.
void WriteJsonPathPhases(const asl::State& state, const core::Observation& seen,
                         ObjectWriter* body) {
  using Type = asl::StateType;
  const Type type = state.type;
  const bool has_result = type == Type::kPass && state.as<asl::PassDetail>().result.has_value();
  if (type != Type::kParallel && !has_result) {
    WriteText("afterInputPath", seen.after_input_path, body);
    if (type == Type::kTask || type == Type::kPass) {
      WriteText("afterParameters", seen.after_parameters, body);
    }
  }
  if (type == Type::kTask || has_result) WriteText("result", seen.result, body);
  if (type == Type::kTask || type == Type::kPass || type == Type::kParallel || type == Type::kMap) {
    WriteText("afterResultSelector", seen.after_result_selector, body);
    WriteText("afterResultPath", seen.after_result_path, body);
  }
}

void WriteMap(const core::Observation& seen, ObjectWriter* body) {
  WriteText("afterItemsPointer", seen.after_items_pointer, body);
  WriteText("afterItemsPath", seen.after_items_path, body);
  WriteText("afterItemSelector", seen.after_item_selector, body);
  WriteText("afterItemBatcher", seen.after_item_batcher, body);
  if (seen.tolerated_failure_count)
    body->Int("toleratedFailureCount", *seen.tolerated_failure_count);
  if (seen.tolerated_failure_percentage) {
    AppendNumber(*seen.tolerated_failure_percentage, body->Key("toleratedFailurePercentage"));
  }
  if (seen.max_concurrency) body->Int("maxConcurrency", *seen.max_concurrency);
}

// "[Content-Type: application/json, Range: bytes=0-262144]"
std::string Shown(const std::vector<integrations::HttpHeader>& headers) {
  std::string shown = "[";
  for (const integrations::HttpHeader& header : headers) {
    StrAppend(&shown, shown.size() > 1 ? ", " : "", header.name, ": ", header.value);
  }
  return shown + "]";
}

// What others wrote may hold anything; answers are UTF-8.
std::string Readable(std::string_view text) { return ReplaceInvalidUtf8(std::string(text)); }

void WriteTrace(const integrations::HttpTrace& trace, bool reveal_secrets, ObjectWriter* body) {
  const integrations::HttpRequest& sent = reveal_secrets ? trace.request : trace.without_secrets;
  if (sent.url.empty()) return;  // the task came to no request
  const std::string protocol = sent.url.substr(0, sent.url.find(':'));
  ObjectWriter request(body->Key("request"));
  request.Text("protocol", protocol)
      .Text("method", sent.method)
      .Text("url", sent.url)
      .Text("headers", Shown(sent.headers));
  if (sent.body) request.Text("body", Readable(*sent.body));
  request.Close();
  if (!trace.response) return;
  ObjectWriter(body->Key("response"))
      .Text("protocol", protocol)
      .Text("statusCode", std::to_string(trace.response->status))
      .Text("statusMessage", Readable(trace.response->reason))
      .Text("headers", Readable(Shown(trace.response->headers)))
      .Text("body", Readable(trace.response->body))
      .Close();
}

void WriteInspection(const TestStateRequest& request, const core::Observation& seen,
                     const integrations::HttpTrace* trace, ObjectWriter* body) {
  const asl::State& state = *request.lone.state;
  ObjectWriter data(body->Key("inspectionData"));
  data.Text("input", request.options.facts->input.view());
  if (state.language == asl::QueryLanguage::kJsonPath) {
    WriteJsonPathPhases(state, seen, &data);
  } else if (state.type == asl::StateType::kTask) {
    if (state.parameters) WriteText("afterArguments", seen.after_parameters, &data);
    WriteText("result", seen.result, &data);
  }
  if (state.type == asl::StateType::kMap) WriteMap(seen, &data);
  if (!seen.variables.empty()) data.Text("variables", seen.variables.view());
  WriteErrorDetails(seen, &data);
  if (trace != nullptr) WriteTrace(*trace, request.reveal_secrets, &data);
  data.Close();
}

}  // namespace

std::string TestStateAnswer(const TestStateRequest& request, const core::Trial& trial,
                            const integrations::HttpTrace* trace) {
  const core::Observation& seen = trial.seen();
  std::string out;
  ObjectWriter body(&out);
  if (seen.left) body.Text("output", seen.output.view());
  if (seen.failed) {
    if (seen.error) body.Text("error", *seen.error);
    if (seen.cause) body.Text("cause", *seen.cause);
  }
  if (request.level != InspectionLevel::kInfo) {
    const bool shows_trace = request.level == InspectionLevel::kTrace;
    WriteInspection(request, seen, shows_trace ? trace : nullptr, &body);
  }
  if (!seen.next.empty()) body.Text("nextState", seen.next);
  body.Text("status", StatusWord(trial.status()));
  body.Close();
  return out;
}

}  // namespace pawl::api
