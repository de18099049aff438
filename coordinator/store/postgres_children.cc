// Tasks that wait for the end of an execution.

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/held_read.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"

namespace pawl::store {
namespace {

constexpr Statement kAwaitChild{"await_child", "select await_child($1, $2, $3, $4, $5)"};

constexpr Statement kEndedWaits{"ended_waits", R"(
  select w.child_id, w.parent_id, w.branch_id, w.nonce, w.parsed, c.machine_name, c.name
    from child_wait w join closed_execution c on c.execution_id = w.child_id
   where w.ended
   order by w.child_id limit $1)"};

constexpr Statement kOrphanedWaits{"orphaned_waits", R"(
  select w.child_id, w.parent_id, w.branch_id, w.nonce, w.parsed, e.machine_name, e.name
    from child_wait w join execution e on e.execution_id = w.child_id
   where not w.ended
     and not exists (select from child_wait o join execution p on p.execution_id = o.parent_id
                      where o.child_id = w.child_id)
   order by w.child_id limit $1)"};

constexpr Statement kForgetWait{"forget_wait", R"(
  delete from child_wait
   where child_id = $1 and parent_id = $2 and branch_id = $3 and nonce = $4)"};

std::vector<WaitedFor> ReadWaits(const pqxx::result& rows) {
  std::vector<WaitedFor> waits;
  for (const pqxx::row& row : rows) {
    WaitedFor& waited = waits.emplace_back();
    waited.wait = {ExecutionId(GetUuid(row["child_id"])), ExecutionId(GetUuid(row["parent_id"])),
                   BranchId(GetInt64(row["branch_id"])), GetInt64(row["nonce"]),
                   row["parsed"].as<bool>()};
    waited.machine_name = GetText(row["machine_name"]);
    waited.name = GetText(row["name"]);
  }
  return waits;
}

}  // namespace

void PostgresStore::AwaitChild(const ChildWait& wait, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "AwaitChild", wait.child.value().ToString(),
      [wait](Session& session) -> absl::Status {
        const pqxx::result rows =
            session.Run(kAwaitChild, wait.child.value().ToString(), wait.parent.value().ToString(),
                        wait.branch.value(), wait.nonce, wait.parsed);
        if (rows[0][0].as<bool>()) return absl::OkStatus();
        return absl::NotFoundError(StrCat("there is no execution ", wait.child.value().ToString()));
      },
      std::move(done));
}

void PostgresStore::EndedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) {
  RunHeldRead(
      "EndedWaits", "",
      [limit](Session& session) -> absl::StatusOr<std::vector<WaitedFor>> {
        return ReadWaits(session.Run(kEndedWaits, limit));
      },
      std::move(done));
}

void PostgresStore::OrphanedWaits(int64_t limit, Callback<std::vector<WaitedFor>> done) {
  RunHeldRead(
      "OrphanedWaits", "",
      [limit](Session& session) -> absl::StatusOr<std::vector<WaitedFor>> {
        return ReadWaits(session.Run(kOrphanedWaits, limit));
      },
      std::move(done));
}

void PostgresStore::ForgetWait(const ChildWait& wait, DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "ForgetWait", wait.child.value().ToString(),
      [wait](Session& session) -> absl::Status {
        session.Run(kForgetWait, wait.child.value().ToString(), wait.parent.value().ToString(),
                    wait.branch.value(), wait.nonce);
        return absl::OkStatus();
      },
      std::move(done));
}

}  // namespace pawl::store
