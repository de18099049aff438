// why.

#include <iostream>
#include <limits>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/database.h"
#include "cli/poller_facts.h"
#include "cli/why_view.h"
#include "coordinator/asl/compile.h"
#include "coordinator/base/strings.h"
#include "coordinator/store/inspect_execution.h"
#include "coordinator/store/migrate.h"

namespace pawl::cli {
namespace {

struct WhyArguments {
  std::shared_ptr<config::Flags> database;
  std::string execution;
  bool all = false;
};

absl::StatusOr<store::ExecutionKey> ParseKey(const std::string& text) {
  if (const absl::StatusOr<Arn> arn = Arn::Parse(text); arn.ok()) {
    if (arn->type == "execution" && !arn->qualifier.empty()) {
      return store::ExecutionKey{.machine_name = arn->name, .name = arn->qualifier};
    }
    return absl::InvalidArgumentError(
        StrCat("found the ARN of a ", arn->type, ", expected an execution's"));
  }
  if (const size_t slash = text.find('/'); slash != std::string::npos) {
    return store::ExecutionKey{.machine_name = text.substr(0, slash),
                               .name = text.substr(slash + 1)};
  }
  if (const absl::StatusOr<Uuid> id = Uuid::Parse(text); id.ok()) {
    return store::ExecutionKey{.id = ExecutionId(*id)};
  }
  return absl::InvalidArgumentError(
      StrCat("found '", text, "', expected MACHINE/NAME, an execution's ARN or its id"));
}

absl::StatusOr<store::ExecutionCondition> Inspect(const std::string& url, const Account& account,
                                                  const store::ExecutionKey& key) {
  const absl::StatusOr<store::SchemaFacts> schema = store::ReadSchemaFacts(url);
  if (!schema.ok()) return schema.status();
  if (!schema->current()) {
    return absl::FailedPreconditionError(
        StrCat(schema->problem, "; `pawl doctor` says more about it"));
  }
  return store::InspectExecution(url, account, key);
}

int Why(Session* session, const WhyArguments& arguments) {
  const absl::StatusOr<store::ExecutionKey> key = ParseKey(arguments.execution);
  if (!key.ok()) return session->FailUsage(key.status().message());
  const absl::StatusOr<Database> database = FindDatabase(*arguments.database);
  if (!database.ok()) return session->FailUsage(database.status().message());
  const absl::StatusOr<store::ExecutionCondition> condition =
      Inspect(database->url, session->account(), *key);
  if (!condition.ok()) return FailDatabase(*database, condition.status());

  WhyOptions options;
  if (!condition->activities.empty()) options.pollers = AskForPollers(session->endpoints());
  if (arguments.all) options.limit = std::numeric_limits<size_t>::max();
  const asl::CompileResult compiled = asl::CompileMachine(condition->definition);
  const Explanation explanation = Explain(*condition, compiled.machine.get(), options);
  std::cout << (session->wants_json() ? WhyJson(explanation) + "\n" : WhyText(explanation));
  return kOk;
}

}  // namespace

void AddWhy(CLI::App* app, Session* session) {
  auto* command =
      app->add_subcommand("why", "Explain what an execution waits for, or why it does not move");
  auto arguments = std::make_shared<WhyArguments>();
  command->add_option("EXECUTION", arguments->execution, "MACHINE/NAME, an ARN or an id")
      ->required();
  command->add_flag("--all", arguments->all, "Show all open branches, not the first 50 only");
  arguments->database = AddDatabaseOptions(command);
  session->AddOptions(command);
  command->footer(
      "\nReads the database. Where a coordinator answers at --endpoint, too, it is asked how many "
      "workers poll.\n"
      "\nExamples:\n"
      "  pawl why order/4711\n"
      "  pawl why arn:aws:states:us-east-1:000000000000:execution:order:4711 -o json\n"
      "  pawl why order/4711 --database-url postgresql://pawl@db.example/pawl\n"
      "\nExit codes: 0 explained, 1 there is no such execution or it cannot be read, 2 wrong "
      "usage, 3 no\ndatabase answered.");
  session->OnRun(command, [=] { return Why(session, *arguments); });
}

}  // namespace pawl::cli
