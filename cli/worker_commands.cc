// activity, task.

#include <iostream>
#include <memory>
#include <string>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/listing.h"
#include "cli/print.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

constexpr int64_t kDefaultListLimit = 1000;

int ListActivities(Session* session, int64_t limit) {
  return ShowList(session, {.operation = "ListActivities",
                            .items = "activities",
                            .heading = {"NAME", "CREATED"},
                            .row = [](Json activity) -> std::vector<std::string> {
                              return {std::string(activity.Find("name").as_string()),
                                      LocalTime(activity.Find("creationDate"))};
                            },
                            .limit = limit});
}

// A subcommand that takes one word, which is required.
CLI::App* AddWithWord(CLI::App* parent, const char* name, const char* help, const char* word,
                      const char* word_help, std::string* value, Session* session) {
  CLI::App* command = parent->add_subcommand(name, help);
  command->add_option(word, *value, word_help)->required();
  session->AddOptions(command);
  return command;
}

}  // namespace

void AddActivity(CLI::App* app, Session* session) {
  auto* activity = app->add_subcommand("activity", "Create, list and delete activities");
  activity->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  auto limit = std::make_shared<int64_t>(kDefaultListLimit);

  auto* create = AddWithWord(activity, "create", "Create an activity; no harm if it is there",
                             "NAME", "Its name", name.get(), session);
  session->OnRun(create, [=] {
    const absl::StatusOr<Arn> arn = Arn::Parse(*name);
    const auto answer =
        session->Call("CreateActivity", JsonObject().Add("name", arn.ok() ? arn->name : *name));
    return session->Tell(answer, answer.ok() ? answer->Text("activityArn") : "");
  });

  auto* list = activity->add_subcommand("list", "List activities");
  list->add_option("--limit", *limit, "At most so many")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  session->AddOptions(list);
  session->OnRun(list, [=] { return ListActivities(session, *limit); });

  auto* remove = AddWithWord(activity, "delete", "Delete an activity", "NAME", "Its name or ARN",
                             name.get(), session);
  session->OnRun(remove, [=] {
    const std::string arn = session->ActivityArn(*name);
    return session->Tell(session->Call("DeleteActivity", JsonObject().Add("activityArn", arn)),
                         StrCat("deleted ", arn));
  });
}

void AddTask(CLI::App* app, Session* session) {
  auto* task = app->add_subcommand("task", "Complete a task by its token");
  task->require_subcommand(1);
  task->footer(
      "\nExample:\n  pawl task succeed \"$PAWL_TASK_TOKEN\" --output '{\"approved\": true}'");
  auto token = std::make_shared<std::string>();
  auto output = std::make_shared<std::string>("{}");
  auto error = std::make_shared<std::string>();
  auto cause = std::make_shared<std::string>();
  constexpr char kTokenHelp[] = "The task's token";

  auto* succeed =
      AddWithWord(task, "succeed", "The task succeeded", "TOKEN", kTokenHelp, token.get(), session);
  succeed->add_option("--output", *output, "JSON, @FILE, or - for standard input")
      ->capture_default_str();
  session->OnRun(succeed, [=] {
    const absl::StatusOr<std::string> text = ReadJsonArgument(*output, "--output");
    if (!text.ok()) return session->FailUsage(text.status().message());
    const JsonObject request = JsonObject().Add("taskToken", *token).Add("output", *text);
    return session->Tell(session->Call("SendTaskSuccess", request), "succeeded");
  });

  auto* fail =
      AddWithWord(task, "fail", "The task failed", "TOKEN", kTokenHelp, token.get(), session);
  fail->add_option("--error", *error, "The error's name, which Retry and Catch look at");
  fail->add_option("--cause", *cause, "What happened, for people");
  session->OnRun(fail, [=] {
    JsonObject request;
    request.Add("taskToken", *token);
    if (!error->empty()) request.Add("error", *error);
    if (!cause->empty()) request.Add("cause", *cause);
    return session->Tell(session->Call("SendTaskFailure", request), "failed");
  });

  auto* heartbeat = AddWithWord(task, "heartbeat", "The task is still worked on", "TOKEN",
                                kTokenHelp, token.get(), session);
  session->OnRun(heartbeat, [=] {
    const JsonObject request = JsonObject().Add("taskToken", *token);
    return session->Tell(session->Call("SendTaskHeartbeat", request), "reported");
  });
}

}  // namespace pawl::cli
