#include "coordinator/audit/replay_world.h"

#include <fmt/format.h>

#include "coordinator/asl/unverified.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/task_token.h"

namespace pawl::audit {

bool ReplayWorld::FailedWith(std::string_view end_of_cause) const {
  if (row_ == nullptr) return false;
  const core::HistoryEvent& last = row_->events.back();
  return last.type == core::EventType::kExecutionFailed && last.cause &&
         last.cause->view().ends_with(end_of_cause);
}

bool ReplayWorld::ActivityExists(std::string_view name) const {
  return !FailedWith(StrCat(":activity:", name, " does not exist."));
}

bool ReplayWorld::CarriesOut(const asl::TaskResource& integration) const {
  return !FailedWith(fmt::format(asl::unverified::kNoIntegrationCause, integration.arn));
}

std::optional<std::string> ReplayWorld::RefusalOf(const asl::TaskResource&, Json) const {
  if (row_ == nullptr) return std::nullopt;
  const core::HistoryEvent& last = row_->events.back();
  if (last.type != core::EventType::kExecutionFailed || !last.cause) return std::nullopt;
  const std::string_view cause = last.cause->view();
  const size_t begin = cause.find(asl::unverified::kBadParametersBegin);
  if (begin == std::string_view::npos) return std::nullopt;
  return std::string(cause.substr(begin));
}

std::string ReplayWorld::SignToken(const core::TaskToken& token) const {
  if (row_ == nullptr) return "";
  for (const core::HistoryEvent& event : row_->events) {
    if (event.task_token.empty()) continue;
    const absl::StatusOr<core::TaskToken> recorded =
        core::ReadUnverifiedToken(event.task_token.view());
    if (recorded.ok() && recorded->branch == token.branch) return event.task_token.str();
  }
  return "";
}

}  // namespace pawl::audit
