// history.

#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/history_view.h"
#include "cli/print.h"

namespace pawl::cli {
namespace {

constexpr absl::Duration kFollowPause = absl::Milliseconds(500);
constexpr int kPageEvents = 1000;  // AWS's largest page
constexpr size_t kWidthOfFiles = 160;

struct HistoryArguments {
  std::string execution;
  bool follow = false;
  bool wide = false;
};

int64_t IdOf(Json event) {
  const Json id = event.Find("id");
  return id.is_int() ? id.as_int() : 0;
}

// The events behind `last_shown`, in their order: read from the end, so that following a long
// execution costs only what is new. They live as long as `pages`.
absl::StatusOr<std::vector<Json>> NewEvents(Session* session, const std::string& arn,
                                            int64_t last_shown, std::vector<Answer>* pages) {
  std::vector<Json> newest_first;
  std::string next_token;
  while (true) {
    JsonObject request;
    request.Add("executionArn", arn).Add("reverseOrder", true).Add("maxResults", kPageEvents);
    if (!next_token.empty()) request.Add("nextToken", next_token);
    absl::StatusOr<Answer> page = session->CallPatiently("GetExecutionHistory", request);
    if (!page.ok()) return page.status();
    bool reached = false;
    for (const Json event : page->json().Find("events").items()) {
      reached = reached || IdOf(event) <= last_shown;
      if (!reached) newest_first.push_back(event);
    }
    next_token = page->Text("nextToken");
    pages->push_back(*std::move(page));
    if (reached || next_token.empty()) break;
  }
  return std::vector<Json>(newest_first.rbegin(), newest_first.rend());
}

void Print(Session* session, const HistoryArguments& arguments, const std::vector<Json>& events,
           HistoryView* view) {
  if (!session->wants_json()) {
    for (const Json event : events) std::cout << view->Line(event) << "\n";
  } else if (arguments.follow) {
    for (const Json event : events) std::cout << WriteJson(event) << "\n";
  } else {
    std::string list;
    for (const Json event : events) {
      if (!list.empty()) list.push_back(',');
      AppendJson(event, &list);
    }
    std::cout << JsonObject().AddJson("events", "[" + list + "]").str() << "\n";
  }
  std::cout.flush();
}

int History(Session* session, const HistoryArguments& arguments) {
  const absl::StatusOr<std::string> arn = session->ExecutionArn(arguments.execution);
  if (!arn.ok()) return session->Fail(arn.status());
  const size_t width = TerminalWidth() > 0 ? TerminalWidth() : kWidthOfFiles;
  HistoryView view(arguments.wide ? 0 : width);
  int64_t last_shown = 0;
  while (true) {
    std::vector<Answer> pages;
    const absl::StatusOr<std::vector<Json>> events = NewEvents(session, *arn, last_shown, &pages);
    if (!events.ok()) return session->Fail(events.status());
    Print(session, arguments, *events, &view);
    if (!arguments.follow) return kOk;
    if (!events->empty()) last_shown = IdOf(events->back());
    if (!events->empty() && HistoryView::IsEnd(events->back())) return kOk;
    if (!session->Pause(kFollowPause)) return kOk;
  }
}

}  // namespace

void AddHistory(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand("history", "Show what an execution did, event by event");
  auto arguments = std::make_shared<HistoryArguments>();
  command->add_option("EXECUTION", arguments->execution, "MACHINE/NAME, NAME or an ARN")
      ->required();
  command->add_flag("-f,--follow", arguments->follow, "Go on with new events until it ends");
  command->add_flag("--wide", arguments->wide, "Do not cut off long payloads");
  command->footer("\nExamples:\n  pawl history order/4711\n  pawl history order/4711 --follow");
  session->AddOptions(command);
  session->OnRun(command, [=] { return History(session, *arguments); });
}

}  // namespace pawl::cli
