#include "coordinator/store/diagnosis.h"

#include <algorithm>
#include <limits>

#include "coordinator/store/diagnosis_parts.h"

namespace pawl::store {

std::string_view LevelName(Level level) {
  switch (level) {
    case Level::kOk:
      return "OK";
    case Level::kWarn:
      return "WARN";
    case Level::kBroken:
      return "BROKEN";
  }
  return "UNKNOWN";
}

std::vector<Finding> Diagnose(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  std::vector<Finding> findings = {CheckSchema(facts), CheckServer(facts), CheckDurability(facts),
                                   CheckStandbys(facts, options)};
  if (facts.schema.current()) {
    findings.push_back(CheckOpenExecutions(facts));
    findings.push_back(CheckOverdue(facts, options));
    findings.push_back(CheckTasks(facts));
  }
  findings.push_back(CheckSessions(facts, options));
  findings.push_back(CheckConnections(facts, options));
  findings.push_back(CheckLocks(facts, options));
  findings.push_back(CheckSnapshots(facts, options));
  for (const HotTableFacts& table : facts.tables) {
    findings.push_back(CheckTable(table, facts, options));
  }
  findings.push_back(CheckWraparound(facts, options));
  for (const PartitionFacts& partitions : facts.partitions) {
    findings.push_back(CheckPartitions(partitions, facts, options));
    findings.push_back(CheckDefaultPartition(partitions));
  }
  return findings;
}

std::string ViolationText(const audit::Violation& violation) {
  return StrCat(violation.execution.empty() ? "all" : violation.execution, ": ", violation.rule,
                ": ", violation.what);
}

Finding DiagnoseWalk(const audit::AuditReport& report, int64_t limit) {
  const bool limited = limit != std::numeric_limits<int64_t>::max();
  const std::string walked =
      StrCat(report.open, " open and ", report.closed, " closed executions with ", report.events,
             " events", limited ? StrCat(", of each the newest ", limit, " at the most") : "");
  if (report.violation_count == 0) {
    return Ok("histories", StrCat("every one is as it should be: ", walked));
  }
  Finding finding{.level = Level::kBroken,
                  .check = "histories",
                  .found = StrCat(report.violation_count, " violations in ", walked),
                  .expected =
                      "every execution where its history has led it, and something that "
                      "moves each open one",
                  .advice =
                      "keep the database as it is (a base backup) and report it; `pawl why` "
                      "takes these ids, docs/audit.md has the rules"};
  for (const audit::Violation& violation : report.violations) {
    finding.details.push_back(ViolationText(violation));
  }
  return finding;
}

Level Worst(const std::vector<Finding>& findings) {
  Level worst = Level::kOk;
  for (const Finding& finding : findings) worst = std::max(worst, finding.level);
  return worst;
}

}  // namespace pawl::store
