// Whether executions move, and whether their tables are in shape.

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "coordinator/base/age_text.h"
#include "coordinator/store/diagnosis_parts.h"

namespace pawl::store {
namespace {

constexpr absl::Duration kWeek = absl::Hours(168);

std::string Percent(double share) { return absl::StrFormat("%.0f %%", share * 100); }

double Share(int64_t part, int64_t whole) {
  return whole <= 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string Day(absl::Time time) { return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone()); }

std::string Bytes(int64_t bytes) {
  if (bytes < int64_t{10} << 20) return StrCat(bytes >> 10, " kB");
  if (bytes < int64_t{10} << 30) return StrCat(bytes >> 20, " MB");
  return StrCat(bytes >> 30, " GB");
}

}  // namespace

Finding CheckOpenExecutions(const DatabaseFacts& facts) {
  const WaitCounts& open = facts.executions;
  const std::string found = StrCat(open.total, open.more ? " or more" : "", " open, about ",
                                   facts.closed_estimate, " closed");
  if (facts.violations.empty()) {
    return Ok("executions", StrCat(found, "; something will move each",
                                   open.more ? " that was looked at (--limit)" : ""));
  }
  Finding finding{.level = Level::kBroken,
                  .check = "executions",
                  .found = StrCat(found, "; nothing will move ", facts.violations.size()),
                  .expected = "something that will move each: a step, a task or a timer",
                  .advice =
                      "`pawl why ID` says more; update pawl.execution set claimable_at = now() "
                      "where execution_id = 'ID' makes a node look at one, which harms nothing; "
                      "and report it"};
  for (const audit::Violation& violation : facts.violations) {
    finding.details.push_back(ViolationText(violation));
  }
  return finding;
}

Finding CheckOverdue(const DatabaseFacts& facts, const DiagnosisOptions& options) {
  if (!facts.oldest_due) return Ok("overdue", "no execution waits for a node");
  const DueExecution& oldest = *facts.oldest_due;
  const absl::Duration late = facts.now - oldest.due_at;
  const std::string found = StrCat(CountText(facts.due), " due, the oldest by ", AgeText(late),
                                   ": ", oldest.machine_name, "/", oldest.name);
  if (late < options.overdue_warn) return Ok("overdue", found);
  const bool alone = Nodes(facts) == 0 && facts.server.sees_all_sessions;
  return {.level = late < options.overdue_broken ? Level::kWarn : Level::kBroken,
          .check = "overdue",
          .found = found,
          .expected = "taken up within a second or two",
          .advice = alone ? "no node is connected: start one"
                          : "look at the nodes' logs and /metrics (pawl_claims_total, "
                            "pawl_store_queue_length): they fail, or cannot keep up; `pawl why` "
                            "tells of this one"};
}

Finding CheckTasks(const DatabaseFacts& facts) {
  if (facts.ready.empty()) return Ok("tasks", "none waits for a worker");
  Finding finding{.check = "tasks"};
  Count all;
  absl::Time oldest = absl::InfiniteFuture();
  std::vector<std::string> gone;
  for (const ReadyActivity& ready : facts.ready) {
    all.value += ready.tasks.value;
    all.more = all.more || ready.tasks.more;
    oldest = std::min(oldest, ready.oldest_ready_at);
    if (!ready.exists) gone.push_back(ready.activity);
  }
  finding.found =
      StrCat(CountText(all), " wait for a worker, the oldest for ", AgeText(facts.now - oldest));
  if (gone.empty()) return finding;
  finding.level = Level::kWarn;
  finding.expected = "an activity for each task";
  finding.advice = "create it again (`pawl activity create`), or let the tasks time out";
  for (const std::string& activity : gone) {
    finding.details.push_back(StrCat("activity ", activity, " was deleted; tasks wait for it"));
  }
  return finding;
}

Finding CheckTable(const HotTableFacts& table, const DatabaseFacts& facts,
                   const DiagnosisOptions& options) {
  const double dead = Share(table.dead, table.live + table.dead);
  const double bloat =
      table.needed_bytes == 0 ? 0 : std::max(0.0, 1 - Share(table.needed_bytes, table.bytes));
  const double hot = Share(table.hot_updates, table.updates);
  Finding finding{.check = StrCat("table ", table.name)};
  finding.found = StrCat(Bytes(table.bytes), ", ", table.live, " rows, ", table.dead, " dead (",
                         Percent(dead), "), bloat about ", Percent(bloat), ", heap-only updates ",
                         table.updates == 0 ? "none yet" : Percent(hot), ", last vacuum ",
                         table.last_vacuum ? StrCat(AgeText(facts.now - *table.last_vacuum), " ago")
                                           : std::string("never"));
  const bool many_dead = dead > options.dead_share_warn && table.dead > options.dead_rows_warn;
  const bool bloated = bloat > options.bloat_share_warn && table.bytes > options.bloat_bytes_warn;
  const bool cold = hot < options.hot_share_warn && table.updates > options.hot_updates_counted;
  if (!many_dead && !bloated && !cold) return finding;
  finding.level = Level::kWarn;
  finding.expected =
      many_dead ? StrCat("fewer than ", Percent(options.dead_share_warn), " dead")
      : bloated ? StrCat("bloat below ", Percent(options.bloat_share_warn))
                : StrCat("more than ", Percent(options.hot_share_warn), " of updates heap-only");
  finding.advice =
      many_dead
          ? StrCat("end what holds old snapshots (above); else `vacuum pawl.", table.name, "`")
      : bloated ? StrCat("if it stays so after a vacuum: `vacuum full pawl.", table.name,
                         "` in a quiet moment (nodes wait for it), or pg_repack")
                : std::string(
                      "an index was added on a column that changes with each step, or a "
                      "snapshot is held: compare schema/README.md");
  return finding;
}

Finding CheckPartitions(const PartitionFacts& partitions, const DatabaseFacts& facts,
                        const DiagnosisOptions& options) {
  const std::vector<absl::Time>& weeks = partitions.weeks;
  Finding finding{.check = StrCat("partitions of ", partitions.table)};
  const absl::Time end = weeks.empty() ? absl::InfinitePast() : weeks.back() + kWeek;
  finding.found = weeks.empty()
                      ? "none"
                      : StrCat(weeks.size(), " weeks, ", Day(weeks.front()), " to ", Day(end));
  const bool now_missing = std::none_of(weeks.begin(), weeks.end(), [&](absl::Time monday) {
    return monday <= facts.now && facts.now < monday + kWeek;
  });
  for (size_t i = 1; i < weeks.size(); ++i) {
    if (weeks[i] - weeks[i - 1] == kWeek) continue;
    finding.details.push_back(
        StrCat("none from ", Day(weeks[i - 1] + kWeek), " to ", Day(weeks[i])));
  }
  if (!now_missing && finding.details.empty() && end >= facts.now + options.partitions_warn) {
    return finding;
  }
  finding.level = now_missing ? Level::kBroken : Level::kWarn;
  finding.expected = StrCat("one for each week until ", Day(facts.now + options.partitions_warn),
                            " at least: all else goes to the default partition and stays");
  finding.advice =
      "`pawl migrate` makes those of the coming weeks; nodes do so every few hours: "
      "look for maintain_partitions_failed in their logs";
  return finding;
}

Finding CheckDefaultPartition(const PartitionFacts& partitions) {
  const std::string check = StrCat("default partition of ", partitions.table);
  const std::string outlived =
      StrCat(CountText(partitions.outlived), " rows that outlived their week");
  if (partitions.misplaced.value == 0) return Ok(check, outlived);
  return {.level = Level::kWarn,
          .check = check,
          .found = StrCat(CountText(partitions.misplaced),
                          " rows whose week has no partition, of "
                          "executions begun ",
                          Day(partitions.misplaced_from), " to ", Day(partitions.misplaced_to),
                          "; ", outlived),
          .expected = "none",
          .advice = StrCat("select pawl.ensure_partitions('", Day(partitions.misplaced_from),
                           "', '", Day(partitions.misplaced_to),
                           "') moves them; if those days are wrong, so was a clock")};
}

}  // namespace pawl::store
