// invariant_check DATABASE_URL [--calls FILE]... [--timer-bound SECONDS] [--complete-log]
//                 [--account ID] [--region NAME]
//
// Audits a database, and what clients saw of it where their logs are given (audit/call_log.h):
// prints each violation, and in the last line what was checked. Exit status 1 if there is any
// violation, 2 if the audit could not be made.

#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/store/audit_database.h"

namespace {

void Print(const pawl::audit::AuditReport& report) {
  for (const pawl::audit::Violation& violation : report.violations) {
    std::cout << "VIOLATION " << violation.execution << ": " << violation.rule << ": "
              << violation.what << "\n";
  }
  std::cout << report.open << " open and " << report.closed << " closed executions, "
            << report.events << " events, " << report.transitions << " transitions replayed ("
            << report.not_replayable << " executions in part), " << report.calls
            << " calls checked: " << report.violation_count << " violations\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::string database_url;
  std::vector<std::string> call_files;
  std::optional<double> timer_bound;
  pawl::store::AuditDatabaseOptions options;
  CLI::App app("Audits a database, and what clients saw of it");
  app.add_option("database", database_url, "URL of the database")->required();
  app.add_option("--calls", call_files, "a log of calls, one JSON object per line")
      ->allow_extra_args(false);
  app.add_option("--timer-bound", timer_bound, "seconds that a timer may be overdue");
  app.add_flag("--complete-log", options.rules.complete_log,
               "the logs have every result that any worker sent");
  app.add_option("--account", options.account.account_id, "account of the coordinators");
  app.add_option("--region", options.account.region, "region of the coordinators");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  pawl::audit::CallLog log;
  for (const std::string& file : call_files) {
    if (const absl::Status read = pawl::audit::ReadCallFile(file, &log); !read.ok()) {
      std::cerr << read.message() << "\n";
      return 2;
    }
  }
  if (timer_bound) options.rules.timer_bound = absl::Seconds(*timer_bound);
  options.log = &log;
  const auto report = pawl::store::AuditDatabase(database_url, options);
  if (!report.ok()) {
    std::cerr << report.status() << "\n";
    return 2;
  }
  Print(*report);
  return report->violation_count == 0 ? 0 : 1;
}
