#include "coordinator/base/account.h"

#include <vector>

#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"

namespace pawl {

std::string Account::StateMachineArn(std::string_view machine) const {
  return StrCat("arn:", partition, ":states:", region, ":", account_id, ":stateMachine:", machine);
}

std::string Account::QualifiedArn(std::string_view machine, std::string_view qualifier) const {
  if (qualifier.empty()) return StateMachineArn(machine);
  return StrCat(StateMachineArn(machine), ":", qualifier);
}

std::string Account::ExecutionArn(std::string_view machine, std::string_view execution) const {
  return StrCat("arn:", partition, ":states:", region, ":", account_id, ":execution:", machine, ":",
                execution);
}

std::string Account::ActivityArn(std::string_view activity) const {
  return StrCat("arn:", partition, ":states:", region, ":", account_id, ":activity:", activity);
}

absl::StatusOr<Arn> Arn::Parse(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(ToAbsl(text), absl::MaxSplits(':', 7));
  if (parts.size() < 7 || parts[0] != "arn" || parts[6].empty()) {
    return absl::InvalidArgumentError(StrCat("not an ARN: '", text, "'"));
  }
  Arn arn{parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], ""};
  if (parts.size() == 8) arn.qualifier = parts[7];
  return arn;
}

}  // namespace pawl
