#include "coordinator/store/postgres_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/base/ids.h"
#include "coordinator/store/sql_values.h"
#include "coordinator/store/start_rows.h"
#include "coordinator/store/store_job.h"

namespace pawl::store {
namespace {

constexpr Statement kDatabaseTime{"database_time", "select clock_timestamp()"};
constexpr Statement kClusterSecret{"cluster_secret", "select secret from cluster"};
constexpr Statement kFinishDeletions{"finish_deletions", "select finish_deletions()"};
constexpr Statement kNoTimeout{"no_timeout", "select set_config('statement_timeout', '0', true)"};
constexpr Statement kEnsurePartitions{"ensure_partitions", "select ensure_partitions($1, $2)"};
constexpr Statement kDropPartitions{"drop_partitions", "select drop_partitions_before($1)"};
constexpr Statement kNotifyReady{"notify_ready", R"(
  select pg_notify('pawl_ready', $1 || ' ' || activity) from unnest($2::text[]) activity)"};

// How far ahead partitions are made: a node that does its housekeeping at all never runs out of
// them.
constexpr absl::Duration kPartitionsAhead = absl::Hours(24 * 28);

FlushSession::Options FlushSessionOptions(const PostgresStoreOptions& options) {
  return {.database_url = options.database_url,
          .application_name = options.application_name,
          .synchronous_commit = options.synchronous_commit,
          .allow_fsync_off = options.allow_fsync_off};
}

std::unique_ptr<FlushBarrier> MakeBarrier(const PostgresStoreOptions& options,
                                          std::atomic<bool>* healthy) {
  if (!options.flush_barrier) return nullptr;
  return std::make_unique<FlushBarrier>(
      FlushBarrier::Options{.session = FlushSessionOptions(options),
                            .faults = options.barrier_faults,
                            .healthy = healthy,
                            .metrics = options.metrics.get()});
}

Pool::Options LaneOptions(const PostgresStoreOptions& options, metrics::Lane lane, int connections,
                          SynchronousCommit synchronous_commit, FlushBarrier* barrier,
                          std::atomic<bool>* healthy) {
  return {.database_url = options.database_url,
          .application_name = options.application_name,
          .connections = connections,
          .synchronous_commit = synchronous_commit,
          .barrier = barrier,
          .unavailable_after = options.unavailable_after,
          .healthy = healthy,
          .metrics = &options.metrics->lanes[lane]};
}

Pool::Options ClaimOptions(const PostgresStoreOptions& options, FlushBarrier* barrier,
                           std::atomic<bool>* healthy) {
  const bool moves = options.pipelined_connections == 0 || barrier == nullptr;
  return LaneOptions(options, moves ? metrics::Lane::kTransitions : metrics::Lane::kClaims,
                     options.claim_connections,
                     barrier == nullptr ? SynchronousCommit::kOn : SynchronousCommit::kOff, barrier,
                     healthy);
}

std::unique_ptr<PipelinedLane> MakePipelines(const PostgresStoreOptions& options,
                                             FlushBarrier* barrier, std::atomic<bool>* healthy) {
  if (barrier == nullptr || options.pipelined_connections == 0) return nullptr;
  return std::make_unique<PipelinedLane>(PipelinedLane::Options{
      .connection = {.database_url = options.database_url,
                     .application_name = options.application_name,
                     .statements = {&kMove, &kMoveWithHistory, &kMoveWithBranches, &kClose, &kStart,
                                    &kStartChild, &kStartClosed, &kStartClosedChild, &kStartFork,
                                    &kStartClosedFork},
                     .returns_before_commit = options.barrier_faults.returns_before_commit},
      .connections = options.pipelined_connections,
      .unavailable_after = options.unavailable_after,
      .healthy = healthy,
      .barrier = barrier,
      .metrics = &options.metrics->lanes[metrics::Lane::kTransitions]});
}

}  // namespace

PostgresStore::PostgresStore(PostgresStoreOptions options)
    : options_(std::move(options)),
      node_(Uuid::Random().ToString()),
      barrier_(MakeBarrier(options_, &healthy_)),
      claims_(ClaimOptions(options_, barrier_.get(), &healthy_)),
      reads_(LaneOptions(options_, metrics::Lane::kReads, options_.read_connections,
                         SynchronousCommit::kOn, barrier_.get(), &healthy_)),
      pipelines_(MakePipelines(options_, barrier_.get(), &healthy_)) {}

PostgresStore::~PostgresStore() = default;

absl::Status CheckFlushes(const PostgresStoreOptions& options) {
  absl::StatusOr<std::unique_ptr<FlushSession>> session =
      FlushSession::Open(FlushSessionOptions(options));
  return session.ok() ? (*session)->TestFlush() : session.status();
}

FlushEpoch PostgresStore::Epoch() const {
  return barrier_ == nullptr ? FlushEpoch(1) : barrier_->epoch();
}

void PostgresStore::AwaitFlush(FlushEpoch epoch, DoneCallback done) {
  if (barrier_ == nullptr) return done(absl::OkStatus());  // it waited for that by itself
  barrier_->Await(epoch, std::move(done));
}

void PostgresStore::Execute(BoundStatement statement, const char* operation, ExecutionId execution,
                            absl::AnyInvocable<void(absl::StatusOr<int64_t>)> done) {
  pipelines_->Execute({.statement = std::move(statement),
                       .operation = operation,
                       .execution = execution.value(),
                       .done = std::move(done)});
}

void PostgresStore::DatabaseTime(Callback<absl::Time> done) {
  RunJob(
      &reads_, Effect::kRead, "DatabaseTime", "",
      [](Session& session) -> absl::StatusOr<absl::Time> {
        return GetTime(session.Run(kDatabaseTime)[0][0]);
      },
      std::move(done));
}

void PostgresStore::ClusterSecret(Callback<std::string> done) {
  RunJob(
      &reads_, Effect::kRead, "ClusterSecret", "",
      [](Session& session) -> absl::StatusOr<std::string> {
        return GetBytes(session.Run(kClusterSecret)[0][0]);
      },
      std::move(done));
}

void PostgresStore::FinishDeletions(DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "FinishDeletions", "",
      [](Session& session) {
        session.Run(kFinishDeletions);
        return absl::OkStatus();
      },
      std::move(done));
}

void PostgresStore::MaintainPartitions(absl::Time now, absl::Duration retention,
                                       DoneCallback done) {
  RunJob(
      &reads_, Effect::kWrite, "MaintainPartitions", "",
      [now, retention](Session& session) {
        session.Run(kEnsurePartitions, TimeText(now), TimeText(now + kPartitionsAhead));
        // Dropping a large week takes its time; nobody waits for its locks longer than
        // lock_timeout.
        pqxx::work transaction(session.connection());
        session.RunIn(&transaction, kNoTimeout);
        session.answers().AllowAnyTime();
        session.RunIn(&transaction, kDropPartitions, TimeText(now - retention));
        transaction.commit();
        return absl::OkStatus();
      },
      std::move(done));
}

void PostgresStore::NotifyReady(const std::vector<std::string>& activities, DoneCallback done) {
  ArrayParameter names(ArrayParameter::Type::kText);
  for (const std::string& activity : activities) names.Add(std::string_view(activity));
  RunJob(
      &reads_, Effect::kWrite, "NotifyReady", "",
      [this, names = names.Finish()](Session& session) {
        session.Run(kNotifyReady, node_, names);
        return absl::OkStatus();
      },
      std::move(done));
}

void PostgresStore::ListenReady(std::function<void(const std::string& activity)> on_ready) {
  std::lock_guard lock(mu_);
  listener_ = std::make_unique<ReadyListener>(options_.database_url, options_.application_name,
                                              node_, std::move(on_ready));
}

bool PostgresStore::Healthy() const { return healthy_.load(std::memory_order_relaxed); }

}  // namespace pawl::store
