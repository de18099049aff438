// Starting, moving, loading and claiming executions, and handing their tasks out.

#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/store/hand_out_plan.h"
#include "coordinator/store/loaded_execution.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/start_rows.h"
#include "coordinator/store/step_rows.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {
namespace {

constexpr Statement kFindName{"find_name", R"(
  select execution_id from execution_name where machine_name = $1 and name = $2)"};

const std::string kLoadSql =
    StrCat("select ", kLoadedColumns, " from load_executions(array[$1::uuid]) l");
const Statement kLoad{"load", kLoadSql.c_str()};

const std::string kClaimSql =
    StrCat("select ", kLoadedColumns, " from load_executions(claim_due($1, $2, $3)) l");
const Statement kClaim{"claim", kClaimSql.c_str()};

const std::string kLockReadySql =
    StrCat("select ", kLoadedColumns, " from load_executions(lock_ready($1, $2)) l");
const Statement kLockReady{"lock_ready", kLockReadySql.c_str()};

constexpr Statement kNextClaimable{"next_claimable", R"(
  select claimable_at from execution
   where claimable_at > $1 and claimable_at < 'infinity' order by claimable_at limit 1)"};

StartResult WhyNotStarted(Session* session, const StartRows& rows) {
  const pqxx::result taken = session->Run(kFindName, rows.machine_name, rows.name);
  if (taken.empty()) return {.kind = StartResult::Kind::kMachineChanged};
  return {.kind = StartResult::Kind::kNameTaken, .existing = ExecutionId(GetUuid(taken[0][0]))};
}

absl::Status MovedOn(ExecutionId id) {
  return absl::AbortedError(
      StrCat("CommitTransition(execution ", id.value().ToString(), "): it has moved on"));
}

const auto kBind = [](const Statement& statement, const auto&... parameters) {
  return BoundStatement(statement, parameters...);
};

}  // namespace

void PostgresStore::StartExecution(const StartRequest& request, Callback<StartResult> done) {
  auto rows = std::make_shared<const StartRows>(request);
  auto why_not = [this, rows](Callback<StartResult> done) {
    RunJob(
        &reads_, Effect::kRead, "StartExecution", rows->hot.execution_id,
        [rows](Session& session) -> absl::StatusOr<StartResult> {
          return WhyNotStarted(&session, *rows);
        },
        std::move(done));
  };
  auto written = [why_not = std::move(why_not),
                  done = std::move(done)](absl::StatusOr<int64_t> affected) mutable {
    if (!affected.ok()) return done(affected.status());
    if (*affected == 1) return done(StartResult{});
    why_not(std::move(done));
  };
  if (pipelines_ != nullptr) {
    return Execute(WithStartStatement(*rows, kBind), "StartExecution", request.execution.facts->id,
                   std::move(written));
  }
  RunJob(
      &claims_, Effect::kWrite, "StartExecution", StrCat("execution ", rows->hot.execution_id),
      [rows](Session& session) -> absl::StatusOr<int64_t> {
        return WithStartStatement(*rows, [&](const Statement& statement, const auto&... values) {
          return static_cast<int64_t>(session.Run(statement, values...).affected_rows());
        });
      },
      std::move(written));
}

void PostgresStore::CommitTransition(const CommitRequest& request, DoneCallback done) {
  StepRows rows(request.execution, request.transition, request.expected_fence,
                request.claimable_at);
  const ExecutionId id = request.execution.facts->id;
  auto written = [id, done = std::move(done)](absl::StatusOr<int64_t> affected) mutable {
    if (!affected.ok()) return done(affected.status());
    done(*affected == 1 ? absl::OkStatus() : MovedOn(id));
  };
  if (pipelines_ != nullptr) {
    return Execute(WithStepStatement(rows, kBind), "CommitTransition", id, std::move(written));
  }
  std::string subject = StrCat("execution ", rows.hot.execution_id);
  RunJob(
      &claims_, Effect::kWrite, "CommitTransition", std::move(subject),
      [rows = std::move(rows)](Session& session) -> absl::StatusOr<int64_t> {
        pqxx::nontransaction transaction(session.connection());
        return WriteStep(&session, &transaction, rows) ? 1 : 0;
      },
      std::move(written));
}

void PostgresStore::LoadExecution(ExecutionId id, Callback<core::Execution> done) {
  RunJob(
      &claims_, Effect::kRead, "LoadExecution", id.value().ToString(),
      [this, id](Session& session) -> absl::StatusOr<core::Execution> {
        const pqxx::result rows = session.Run(kLoad, id.value().ToString());
        if (!rows.empty()) return ReadExecution(rows[0], options_.account, {&session, nullptr});
        return absl::NotFoundError(StrCat("execution ", id.value().ToString(), " is not open"));
      },
      std::move(done));
}

void PostgresStore::ClaimDue(absl::Time now, absl::Time until, int64_t limit,
                             Callback<std::vector<core::Execution>> done) {
  RunJob(
      &claims_, Effect::kWrite, "ClaimDue", StrCat("limit ", limit),
      [this, now, until, limit](Session& session) {
        return ReadExecutions(session.Run(kClaim, TimeText(now), TimeText(until), limit),
                              options_.account, {&session, nullptr});
      },
      std::move(done));
}

void PostgresStore::NextClaimableAt(absl::Time now, Callback<absl::Time> done) {
  RunJob(
      &reads_, Effect::kRead, "NextClaimableAt", "",
      [now](Session& session) -> absl::StatusOr<absl::Time> {
        const pqxx::result rows = session.Run(kNextClaimable, TimeText(now));
        return rows.empty() ? absl::InfiniteFuture() : GetTime(rows[0][0]);
      },
      std::move(done));
}

namespace {

absl::StatusOr<std::vector<HandedOut>> HandOutOn(Session* session, const Account& account,
                                                 const std::string& activity, int64_t limit,
                                                 const Store::Decide& decide) {
  pqxx::work transaction(session->connection());
  std::vector<HandOutEntry> entries;
  for (const pqxx::row& row : session->RunIn(&transaction, kLockReady, activity, limit)) {
    absl::StatusOr<core::Execution> execution =
        ReadExecution(row, account, {session, &transaction});
    if (!execution.ok()) return execution.status();
    const Fence fence = execution->fence;
    entries.push_back({*std::move(execution), GetTime(row["claimable_at"]), fence});
  }
  DecideHandOut(activity, limit, decide, &entries);
  std::vector<HandedOut> handed_out;
  for (const HandOutEntry& entry : entries) {
    if (!entry.transition) continue;
    const StepRows rows(entry.execution, *entry.transition, entry.read_fence,
                        ClaimableAfterHandOut(entry));
    if (!WriteStep(session, &transaction, rows)) {
      return absl::InternalError(
          StrCat("HandOut(execution ", rows.hot.execution_id, "): moved on although it is locked"));
    }
    for (BranchId branch : entry.branches) handed_out.push_back({entry.execution, branch});
  }
  transaction.commit();
  return handed_out;
}

}  // namespace

void PostgresStore::HandOut(std::string_view activity, int64_t limit, Decide decide,
                            Callback<std::vector<HandedOut>> done) {
  RunJob(
      &claims_, Effect::kWrite, "HandOut", StrCat("activity ", activity),
      [this, activity = std::string(activity), limit,
       decide = std::move(decide)](Session& session) {
        return HandOutOn(&session, options_.account, activity, limit, decide);
      },
      std::move(done));
}

}  // namespace pawl::store
