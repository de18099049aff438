// doctor.

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <limits>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "cli/commands.h"
#include "cli/database.h"
#include "cli/doctor_view.h"
#include "coordinator/base/strings.h"
#include "coordinator/process/stop_signal.h"
#include "coordinator/store/audit_database.h"
#include "coordinator/store/diagnosis.h"
#include "coordinator/store/inspect.h"

namespace pawl::cli {
namespace {

constexpr int64_t kEverything = std::numeric_limits<int64_t>::max();
// Quick is quick on a database with millions of open executions, too.
constexpr int64_t kQuickLimit = 100'000;
constexpr absl::Duration kProgressPause = absl::Milliseconds(500);

struct DoctorArguments {
  std::shared_ptr<config::Flags> database;
  bool quick = false;
  bool strict = false;
  bool progress = false;
  int64_t limit = 0;  // 0: not given
  std::string output = "table";
};

// Shows on standard error how far a walk is, and ends it when the user wants to leave.
class Progress {
 public:
  explicit Progress(bool wanted)
      : line_ends_(!isatty(STDERR_FILENO)),
        shown_(wanted || !line_ends_),
        told_at_(wanted ? absl::InfinitePast() : absl::Now()) {}
  ~Progress() { Clear(); }

  bool Tell(const std::string& what) {
    const absl::Time now = absl::Now();
    if (shown_ && now - told_at_ >= kProgressPause) {
      told_at_ = now;
      std::cerr << (line_ends_ ? "" : "\r\033[K") << what << (line_ends_ ? "\n" : "") << std::flush;
      on_line_ = !line_ends_;
    }
    return !stop_.came();
  }

  void Clear() {
    if (on_line_) std::cerr << "\r\033[K" << std::flush;
    on_line_ = false;
  }

 private:
  const bool line_ends_;
  const bool shown_;
  bool on_line_ = false;
  absl::Time told_at_;  // at first now: what is quickly done shows nothing, unless it is asked for
  StopSignal stop_;
};

// The one place that walks the histories.
absl::StatusOr<store::Finding> WalkHistories(const Database& database, int64_t limit,
                                             const store::DatabaseFacts& facts,
                                             Progress* progress) {
  store::AuditDatabaseOptions options{.account = database.settings.account(), .limit = limit};
  const std::string closed =
      limit == kEverything ? StrCat("about ", facts.closed_estimate) : StrCat(limit);
  options.progress = [&](const audit::AuditReport& so_far) {
    return progress->Tell(StrCat("histories: ", so_far.open, " open and ", so_far.closed, " of ",
                                 closed, " closed executions, ", so_far.events, " events, ",
                                 so_far.violation_count, " violations"));
  };
  const absl::StatusOr<audit::AuditReport> report = store::AuditDatabase(database.url, options);
  if (!report.ok()) return report.status();
  return store::DiagnoseWalk(*report, limit);
}

int Doctor(const DoctorArguments& arguments) {
  const absl::StatusOr<Database> database = FindDatabase(*arguments.database);
  if (!database.ok()) {
    std::cerr << "pawl: " << database.status().message() << "\n";
    return kUsage;
  }
  Progress progress(arguments.progress);
  store::InspectOptions options{.limit = arguments.limit > 0 ? arguments.limit
                                         : arguments.quick   ? kQuickLimit
                                                             : kEverything};
  options.progress = [&](int64_t rows) {
    return progress.Tell(StrCat("open executions and branches: ", rows));
  };
  const absl::StatusOr<store::DatabaseFacts> facts = store::Inspect(database->url, options);
  if (!facts.ok()) return FailDatabase(*database, facts.status());
  std::vector<store::Finding> findings =
      store::Diagnose(*facts, {.database_connections = database->settings.database_connections,
                               .synchronous_commit = database->settings.synchronous_commit});
  if (!arguments.quick && facts->schema.current()) {
    absl::StatusOr<store::Finding> walk = WalkHistories(
        *database, arguments.limit > 0 ? arguments.limit : kEverything, *facts, &progress);
    if (!walk.ok()) return FailDatabase(*database, walk.status());
    findings.push_back(*std::move(walk));
  }
  progress.Clear();
  if (arguments.output == "json") {
    std::cout << DoctorJson(*facts, findings) << "\n";
  } else {
    std::cout << database->shown << "\n\n";
    if (facts->schema.current()) std::cout << DoctorOverview(*facts) << "\n";
    std::cout << DoctorFindings(findings);
  }
  const store::Level bad = arguments.strict ? store::Level::kWarn : store::Level::kBroken;
  return store::Worst(findings) >= bad ? kFailed : kOk;
}

}  // namespace

void AddDoctor(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand(
      "doctor", "Look whether a database is well: that every execution moves, and what will hurt");
  auto arguments = std::make_shared<DoctorArguments>();
  arguments->database = AddDatabaseOptions(command);
  command
      ->add_option("--account-id", arguments->database->values["account_id"],
                   "The account id of the coordinators, whose ARNs executions see")
      ->group("Database");
  command
      ->add_option("--region", arguments->database->values["region"],
                   "The region of the coordinators, in the same ARNs")
      ->group("Database");
  command->add_flag("--quick", arguments->quick,
                    "Leave the histories out; of open executions look at the newest 100000");
  command->add_flag("--strict", arguments->strict, "Exit code 1 on WARN, too");
  command
      ->add_option("--limit", arguments->limit,
                   "Look at this many open and closed executions at the most, the newest")
      ->check(CLI::PositiveNumber);
  command->add_flag("--progress", arguments->progress,
                    "Show progress on standard error, also where that is no terminal");
  command->add_option("-o,--format", arguments->output, "table, or json for scripts")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  command->footer(
      "\nNeeds no coordinator. It writes nothing, locks nothing and reads in short pieces, so it "
      "may run on a\ndatabase in use. docs/operating.md says how to read it.\n"
      "\nExamples:\n"
      "  pawl doctor --quick                       seconds, whatever has been closed\n"
      "  pawl doctor                               every history, too\n"
      "  pawl doctor --limit 10000 --strict -o json\n"
      "  pawl doctor --database-url postgresql://pawl@db.example/pawl\n"
      "\nExit codes: 0 nothing BROKEN, 1 something is (or WARN, with --strict), 2 wrong usage, 3 "
      "no database answered.");
  session->OnRun(command, [=] { return Doctor(*arguments); });
}

}  // namespace pawl::cli
