#include "cli/doctor_view.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/json_object.h"
#include "cli/print.h"
#include "coordinator/base/age_text.h"
#include "coordinator/base/clock.h"
#include "coordinator/base/strings.h"

namespace pawl::cli {
namespace {

using core::Phase;
using store::Finding;
using store::Level;

struct PhaseName {
  Phase phase;
  const char* shown;
  const char* member;  // in JSON
};
constexpr PhaseName kPhases[] = {
    {Phase::kReady, "a step of a node", "step"},
    {Phase::kScheduled, "a worker", "worker"},
    {Phase::kStarted, "a task at a worker", "task"},
    {Phase::kSubmitted, "a task token, a child or a job", "token"},
    {Phase::kWaiting, "a timer", "timer"},
    {Phase::kBackoff, "another attempt (backoff)", "backoff"},
    {Phase::kJoining, "its branches", "branches"},
    {Phase::kEnded, "its siblings (ended)", "siblings"},
};

constexpr size_t kMaxShownActivities = 20;
constexpr size_t kMaxShownDetails = 20;

std::string Number(int64_t value) { return StrCat(value); }

Colour ColourOf(Level level) {
  switch (level) {
    case Level::kOk:
      return Colour::kGreen;
    case Level::kWarn:
      return Colour::kYellow;
    case Level::kBroken:
      return Colour::kRed;
  }
  return Colour::kNone;
}

std::string Padded(std::string_view text, size_t width) {
  std::string padded(text);
  if (padded.size() < width) padded.append(width - padded.size(), ' ');
  return padded;
}

std::vector<store::ReadyActivity> OldestFirst(std::vector<store::ReadyActivity> ready) {
  std::sort(ready.begin(), ready.end(),
            [](const auto& a, const auto& b) { return a.oldest_ready_at < b.oldest_ready_at; });
  return ready;
}

std::string CountsJson(const store::WaitCounts& counts) {
  JsonObject object;
  object.Add("total", counts.total).Add("more", counts.more);
  for (const PhaseName& name : kPhases) object.Add(name.member, counts.of(name.phase));
  return object.str();
}

template <typename Items, typename Write>
std::string ArrayJson(const Items& items, Write write) {
  std::string list;
  for (const auto& item : items) StrAppend(&list, list.empty() ? "" : ",", write(item));
  return "[" + list + "]";
}

std::string TextJson(const std::string& text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

std::string FindingJson(const Finding& finding) {
  JsonObject object;
  object.Add("level", store::LevelName(finding.level))
      .Add("check", finding.check)
      .Add("found", finding.found);
  if (finding.level != Level::kOk) {
    object.Add("expected", finding.expected).Add("advice", finding.advice);
  }
  if (!finding.details.empty()) object.AddJson("details", ArrayJson(finding.details, TextJson));
  return object.str();
}

std::string ReadyJson(const store::ReadyActivity& ready) {
  return JsonObject()
      .Add("activity", ready.activity)
      .Add("tasks", ready.tasks.value)
      .Add("more", ready.tasks.more)
      .Add("oldestReadyAt", FormatIso8601(ready.oldest_ready_at))
      .Add("exists", ready.exists)
      .str();
}

}  // namespace

std::string DoctorOverview(const store::DatabaseFacts& facts) {
  std::vector<std::vector<std::string>> rows;
  for (const PhaseName& name : kPhases) {
    const int64_t executions = facts.executions.of(name.phase);
    const int64_t branches = facts.branches.of(name.phase);
    if (executions + branches == 0) continue;
    rows.push_back({name.shown, Number(executions), Number(branches)});
  }
  if (rows.empty()) return "No execution is open.\n";
  std::string out = Table({"WAITS FOR", "EXECUTIONS", "BRANCHES"}, rows);
  if (facts.executions.more || facts.branches.more) {
    out.append("(of the newest; --limit counts more)\n");
  }
  if (facts.ready.empty()) return out;
  rows.clear();
  for (const store::ReadyActivity& ready : OldestFirst(facts.ready)) {
    if (rows.size() == kMaxShownActivities) break;
    rows.push_back({ready.activity, StrCat(ready.tasks.value, ready.tasks.more ? "+" : ""),
                    AgeText(facts.now - ready.oldest_ready_at)});
  }
  StrAppend(&out, "\n", Table({"ACTIVITY", "TASKS WAITING", "OLDEST"}, rows));
  if (facts.ready.size() > kMaxShownActivities) {
    StrAppend(&out, "(and ", facts.ready.size() - kMaxShownActivities, " more activities)\n");
  }
  return out;
}

std::string DoctorFindings(const std::vector<Finding>& findings) {
  std::string out;
  int64_t counts[3] = {};
  size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.check.size() + 2);
  for (const Finding& finding : findings) {
    ++counts[static_cast<int>(finding.level)];
    StrAppend(&out, Coloured(ColourOf(finding.level), Padded(store::LevelName(finding.level), 8)),
              Padded(finding.check, width), finding.found, "\n");
    const std::string margin(8, ' ');
    for (size_t i = 0; i < finding.details.size(); ++i) {
      if (i == kMaxShownDetails) {
        StrAppend(&out, margin, "  and ", finding.details.size() - i, " more (-o json has all)\n");
        break;
      }
      StrAppend(&out, margin, "- ", OneLine(finding.details[i], 300), "\n");
    }
    if (finding.level == Level::kOk) continue;
    StrAppend(&out, margin, "expected: ", finding.expected, "\n");
    StrAppend(&out, margin, "do: ", finding.advice, "\n");
  }
  StrAppend(&out, "\n");
  if (counts[2] > 0) {
    StrAppend(&out, Coloured(Colour::kRed, "broken"), ": ", counts[2], " broken, ", counts[1],
              " to look at\n");
  } else if (counts[1] > 0) {
    StrAppend(&out, Coloured(Colour::kYellow, "nothing broken"), ", ", counts[1], " to look at\n");
  } else {
    StrAppend(&out, Coloured(Colour::kGreen, "healthy"), "\n");
  }
  return out;
}

std::string DoctorJson(const store::DatabaseFacts& facts, const std::vector<Finding>& findings) {
  JsonObject object;
  object.Add("verdict", store::LevelName(store::Worst(findings)))
      .Add("at", FormatIso8601(facts.now))
      .AddJson("findings", ArrayJson(findings, FindingJson));
  if (facts.schema.current()) {
    object.AddJson("executions", CountsJson(facts.executions))
        .AddJson("branches", CountsJson(facts.branches))
        .Add("closedEstimate", facts.closed_estimate)
        .Add("due", facts.due.value)
        .AddJson("tasks", ArrayJson(OldestFirst(facts.ready), ReadyJson));
  }
  return object.str();
}

}  // namespace pawl::cli
