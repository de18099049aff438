#include "coordinator/store/loaded_execution.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/history.h"
#include "coordinator/store/codec.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {

std::shared_ptr<core::ExecutionFacts> ReadStoredFacts(const pqxx::row& row,
                                                      const Account& account) {
  auto facts = std::make_shared<core::ExecutionFacts>();
  facts->id = ExecutionId(GetUuid(row["execution_id"]));
  facts->machine_id = MachineId(GetInt64(row["machine_id"]));
  facts->revision_id = RevisionId(GetUuid(row["revision_id"]));
  facts->machine_name = GetText(row["machine_name"]);
  facts->name = GetText(row["name"]);
  facts->execution_arn = account.ExecutionArn(facts->machine_name, facts->name);
  facts->state_machine_arn = account.StateMachineArn(facts->machine_name);
  facts->role_arn = GetText(row["role_arn"]);
  facts->started_at = GetTime(row["started_at"]);
  return facts;
}

void TakeFromFirstEvent(const core::HistoryEvent& started, core::ExecutionFacts* facts) {
  facts->input = started.payload;
  facts->limits = started.limits;
  facts->fork = started.fork;
}

namespace {

absl::StatusOr<std::shared_ptr<const core::ExecutionFacts>> ReadFacts(const pqxx::row& row,
                                                                      const Account& account) {
  std::shared_ptr<core::ExecutionFacts> facts = ReadStoredFacts(row, account);
  std::vector<core::HistoryEvent> first_events;
  if (absl::Status status = DecodeHistory(GetBytes(row["first_events"]), 1, &first_events);
      !status.ok()) {
    return status;
  }
  if (first_events.empty()) return absl::DataLossError("the first history row has no events");
  TakeFromFirstEvent(first_events.front(), facts.get());
  return facts;
}

uint64_t TakeBigEndian(int bytes, std::string_view* from) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<uint8_t>((*from)[i]);
  from->remove_prefix(bytes);
  return value;
}

// 8 bytes id, 4 bytes length, position; and so on.
absl::Status ReadBranches(std::string_view packed, PayloadLookup payload,
                          core::Execution* execution) {
  while (!packed.empty()) {
    if (packed.size() < 12) return absl::DataLossError("branches are cut short");
    const BranchId id(static_cast<int64_t>(TakeBigEndian(8, &packed)));
    const size_t size = TakeBigEndian(4, &packed);
    if (packed.size() < size) return absl::DataLossError("branches are cut short");
    if (absl::Status status = DecodePosition(packed.substr(0, size), id, payload, execution);
        !status.ok()) {
      return status;
    }
    packed.remove_prefix(size);
  }
  return absl::OkStatus();
}

constexpr Statement kHistoryRowOf{"history_row_of", R"(
  select first_event_id, events from history
   where execution_id = $1 and first_event_id <= $2 order by first_event_id desc limit 1)"};

}  // namespace

absl::StatusOr<Text> PayloadReader::Read(const ExecutionId& execution, int64_t event_id) {
  const std::string id = execution.value().ToString();
  const pqxx::result rows = transaction_ == nullptr
                                ? session_.Run(kHistoryRowOf, id, event_id)
                                : session_.RunIn(transaction_, kHistoryRowOf, id, event_id);
  if (!rows.empty()) {
    std::vector<core::HistoryEvent> events;
    const int64_t first_id = GetInt64(rows[0]["first_event_id"]);
    const absl::Status status = DecodeHistory(GetBytes(rows[0]["events"]), first_id, &events);
    if (!status.ok()) return status;
    const size_t place = static_cast<size_t>(event_id - first_id);
    if (place < events.size()) return events[place].payload;
  }
  return absl::DataLossError(StrCat("execution ", id, " has no event ", event_id));
}

absl::StatusOr<core::Execution> ReadExecution(const pqxx::row& row, const Account& account,
                                              PayloadReader payloads) {
  absl::StatusOr<std::shared_ptr<const core::ExecutionFacts>> facts = ReadFacts(row, account);
  if (!facts.ok()) return facts.status();
  core::Execution execution;
  execution.facts = *std::move(facts);
  execution.fence = Fence(GetInt64(row["fence"]));
  execution.version = GetInt64(row["version"]);
  execution.last_event_id = GetInt64(row["last_event_id"]);
  execution.machine_deleted = row["machine_deleted"].as<bool>();
  const auto payload = [&](int64_t event_id) {
    return payloads.Read(execution.facts->id, event_id);
  };
  absl::Status status = DecodePosition(GetBytes(row["root"]), BranchId(0), payload, &execution);
  if (status.ok()) status = ReadBranches(GetBytes(row["branches"]), payload, &execution);
  if (!status.ok()) return status;
  return execution;
}

absl::StatusOr<std::vector<core::Execution>> ReadExecutions(const pqxx::result& rows,
                                                            const Account& account,
                                                            PayloadReader payloads) {
  std::vector<core::Execution> executions;
  executions.reserve(rows.size());
  for (const pqxx::row& row : rows) {
    absl::StatusOr<core::Execution> execution = ReadExecution(row, account, payloads);
    if (!execution.ok()) return execution.status();
    executions.push_back(*std::move(execution));
  }
  return executions;
}

}  // namespace pawl::store
