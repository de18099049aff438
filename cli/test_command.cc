// test-state.

#include <iostream>
#include <memory>
#include <string>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

struct TestStateArguments {
  std::string file;
  std::string state;
  std::string input = "{}";
  std::string variables;
  std::string mock;
  std::string mock_error;
  std::string mock_cause;
  std::string level = "INFO";
};

// Adds `member` where its argument was given.
absl::Status AddJsonArgument(const std::string& argument, const char* option,
                             std::string_view member, JsonObject* request) {
  if (argument.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> json = ReadJsonArgument(argument, option);
  if (!json.ok()) return json.status();
  request->Add(member, *json);
  return absl::OkStatus();
}

absl::StatusOr<JsonObject> MakeRequest(Session* session, const TestStateArguments& arguments) {
  const absl::StatusOr<std::string> definition = ReadFile(arguments.file);
  if (!definition.ok()) return definition.status();
  JsonObject request;
  request.Add("definition", *definition)
      .Add("roleArn", StrCat("arn:aws:iam::", session->account().account_id, ":role/pawl"))
      .Add("inspectionLevel", arguments.level);
  if (!arguments.state.empty()) request.Add("stateName", arguments.state);
  absl::Status added = AddJsonArgument(arguments.input, "--input", "input", &request);
  added.Update(AddJsonArgument(arguments.variables, "--variables", "variables", &request));
  JsonObject mock;
  added.Update(AddJsonArgument(arguments.mock, "--mock", "result", &mock));
  if (!arguments.mock_error.empty()) {
    JsonObject error;
    error.Add("error", arguments.mock_error);
    if (!arguments.mock_cause.empty()) error.Add("cause", arguments.mock_cause);
    mock.AddJson("errorOutput", error.str());
  }
  if (!added.ok()) return added;
  if (mock.str() != "{}") request.AddJson("mock", mock.str());
  return request;
}

// A line for each phase.
void PrintInspection(Json data) {
  for (const JsonMember& phase : data.members()) {
    std::cout << "  " << phase.key << ": "
              << (phase.value.is_string() ? std::string(phase.value.as_string())
                                          : WriteJson(phase.value))
              << "\n";
  }
}

int TestState(Session* session, const TestStateArguments& arguments) {
  const absl::StatusOr<JsonObject> request = MakeRequest(session, arguments);
  if (!request.ok()) return session->FailUsage(request.status().message());
  const absl::StatusOr<Answer> answer = session->Call("TestState", *request);
  if (!answer.ok()) return session->Fail(answer.status());
  const std::string status = answer->Text("status");
  if (session->wants_json()) {
    std::cout << answer->text() << "\n";
    return status == "SUCCEEDED" ? kOk : kFailed;
  }
  const std::string next = answer->Text("nextState");
  std::cout << ColouredStatus(status) << (next.empty() ? "" : StrCat(" -> ", next)) << "\n";
  if (const std::string output = answer->Text("output"); !output.empty()) {
    std::cout << output << "\n";
  }
  const std::string error = answer->Text("error");
  const std::string cause = answer->Text("cause");
  if (!error.empty() || !cause.empty()) std::cout << error << ": " << cause << "\n";
  PrintInspection(answer->json().Find("inspectionData"));
  return status == "SUCCEEDED" ? kOk : kFailed;
}

}  // namespace

void AddTestState(CLI::App* app, Session* session) {
  auto* command =
      app->add_subcommand("test-state", "Run one state by itself, without an execution");
  auto arguments = std::make_shared<TestStateArguments>();
  command
      ->add_option("FILE", arguments->file,
                   "A state, or with --state a state machine; - for standard input")
      ->required();
  command->add_option("--state", arguments->state, "The name of the state in the machine");
  command->add_option("--input", arguments->input, "JSON, @FILE, or - for standard input")
      ->capture_default_str();
  command->add_option("--variables", arguments->variables, "Workflow variables: JSON or @FILE");
  auto* mock = command->add_option("--mock", arguments->mock,
                                   "What its work gives, in its place: JSON or @FILE");
  auto* error =
      command->add_option("--mock-error", arguments->mock_error, "The error its work fails with");
  error->excludes(mock);
  command->add_option("--mock-cause", arguments->mock_cause, "The cause of --mock-error")
      ->needs(error);
  command->add_option("--inspection-level", arguments->level, "INFO, DEBUG or TRACE")
      ->check(CLI::IsMember({"INFO", "DEBUG", "TRACE"}))
      ->capture_default_str();
  command->footer(
      "\nExamples:\n"
      "  pawl test-state order.asl.json --state Charge --input @order.json --mock '{\"ok\": "
      "true}'\n"
      "  pawl test-state order.asl.json --state Charge --mock-error States.Timeout\n"
      "Exit code 1 unless the state succeeded.");
  session->AddOptions(command);
  session->OnRun(command, [=] { return TestState(session, *arguments); });
}

}  // namespace pawl::cli
