// version, alias: what leads to the revisions of a state machine.

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/print.h"
#include "coordinator/base/strings.h"
#include "coordinator/node/node.h"

namespace pawl::cli {
namespace {

// What the ARN of a version or an alias ends with.
std::string EndOf(Json arn) {
  const std::string text(arn.as_string());
  return text.substr(text.rfind(':') + 1);
}

// ---------------------------------------------------------------- version

int Publish(Session* session, const std::string& machine, const std::string& description) {
  JsonObject request;
  request.Add("stateMachineArn", session->MachineArn(machine));
  if (!description.empty()) request.Add("description", description);
  const auto answer = session->Call("PublishStateMachineVersion", request);
  return session->Tell(answer, answer.ok() ? answer->Text("stateMachineVersionArn") : "");
}

int ListVersions(Session* session, const std::string& machine) {
  return ShowList(
      session,
      {.operation = "ListStateMachineVersions",
       .items = "stateMachineVersions",
       .heading = {"VERSION", "CREATED"},
       .row = [](Json item) -> std::vector<std::string> {
         return {EndOf(item.Find("stateMachineVersionArn")), LocalTime(item.Find("creationDate"))};
       },
       .request =
           [=] { return JsonObject().Add("stateMachineArn", session->MachineArn(machine)); }});
}

// ---------------------------------------------------------------- alias

struct AliasArguments {
  std::string alias;  // MACHINE:ALIAS
  std::vector<std::string> routes;
  std::string description;
  bool has_description = false;
};

// "3=90": the version and its weight; "3" alone gets all. Nothing when it is neither.
std::optional<JsonObject> RouteOf(const std::string& machine_arn, const std::string& route) {
  const size_t equals = std::min(route.find('='), route.size());
  int64_t version = 0, weight = 100;
  if (!absl::SimpleAtoi(route.substr(0, equals), &version)) return std::nullopt;
  if (equals < route.size() && !absl::SimpleAtoi(route.substr(equals + 1), &weight)) {
    return std::nullopt;
  }
  return JsonObject()
      .Add("stateMachineVersionArn", StrCat(machine_arn, ":", version))
      .Add("weight", weight);
}

// The routing configuration, and the description, as members of a request.
absl::Status AddToRequest(const AliasArguments& arguments, const std::string& machine_arn,
                          JsonObject* request) {
  if (arguments.has_description) request->Add("description", arguments.description);
  if (arguments.routes.empty()) return absl::OkStatus();
  std::string list;
  for (const std::string& route : arguments.routes) {
    const auto item = RouteOf(machine_arn, route);
    if (!item) {
      return absl::InvalidArgumentError(
          StrCat("expected --route VERSION or VERSION=WEIGHT, found '", route, "'"));
    }
    if (!list.empty()) list.push_back(',');
    list += item->str();
  }
  request->AddJson("routingConfiguration", "[" + list + "]");
  return absl::OkStatus();
}

int CreateAlias(Session* session, const AliasArguments& arguments) {
  const std::string arn = session->MachineArn(arguments.alias);
  const size_t colon = arn.rfind(':');
  JsonObject request;
  request.Add("name", arn.substr(colon + 1));
  const absl::Status status = AddToRequest(arguments, arn.substr(0, colon), &request);
  if (!status.ok()) return session->FailUsage(status.message());
  const auto answer = session->Call("CreateStateMachineAlias", request);
  return session->Tell(answer, answer.ok() ? answer->Text("stateMachineAliasArn") : "");
}

int UpdateAlias(Session* session, const AliasArguments& arguments) {
  const std::string arn = session->MachineArn(arguments.alias);
  JsonObject request;
  request.Add("stateMachineAliasArn", arn);
  const absl::Status status = AddToRequest(arguments, arn.substr(0, arn.rfind(':')), &request);
  if (!status.ok()) return session->FailUsage(status.message());
  return session->Tell(session->Call("UpdateStateMachineAlias", request), StrCat("updated ", arn));
}

int ListAliases(Session* session, const std::string& machine) {
  return ShowList(
      session,
      {.operation = "ListStateMachineAliases",
       .items = "stateMachineAliases",
       .heading = {"ALIAS", "CREATED"},
       .row = [](Json item) -> std::vector<std::string> {
         return {EndOf(item.Find("stateMachineAliasArn")), LocalTime(item.Find("creationDate"))};
       },
       .request =
           [=] { return JsonObject().Add("stateMachineArn", session->MachineArn(machine)); }});
}

int DescribeAlias(Session* session, const std::string& alias) {
  const auto answer =
      session->Call("DescribeStateMachineAlias",
                    JsonObject().Add("stateMachineAliasArn", session->MachineArn(alias)));
  if (!answer.ok() || session->wants_json()) return session->Tell(answer, "");
  std::cout << Coloured(Colour::kBlue, answer->Text("stateMachineAliasArn")) << "\n";
  if (const std::string text = answer->Text("description"); !text.empty()) {
    std::cout << text << "\n";
  }
  std::vector<std::vector<std::string>> rows;
  for (const Json route : answer->json().Find("routingConfiguration").items()) {
    rows.push_back({EndOf(route.Find("stateMachineVersionArn")), WriteJson(route.Find("weight"))});
  }
  std::cout << Table({"VERSION", "WEIGHT"}, rows);
  return kOk;
}

// A subcommand that takes one word, which is required.
CLI::App* AddWithThing(CLI::App* parent, const char* name, const char* help, const char* word,
                       std::string* value, Session* session) {
  CLI::App* command = parent->add_subcommand(name, help);
  command->add_option(word, *value, "Its name or ARN")->required();
  session->AddOptions(command);
  return command;
}

// What an alias leads to.
void AddRouteOptions(CLI::App* command, AliasArguments* arguments) {
  command
      ->add_option("--route", arguments->routes, "VERSION, or VERSION=WEIGHT of 100; once or twice")
      ->expected(1)
      ->take_all();
  command->add_option_function<std::string>(
      "--description",
      [arguments](const std::string& text) {
        arguments->description = text;
        arguments->has_description = true;
      },
      "What it is for");
}

}  // namespace

void AddVersion(CLI::App* app, Session* session) {
  auto* version = app->add_subcommand(
      "version", "Show the version of pawl; publish, list and delete those of state machines");
  version->require_subcommand(0, 1);
  version->footer(
      "\nExamples:\n  pawl version\n  pawl version publish order --description 'with refunds'\n"
      "  pawl version list order\n  pawl version delete order:3");
  session->OnRun(version, [=]() -> int {
    // Called behind a command of its own, too, which has said how it went.
    if (!version->get_subcommands().empty()) return session->exit_code();
    std::cout << "pawl " << node::Version() << "\n";
    return kOk;
  });
  auto machine = std::make_shared<std::string>();
  auto description = std::make_shared<std::string>();

  auto* publish =
      AddWithThing(version, "publish", "Give a state machine as it is now a version's number",
                   "MACHINE", machine.get(), session);
  publish->add_option("--description", *description, "What is in it");
  session->OnRun(publish, [=] { return Publish(session, *machine, *description); });

  auto* list = AddWithThing(version, "list", "List the versions of a state machine, newest first",
                            "MACHINE", machine.get(), session);
  session->OnRun(list, [=] { return ListVersions(session, *machine); });

  auto* remove =
      AddWithThing(version, "delete", "Delete a version that no alias leads to; executions go on",
                   "MACHINE:VERSION", machine.get(), session);
  session->OnRun(remove, [=] {
    const std::string arn = session->MachineArn(*machine);
    return session->Tell(
        session->Call("DeleteStateMachineVersion", JsonObject().Add("stateMachineVersionArn", arn)),
        StrCat("deleted ", arn));
  });
}

void AddAlias(CLI::App* app, Session* session) {
  auto* alias =
      app->add_subcommand("alias", "Names that lead to one version of a state machine or two");
  alias->require_subcommand(1);
  alias->footer(
      "\nExamples:\n  pawl alias create order:PROD --route 1\n"
      "  pawl alias update order:PROD --route 1=90 --route 2=10\n"
      "  pawl alias describe order:PROD\n  pawl start order:PROD");
  auto arguments = std::make_shared<AliasArguments>();
  std::string* name = &arguments->alias;

  auto* create = AddWithThing(alias, "create", "Create an alias; no harm if it is there",
                              "MACHINE:ALIAS", name, session);
  AddRouteOptions(create, arguments.get());
  create->get_option("--route")->required();
  session->OnRun(create, [=] { return CreateAlias(session, *arguments); });

  auto* update = AddWithThing(alias, "update", "Have an alias lead elsewhere, or describe it anew",
                              "MACHINE:ALIAS", name, session);
  AddRouteOptions(update, arguments.get());
  session->OnRun(update, [=] { return UpdateAlias(session, *arguments); });

  auto* list = AddWithThing(alias, "list", "List the aliases of a state machine, or of a version",
                            "MACHINE[:VERSION]", name, session);
  session->OnRun(list, [=] { return ListAliases(session, *name); });

  auto* describe =
      AddWithThing(alias, "describe", "Show where an alias leads", "MACHINE:ALIAS", name, session);
  session->OnRun(describe, [=] { return DescribeAlias(session, *name); });

  auto* remove = AddWithThing(alias, "delete", "Delete an alias; executions go on", "MACHINE:ALIAS",
                              name, session);
  session->OnRun(remove, [=] {
    const std::string arn = session->MachineArn(*name);
    return session->Tell(
        session->Call("DeleteStateMachineAlias", JsonObject().Add("stateMachineAliasArn", arn)),
        StrCat("deleted ", arn));
  });
}

}  // namespace pawl::cli
