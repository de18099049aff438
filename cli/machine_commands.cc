// deploy, list, describe.

#include <filesystem>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/print.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

constexpr int64_t kDefaultListLimit = 100;

// ---------------------------------------------------------------- deploy

struct DeployArguments {
  std::string file;
  std::string name;
  bool create_activities = false;
};

// "order.asl.json" and "order.json" both name the machine "order".
std::string NameFromFile(const std::string& file) {
  std::string name = std::filesystem::path(file).filename();
  for (const std::string_view ending : {".json", ".asl"}) {
    if (name.ends_with(ending) && name.size() > ending.size())
      name.resize(name.size() - ending.size());
  }
  return name;
}

void CollectActivities(Json value, std::set<std::string>* names) {
  if (const Json resource = value.Find("Resource"); resource.is_string()) {
    const absl::StatusOr<Arn> arn = Arn::Parse(resource.as_string());
    if (arn.ok() && arn->service == "states" && arn->type == "activity") names->insert(arn->name);
  }
  if (value.is_object()) {
    for (const JsonMember& member : value.members()) CollectActivities(member.value, names);
  }
  if (value.is_array()) {
    for (const Json item : value.items()) CollectActivities(item, names);
  }
}

absl::Status CreateActivities(Session* session, const std::string& definition) {
  const absl::StatusOr<Answer> parsed = Answer::Parse(definition);
  if (!parsed.ok()) return parsed.status();
  std::set<std::string> names;
  CollectActivities(parsed->json(), &names);
  for (const std::string& name : names) {
    const auto answer = session->Call("CreateActivity", JsonObject().Add("name", name));
    if (!answer.ok()) return answer.status();
  }
  return absl::OkStatus();
}

struct Deployed {
  std::string arn;
  const char* how;
};

absl::StatusOr<Deployed> CreateOrUpdate(Session* session, const std::string& name,
                                        const std::string& definition) {
  const std::string arn = session->MachineArn(name);
  const auto found =
      session->Call("DescribeStateMachine", JsonObject().Add("stateMachineArn", arn));
  if (found.ok()) {
    if (found->Text("definition") == definition) return Deployed{arn, "unchanged"};
    const auto updated =
        session->Call("UpdateStateMachine",
                      JsonObject().Add("stateMachineArn", arn).Add("definition", definition));
    if (!updated.ok()) return updated.status();
    return Deployed{arn, "updated"};
  }
  if (AwsErrorCode(found.status()) != "StateMachineDoesNotExist") return found.status();
  const std::string role = StrCat("arn:aws:iam::", session->account().account_id, ":role/pawl");
  const auto created = session->Call(
      "CreateStateMachine",
      JsonObject().Add("name", name).Add("definition", definition).Add("roleArn", role));
  if (!created.ok()) return created.status();
  return Deployed{created->Text("stateMachineArn"), "created"};
}

int Deploy(Session* session, const DeployArguments& arguments) {
  const absl::StatusOr<std::string> definition = ReadFile(arguments.file);
  if (!definition.ok()) return session->FailUsage(definition.status().message());
  const std::string name = arguments.name.empty() ? NameFromFile(arguments.file) : arguments.name;
  if (name == "-") return session->FailUsage("a definition from standard input needs --name");
  if (arguments.create_activities) {
    if (const absl::Status status = CreateActivities(session, *definition); !status.ok()) {
      return session->Fail(status);
    }
  }
  const absl::StatusOr<Deployed> deployed = CreateOrUpdate(session, name, *definition);
  if (!deployed.ok()) return session->Fail(deployed.status());
  if (session->wants_json()) {
    std::cout
        << JsonObject().Add("stateMachineArn", deployed->arn).Add("result", deployed->how).str()
        << "\n";
  } else {
    std::cout << deployed->how << " " << deployed->arn << "\n";
  }
  return kOk;
}

// ---------------------------------------------------------------- list

struct ListArguments {
  std::string machine;
  std::string status;
  int64_t limit = kDefaultListLimit;
};

int ListMachines(Session* session, int64_t limit) {
  return ShowList(session, {.operation = "ListStateMachines",
                            .items = "stateMachines",
                            .heading = {"NAME", "TYPE", "CREATED"},
                            .row = [](Json machine) -> std::vector<std::string> {
                              return {std::string(machine.Find("name").as_string()),
                                      std::string(machine.Find("type").as_string()),
                                      LocalTime(machine.Find("creationDate"))};
                            },
                            .limit = limit});
}

int ListExecutions(Session* session, const ListArguments& arguments) {
  return ShowList(session, {.operation = "ListExecutions",
                            .items = "executions",
                            .heading = {"NAME", "STATUS", "STARTED", "STOPPED"},
                            .row = [](Json execution) -> std::vector<std::string> {
                              return {std::string(execution.Find("name").as_string()),
                                      ColouredStatus(execution.Find("status").as_string()),
                                      LocalTime(execution.Find("startDate")),
                                      LocalTime(execution.Find("stopDate"))};
                            },
                            .limit = arguments.limit,
                            .request =
                                [&] {
                                  JsonObject body;
                                  body.Add("stateMachineArn",
                                           session->MachineArn(arguments.machine));
                                  if (!arguments.status.empty()) {
                                    body.Add("statusFilter", arguments.status);
                                  }
                                  return body;
                                }});
}

// ---------------------------------------------------------------- describe

struct Description {
  const char* operation;
  const char* arn_member;
};

// By what the ARN says it is.
Description DescriptionOf(const std::string& arn) {
  const absl::StatusOr<Arn> parsed = Arn::Parse(arn);
  const std::string type = parsed.ok() ? parsed->type : "";
  if (type == "execution") return {"DescribeExecution", "executionArn"};
  if (type == "activity") return {"DescribeActivity", "activityArn"};
  return {"DescribeStateMachine", "stateMachineArn"};
}

absl::StatusOr<Answer> DescribeArn(Session* session, const std::string& arn) {
  const Description description = DescriptionOf(arn);
  return session->Call(description.operation, JsonObject().Add(description.arn_member, arn));
}

// A name without anything is a machine's; if there is none, an activity's or an execution's.
absl::StatusOr<Answer> DescribeNamed(Session* session, const std::string& name) {
  if (name.find('/') != std::string::npos || Arn::Parse(name).ok()) {
    const absl::StatusOr<std::string> arn = session->ExecutionArn(name);
    if (!arn.ok()) return arn.status();
    return DescribeArn(session, *arn);
  }
  absl::StatusOr<Answer> machine = DescribeArn(session, session->MachineArn(name));
  if (AwsErrorCode(machine.status()) != "StateMachineDoesNotExist") return machine;
  absl::StatusOr<Answer> activity = DescribeArn(session, session->ActivityArn(name));
  if (activity.ok()) return activity;
  const absl::StatusOr<std::string> execution = session->ExecutionArn(name);
  if (!execution.ok()) return machine;
  return DescribeArn(session, *execution);
}

// Members that hold JSON documents are shown as such.
std::string Shown(std::string_view member, Json value) {
  if (member.ends_with("Date")) return LocalTime(value);
  if (!value.is_string()) return WriteJson(value);
  if (member == "status") return ColouredStatus(value.as_string());
  if (member == "definition" || member == "input" || member == "output") {
    const absl::StatusOr<Answer> document = Answer::Parse(std::string(value.as_string()));
    if (document.ok()) return IndentedJson(document->json());
  }
  return std::string(value.as_string());
}

int Describe(Session* session, const std::string& name) {
  const absl::StatusOr<Answer> answer = DescribeNamed(session, name);
  if (!answer.ok()) return session->Fail(answer.status());
  if (session->wants_json()) {
    std::cout << answer->text() << "\n";
    return kOk;
  }
  for (const JsonMember& member : answer->json().members()) {
    if (member.key == "inputDetails" || member.key == "outputDetails") continue;
    std::cout << Coloured(Colour::kBlue, StrCat(member.key, ":")) << " "
              << Shown(member.key, member.value) << "\n";
  }
  return kOk;
}

}  // namespace

void AddDeploy(CLI::App* app, Session* session) {
  auto* command =
      app->add_subcommand("deploy", "Create a state machine, or update it, from a file");
  auto arguments = std::make_shared<DeployArguments>();
  command
      ->add_option("FILE", arguments->file, "The definition (Amazon States Language); - reads it")
      ->required();
  command->add_option("--name", arguments->name,
                      "The machine's name (default: the file's, without .asl.json)");
  command->add_flag("--activities", arguments->create_activities,
                    "Create the activities that the definition uses as well");
  command->footer("\nExample:\n  pawl deploy order.asl.json --activities");
  session->AddOptions(command);
  session->OnRun(command, [=] { return Deploy(session, *arguments); });
}

void AddList(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand("list", "List state machines, or the executions of one");
  auto arguments = std::make_shared<ListArguments>();
  command->add_option("MACHINE", arguments->machine,
                      "Its executions, newest first, instead of all machines; MACHINE:VERSION or "
                      "MACHINE:ALIAS: those started by it");
  command->add_option("--status", arguments->status, "Only executions that are ...")
      ->check(CLI::IsMember({"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"},
                            CLI::ignore_case));
  command->add_option("--limit", arguments->limit, "At most so many")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000}))
      ->capture_default_str();
  command->footer(
      "\nExamples:\n  pawl list\n  pawl list order --status RUNNING\n  pawl list order -o json");
  session->AddOptions(command);
  session->OnRun(command, [=] {
    if (!arguments->machine.empty()) return ListExecutions(session, *arguments);
    if (!arguments->status.empty()) return session->FailUsage("--status needs a MACHINE");
    return ListMachines(session, arguments->limit);
  });
}

void AddDescribe(CLI::App* app, Session* session) {
  auto* command =
      app->add_subcommand("describe", "Show a state machine, an activity or an execution");
  auto name = std::make_shared<std::string>();
  command
      ->add_option("NAME", *name,
                   "MACHINE, MACHINE:VERSION, ACTIVITY, MACHINE/EXECUTION, EXECUTION or an ARN")
      ->required();
  command->footer("\nExamples:\n  pawl describe order\n  pawl describe order/4711");
  session->AddOptions(command);
  session->OnRun(command, [=] { return Describe(session, *name); });
}

}  // namespace pawl::cli
