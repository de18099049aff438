// redrive.

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "cli/redrive_selection.h"
#include "coordinator/base/ids.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

constexpr absl::Duration kProgressEvery = absl::Seconds(1);

struct RedriveArguments {
  std::string execution;
  RedriveFilter filter;
  std::string since;
  std::string until;
  bool dry_run = false;
};

// ---------------------------------------------------------------- one

int RedriveOne(Session* session, const std::string& name) {
  const absl::StatusOr<std::string> arn = session->ExecutionArn(name);
  if (!arn.ok()) return session->Fail(arn.status());
  // A token makes it safe to ask a second coordinator when the first one's answer is lost.
  const absl::StatusOr<Answer> answer = session->Call(
      "RedriveExecution",
      JsonObject().Add("executionArn", *arn).Add("clientToken", Uuid::Random().ToString()));
  if (!answer.ok()) return session->Fail(answer.status());
  std::cout << (session->wants_json() ? answer->text() : StrCat("redriven ", *arn)) << "\n";
  return kOk;
}

// ---------------------------------------------------------------- many

// The options that make the same selection again, whatever has ended since.
std::string OptionsAgain(const RedriveArguments& arguments) {
  return StrCat("--until ", MomentText(arguments.filter.until));
}

int TellSelection(const Session& session, const Selection& selection) {
  const auto count = std::ssize(selection.executions);
  if (session.wants_json()) {
    std::string items;
    for (const SelectedExecution& execution : selection.executions) {
      if (!items.empty()) items.push_back(',');
      items += JsonObject()
                   .Add("executionArn", execution.arn)
                   .Add("status", execution.status)
                   .Add("stopDate", MomentText(execution.stopped_at))
                   .str();
    }
    std::cout << JsonObject()
                     .Add("count", static_cast<int64_t>(count))
                     .Add("tooOld", selection.too_old)
                     .AddJson("executions", "[" + items + "]")
                     .str()
              << "\n";
    return kOk;
  }
  std::vector<std::vector<std::string>> rows;
  for (const SelectedExecution& execution : selection.executions) {
    rows.push_back(
        {execution.name, ColouredStatus(execution.status), MomentText(execution.stopped_at)});
  }
  std::cout << Table({"NAME", "STATUS", "STOPPED"}, rows);
  std::cout << count << (count == 1 ? " execution" : " executions") << " would be redriven\n";
  return kOk;
}

// Redrives the selected executions one after the other, and tells how far it is.
class Redriving {
 public:
  Redriving(Session* session, const RedriveArguments& arguments, const Selection& selection)
      : session_(*session), arguments_(arguments), selection_(selection) {}

  int Run() {
    for (const SelectedExecution& execution : selection_.executions) {
      if (!session_.Pause(absl::ZeroDuration())) return Interrupted("interrupted");
      // The same for all runs over one selection: what another one has just redriven is not
      // redriven again.
      const absl::StatusOr<Answer> answer = session_.CallPatiently(
          "RedriveExecution",
          JsonObject()
              .Add("executionArn", execution.arn)
              .Add("clientToken",
                   StrCat("pawl-redrive-", absl::ToUnixMillis(arguments_.filter.until))));
      if (answer.ok()) {
        ++redriven_;
      } else if (AwsErrorCode(answer.status()).empty()) {
        Interrupted(answer.status().message());
        return session_.Fail(answer.status());
      } else {
        Refuse(execution, answer.status());
      }
      TellProgress();
    }
    return TellResult();
  }

 private:
  void Refuse(const SelectedExecution& execution, const absl::Status& status) {
    if (refused_++ > 0) refusals_.push_back(',');
    refusals_ += JsonObject()
                     .Add("executionArn", execution.arn)
                     .Add("error", AwsErrorCode(status))
                     .Add("message", FromAbsl(status.message()))
                     .str();
    if (!session_.wants_json()) std::cerr << "pawl: " << status.message() << "\n";
  }

  std::string Count() const {
    return StrCat("redriven ", redriven_, " of ", selection_.executions.size(),
                  refused_ > 0 ? StrCat(", refused ", refused_) : "");
  }

  void TellProgress() {
    const absl::Time now = absl::Now();
    if (now < next_progress_) return;
    next_progress_ = now + kProgressEvery;
    std::cerr << Count() << "\n";
  }

  int Interrupted(absl::string_view why) const {
    std::cerr << "pawl: " << why << "; " << Count() << "; the same command with "
              << OptionsAgain(arguments_) << " goes on\n";
    return kFailed;
  }

  int TellResult() const {
    if (session_.wants_json()) {
      std::cout << JsonObject()
                       .Add("redriven", redriven_)
                       .Add("tooOld", selection_.too_old)
                       .AddJson("refused", "[" + refusals_ + "]")
                       .Add("until", MomentText(arguments_.filter.until))
                       .str()
                << "\n";
    } else {
      std::cout << Count() << "\n";
    }
    return refused_ == 0 ? kOk : kFailed;
  }

  Session& session_;
  const RedriveArguments& arguments_;
  const Selection& selection_;
  int64_t redriven_ = 0;
  int64_t refused_ = 0;
  std::string refusals_;  // JSON, with commas between
  absl::Time next_progress_ = absl::Now() + kProgressEvery;
};

int RedriveMany(Session* session, RedriveArguments arguments) {
  const absl::Time now = absl::Now();
  RedriveFilter& filter = arguments.filter;
  filter.until = absl::FromUnixMillis(absl::ToUnixMillis(now));
  if (!arguments.until.empty()) {
    const absl::StatusOr<absl::Time> until = ReadMoment(arguments.until, now, "--until");
    if (!until.ok()) return session->FailUsage(until.status().message());
    filter.until = *until;
  }
  if (!arguments.since.empty()) {
    const absl::StatusOr<absl::Time> since = ReadMoment(arguments.since, now, "--since");
    if (!since.ok()) return session->FailUsage(since.status().message());
    filter.since = *since;
  }
  const absl::StatusOr<Selection> selection = SelectExecutions(session, filter, now);
  if (!selection.ok()) return session->Fail(selection.status());
  if (selection->too_old > 0 && !session->wants_json()) {
    std::cerr << "pawl: passed over " << selection->too_old
              << " that stopped more than 14 days ago: they cannot be redriven\n";
  }
  if (arguments.dry_run) return TellSelection(*session, *selection);
  return Redriving(session, arguments, *selection).Run();
}

int Redrive(Session* session, const RedriveArguments& arguments) {
  const bool many = !arguments.filter.machine.empty();
  if (many == !arguments.execution.empty()) {
    return session->FailUsage("expected an EXECUTION, or --machine for all that fit the filter");
  }
  if (many) return RedriveMany(session, arguments);
  if (arguments.dry_run || !arguments.since.empty() || !arguments.until.empty() ||
      !arguments.filter.error.empty() || arguments.filter.limit > 0) {
    return session->FailUsage("a filter needs --machine");
  }
  return RedriveOne(session, arguments.execution);
}

}  // namespace

void AddRedrive(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand(
      "redrive",
      "Go on with executions that failed, timed out or were stopped, from where they stood");
  auto arguments = std::make_shared<RedriveArguments>();
  arguments->filter.statuses = {"FAILED", "TIMED_OUT"};
  command->add_option("EXECUTION", arguments->execution, "MACHINE/NAME, NAME or an ARN");
  command->add_option("--machine", arguments->filter.machine,
                      "All executions of this state machine that fit");
  command
      ->add_option("--status", arguments->filter.statuses,
                   "Only those that are ...; several with commas (default: FAILED,TIMED_OUT)")
      ->delimiter(',')
      ->check(CLI::IsMember({"FAILED", "TIMED_OUT", "ABORTED"}));
  command->add_option("--since", arguments->since,
                      "Only those that stopped then or later: a time, or how long ago (90m)");
  command->add_option("--until", arguments->until, "Only those that stopped before (default: now)");
  command->add_option("--error", arguments->filter.error, "Only those that ended with this error");
  command->add_option("--limit", arguments->filter.limit, "At most so many")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}));
  command->add_flag("--dry-run", arguments->dry_run, "List and count them, and change nothing");
  command->footer(
      "\nWhat was interrupted goes on with the same command and the --until that it names.\n"
      "\nExamples:\n  pawl redrive order/4711\n"
      "  pawl redrive --machine order --since 2h --error Payment.Down --dry-run\n"
      "  pawl redrive --machine order --since 2026-01-31T12:00:00Z --until 2026-01-31T14:00:00Z");
  session->AddOptions(command);
  session->OnRun(command, [=] { return Redrive(session, *arguments); });
}

}  // namespace pawl::cli
