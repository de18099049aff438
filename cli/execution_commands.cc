// start, stop.

#include <iostream>
#include <memory>
#include <string>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

struct StartArguments {
  std::string machine;
  std::string input = "{}";
  std::string name;
  bool wait = false;
};

// Looks until the execution has ended.
absl::StatusOr<Answer> WaitForEnd(Session* session, const std::string& arn) {
  absl::Duration pause = kFirstPause;
  while (true) {
    absl::StatusOr<Answer> answer =
        session->CallPatiently("DescribeExecution", JsonObject().Add("executionArn", arn));
    if (!answer.ok() || answer->Text("status") != "RUNNING") return answer;
    if (!session->Pause(pause))
      return absl::CancelledError(StrCat("interrupted; ", arn, " goes on"));
    pause = std::min(pause * 2, kLongestPause);
  }
}

int TellEnd(Session* session, const Answer& execution) {
  const std::string status = execution.Text("status");
  if (session->wants_json()) {
    std::cout << execution.text() << "\n";
  } else {
    std::cout << ColouredStatus(status) << " " << execution.Text("executionArn") << "\n";
    if (const std::string output = execution.Text("output"); !output.empty()) {
      std::cout << output << "\n";
    }
    const std::string error = execution.Text("error");
    const std::string cause = execution.Text("cause");
    if (!error.empty() || !cause.empty()) std::cout << error << ": " << cause << "\n";
  }
  return status == "SUCCEEDED" ? kOk : kFailed;
}

int Start(Session* session, const StartArguments& arguments) {
  const absl::StatusOr<std::string> input = ReadJsonArgument(arguments.input, "--input");
  if (!input.ok()) return session->FailUsage(input.status().message());
  // A name makes it safe to ask a second coordinator when the first one's answer is lost.
  const std::string name = arguments.name.empty() ? Uuid::Random().ToString() : arguments.name;
  const absl::StatusOr<Answer> started = session->Call(
      "StartExecution", JsonObject()
                            .Add("stateMachineArn", session->MachineArn(arguments.machine))
                            .Add("name", name)
                            .Add("input", *input));
  if (!started.ok()) return session->Fail(started.status());
  const std::string arn = started->Text("executionArn");
  if (!arguments.wait) {
    std::cout << (session->wants_json() ? started->text() : arn) << "\n";
    return kOk;
  }
  const absl::StatusOr<Answer> ended = WaitForEnd(session, arn);
  if (!ended.ok()) return session->Fail(ended.status());
  return TellEnd(session, *ended);
}

struct StopArguments {
  std::string execution;
  std::string error;
  std::string cause;
};

int Stop(Session* session, const StopArguments& arguments) {
  const absl::StatusOr<std::string> arn = session->ExecutionArn(arguments.execution);
  if (!arn.ok()) return session->Fail(arn.status());
  JsonObject request;
  request.Add("executionArn", *arn);
  if (!arguments.error.empty()) request.Add("error", arguments.error);
  if (!arguments.cause.empty()) request.Add("cause", arguments.cause);
  const absl::StatusOr<Answer> answer = session->Call("StopExecution", request);
  if (!answer.ok()) return session->Fail(answer.status());
  std::cout << (session->wants_json() ? answer->text() : StrCat("stopped ", *arn)) << "\n";
  return kOk;
}

}  // namespace

void AddStart(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand("start", "Start an execution");
  auto arguments = std::make_shared<StartArguments>();
  command
      ->add_option("MACHINE", arguments->machine,
                   "The state machine's name or ARN; MACHINE:VERSION or MACHINE:ALIAS")
      ->required();
  command->add_option("--input", arguments->input, "JSON, @FILE, or - for standard input")
      ->capture_default_str();
  command->add_option("--name", arguments->name, "The execution's name (default: a new one)");
  command->add_flag("--wait", arguments->wait, "Wait for its end; exit code 1 unless it succeeded");
  command->footer(
      "\nExamples:\n  pawl start order --input '{\"id\": 4711}' --name 4711\n"
      "  pawl start order --input @order.json --wait\n  pawl start order:PROD");
  session->AddOptions(command);
  session->OnRun(command, [=] { return Start(session, *arguments); });
}

void AddStop(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand("stop", "Stop an execution");
  auto arguments = std::make_shared<StopArguments>();
  command->add_option("EXECUTION", arguments->execution, "MACHINE/NAME, NAME or an ARN")
      ->required();
  command->add_option("--error", arguments->error, "The error that it ends with");
  command->add_option("--cause", arguments->cause, "And its cause");
  session->AddOptions(command);
  session->OnRun(command, [=] { return Stop(session, *arguments); });
}

}  // namespace pawl::cli
