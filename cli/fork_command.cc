// fork.

#include <iostream>
#include <memory>
#include <string>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

struct ForkArguments {
  std::string execution;
  std::string state;
  std::string input;
  std::string revision;
  std::string name;
};

int Fork(Session* session, const ForkArguments& arguments) {
  const absl::StatusOr<std::string> arn = session->ExecutionArn(arguments.execution);
  if (!arn.ok()) return session->Fail(arn.status());
  // A name makes it safe to ask a second coordinator when the first one's answer is lost.
  const std::string name = arguments.name.empty() ? Uuid::Random().ToString() : arguments.name;
  JsonObject request;
  request.Add("executionArn", *arn).Add("state", arguments.state).Add("name", name);
  if (!arguments.input.empty()) {
    const absl::StatusOr<std::string> input = ReadJsonArgument(arguments.input, "--input");
    if (!input.ok()) return session->FailUsage(input.status().message());
    request.Add("input", *input);
  }
  if (!arguments.revision.empty()) request.Add("revisionId", arguments.revision);
  const absl::StatusOr<Answer> forked = session->Call("ForkExecution", request);
  if (!forked.ok()) return session->Fail(forked.status());
  std::cout << (session->wants_json() ? forked->text() : forked->Text("executionArn")) << "\n";
  return kOk;
}

}  // namespace

void AddFork(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand(
      "fork",
      "Start an execution at a state of another one that has ended, with what that had there");
  auto arguments = std::make_shared<ForkArguments>();
  command->add_option("EXECUTION", arguments->execution, "MACHINE/NAME, NAME or an ARN")
      ->required();
  command
      ->add_option("--from", arguments->state,
                   "The state that it begins with, of the top level (not within a Parallel or Map)")
      ->required();
  command->add_option("--input", arguments->input,
                      "That state's input, in the place of the recorded one: JSON, @FILE, or -");
  command->add_option(
      "--definition", arguments->revision,
      "The revision that it runs: an id, or current (default: the execution's own)");
  command->add_option("--name", arguments->name, "The new execution's name (default: a new one)");
  command->footer(
      "\nWhere a state was entered several times, the last time counts.\n"
      "\nExamples:\n  pawl fork order/4711 --from Charge\n"
      "  pawl fork order/4711 --from Charge --input @mended.json --definition current");
  session->AddOptions(command);
  session->OnRun(command, [=] { return Fork(session, *arguments); });
}

}  // namespace pawl::cli
