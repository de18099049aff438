#include "cli/redrive_selection.h"

#include <cmath>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/core/redrive.h"

namespace pawl::cli {
namespace {

constexpr int kPageItems = 1000;  // AWS's largest page

absl::Time TimeOf(Json seconds) {
  if (!seconds.is_number()) return absl::InfiniteFuture();
  return absl::FromUnixMillis(std::llround(seconds.as_double() * 1000));
}

std::string TextOf(Json value) {
  return value.is_string() ? std::string(value.as_string()) : std::string();
}

// Lists do not tell the error.
absl::StatusOr<bool> EndedWith(Session* session, const std::string& arn, const std::string& error) {
  if (error.empty()) return true;
  const absl::StatusOr<Answer> described =
      session->CallPatiently("DescribeExecution", JsonObject().Add("executionArn", arn));
  if (!described.ok()) return described.status();
  // One that ran out of time is shown without (recorded).
  const bool timed_out = described->Text("status") == "TIMED_OUT";
  return (timed_out ? "States.Timeout" : described->Text("error")) == error;
}

// Adds those of one page; false once there are as many as are wanted.
absl::StatusOr<bool> AddPage(Session* session, const RedriveFilter& filter, absl::Time now,
                             const Answer& page, Selection* selection) {
  for (const Json item : page.json().Find("executions").items()) {
    const absl::Time stopped_at = TimeOf(item.Find("stopDate"));
    if (stopped_at < filter.since || stopped_at >= filter.until) continue;
    if (now - stopped_at > core::kRedrivablePeriod) {
      ++selection->too_old;
      continue;
    }
    SelectedExecution execution{TextOf(item.Find("executionArn")), TextOf(item.Find("name")),
                                TextOf(item.Find("status")), stopped_at};
    const absl::StatusOr<bool> fits = EndedWith(session, execution.arn, filter.error);
    if (!fits.ok()) return fits.status();
    if (!*fits) continue;
    selection->executions.push_back(std::move(execution));
    if (std::ssize(selection->executions) == filter.limit) return false;
  }
  return true;
}

absl::StatusOr<bool> AddAllOf(Session* session, const RedriveFilter& filter,
                              const std::string& status, absl::Time now, Selection* selection) {
  std::string next_token;
  do {
    JsonObject request;
    request.Add("stateMachineArn", session->MachineArn(filter.machine))
        .Add("statusFilter", status)
        .Add("maxResults", kPageItems);
    if (!next_token.empty()) request.Add("nextToken", next_token);
    const absl::StatusOr<Answer> page = session->CallPatiently("ListExecutions", request);
    if (!page.ok()) return page.status();
    const absl::StatusOr<bool> more = AddPage(session, filter, now, *page, selection);
    if (!more.ok() || !*more) return more;
    if (!session->Pause(absl::ZeroDuration())) return absl::CancelledError("interrupted");
    next_token = page->Text("nextToken");
  } while (!next_token.empty());
  return true;
}

}  // namespace

absl::StatusOr<absl::Time> ReadMoment(const std::string& text, absl::Time now, const char* what) {
  absl::Duration ago;
  if (absl::ParseDuration(text, &ago) && ago >= absl::ZeroDuration()) return now - ago;
  absl::Time time;
  std::string problem;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &problem)) return time;
  return absl::InvalidArgumentError(
      StrCat(what, ": found '", text,
             "', expected a time (2026-01-31T12:00:00Z) or how long ago "
             "it was (90m)"));
}

std::string MomentText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

absl::StatusOr<Selection> SelectExecutions(Session* session, const RedriveFilter& filter,
                                           absl::Time now) {
  Selection selection;
  for (const std::string& status : filter.statuses) {
    const absl::StatusOr<bool> more = AddAllOf(session, filter, status, now, &selection);
    if (!more.ok()) return more.status();
    if (!*more) break;
  }
  return selection;
}

}  // namespace pawl::cli
