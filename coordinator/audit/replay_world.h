// What the core asked about the world when it decided a row of a history, as far as the row tells.

#ifndef PAWL_AUDIT_REPLAY_WORLD_H_
#define PAWL_AUDIT_REPLAY_WORLD_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/audit/audited_execution.h"
#include "coordinator/core/advance.h"

namespace pawl::audit {

class ReplayWorld : public core::World {
 public:
  // A step without events: what it asks for is there.
  ReplayWorld() = default;
  // What was not found shows in the end that `row`, which outlives this, came to.
  explicit ReplayWorld(const AuditedRow& row) : row_(&row) {}

  bool ActivityExists(std::string_view name) const override;
  // History does not tell who served a function, and nothing in it depends on that.
  std::string ServedFunction(std::string_view) const override { return ""; }
  bool CarriesOut(const asl::TaskResource& integration) const override;
  std::optional<std::string> RefusalOf(const asl::TaskResource& integration,
                                       Json parameters) const override;
  // Tokens are signed with a secret that the auditor has not: the row's own.
  std::string SignToken(const core::TaskToken& token) const override;

 private:
  bool FailedWith(std::string_view end_of_cause) const;

  const AuditedRow* row_ = nullptr;
};

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_REPLAY_WORLD_H_
