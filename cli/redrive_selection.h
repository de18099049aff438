// Which executions `pawl redrive` redrives when it is given a filter, and how far it has come.

#ifndef PAWL_CLI_REDRIVE_SELECTION_H_
#define PAWL_CLI_REDRIVE_SELECTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/session.h"

namespace pawl::cli {

// "2026-01-31T12:00:00Z", or how long before `now` it was: "90m". INVALID_ARGUMENT; `what` names it
// in messages.
absl::StatusOr<absl::Time> ReadMoment(const std::string& text, absl::Time now, const char* what);
// As ReadMoment takes it, to the millisecond.
std::string MomentText(absl::Time time);

struct RedriveFilter {
  std::string machine;
  std::vector<std::string> statuses;
  // When they stopped: from `since` on, before `until`.
  absl::Time since = absl::InfinitePast();
  absl::Time until;
  std::string error;  // the name of the error that they ended with; empty: any
  int64_t limit = 0;  // at most so many, the newest starts first; 0: all
};

struct SelectedExecution {
  std::string arn;
  std::string name;
  std::string status;
  absl::Time stopped_at;
};

struct Selection {
  std::vector<SelectedExecution> executions;
  int64_t too_old = 0;  // that the filter fits and that have ended too long ago to be redriven
};

// Asks the coordinator for all pages. CANCELLED: the user wants to leave.
absl::StatusOr<Selection> SelectExecutions(Session* session, const RedriveFilter& filter,
                                           absl::Time now);

}  // namespace pawl::cli

#endif  // PAWL_CLI_REDRIVE_SELECTION_H_
