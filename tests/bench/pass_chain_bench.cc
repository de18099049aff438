// pass_chain_bench [--rounds N] [--seconds N] [--connections N]: chains of ten Pass states, 64
// under way, against the limit of the same PostgreSQL in the same run, turn by turn. Prints a table
// and the median ratio.

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <iostream>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "coordinator/base/strings.h"
#include "coordinator/engine/engine.h"
#include "coordinator/node/asio_scheduler.h"
#include "coordinator/node/clock_keeper.h"
#include "coordinator/process/set_up.h"
#include "coordinator/store/postgres_store.h"
#include "tests/bench/bench_cluster.h"

namespace pawl::bench {
namespace {

constexpr int kUnderWay = 64;
constexpr int kStates = 10;
// The start, which enters the first state, and one for each state that is left.
constexpr int kTransitions = kStates + 1;
// About 100 bytes, so that a history row with its two events is about as large as the limit's 300.
constexpr char kInput[] =
    R"({"order": "0123456789abcdef", "customer": "a customer of ours", "amount": 12.5, "lines": [1, 2, 3]})";

std::string ChainDefinition() {
  std::string states;
  for (int i = 0; i < kStates; ++i) {
    StrAppend(
        &states, i ? "," : "", "\"S", i, "\":{\"Type\":\"Pass\",",
        i + 1 < kStates ? StrCat("\"Next\":\"S", i + 1, "\"}") : std::string("\"End\":true}"));
  }
  return StrCat("{\"StartAt\":\"S0\",\"States\":{", states, "}}");
}

// A closed loop: each execution that ends starts the next one.
class Load {
 public:
  Load(const std::string& url, bool flush_barrier, int pipelined, int claims)
      : store_({.database_url = url,
                .account = {},
                .flush_barrier = flush_barrier,
                .pipelined_connections = pipelined,
                .claim_connections = claims}),
        scheduler_(1),
        clock_keeper_(&clock_, &store_, &scheduler_) {
    if (const absl::Status status = clock_keeper_.SampleOnce(); !status.ok()) {
      std::cerr << status << "\n";
      std::exit(2);
    }
    clock_keeper_.Run();
    engine::Options options;
    options.closed = [this](ExecutionId, core::Status) { Ended(); };
    engine_ = std::make_unique<engine::Engine>(options, &store_, &clock_, &scheduler_);
    absl::Notification ready;
    engine_->Run([&](absl::Status) { ready.Notify(); });
    ready.WaitForNotification();
    Deploy();
  }

  ~Load() {
    absl::Notification drained;
    engine_->Drain([&] { drained.Notify(); });
    drained.WaitForNotification();
    scheduler_.Stop();
  }

  // Executions that ended within about `seconds`, and how long it took exactly.
  std::pair<int64_t, double> Run(int seconds) {
    ended_ = 0;
    stopping_ = false;
    const absl::Duration begun = DatabaseClock::SteadyNow();
    {
      absl::MutexLock lock(&mu_);
      under_way_ = kUnderWay;
    }
    for (int i = 0; i < kUnderWay; ++i) Start();
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    stopping_ = true;
    absl::MutexLock lock(&mu_);
    mu_.Await(absl::Condition(
        +[](int* left) { return *left == 0; }, &under_way_));
    return {ended_.load(), absl::ToDoubleSeconds(DatabaseClock::SteadyNow() - begun)};
  }

 private:
  void Deploy() {
    store::Machine machine;
    machine.name = machine.current.machine_name = "chain";
    machine.type = "STANDARD";
    machine.current.id = RevisionId(Uuid::Random());
    machine.current.definition = ChainDefinition();
    machine.current.role_arn = "arn:aws:iam::000000000000:role/bench";
    machine.created_at = machine.current.created_at = clock_.Now();
    absl::Notification created;
    store_.CreateMachine(machine, [&](absl::StatusOr<store::Machine>) { created.Notify(); });
    created.WaitForNotification();
  }

  void Start() {
    engine_->StartExecution("chain", Uuid::Random().ToString(), Text(kInput),
                            [this](absl::StatusOr<engine::Started> started) {
                              if (started.ok()) return;
                              std::cerr << started.status() << "\n";
                              std::exit(2);
                            });
  }

  void Ended() {
    ++ended_;
    if (!stopping_) return Start();
    absl::MutexLock lock(&mu_);
    --under_way_;
  }

  DatabaseClock clock_;
  store::PostgresStore store_;
  node::AsioScheduler scheduler_;
  node::ClockKeeper clock_keeper_;
  std::unique_ptr<engine::Engine> engine_;
  std::atomic<int64_t> ended_{0};
  std::atomic<bool> stopping_{false};
  absl::Mutex mu_;
  int under_way_ = 0;
};

double OwnCpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int64_t Argument(int argc, char** argv, const char* name, int64_t otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return std::atoll(argv[i + 1]);
  }
  return otherwise;
}

void PrintCounts(BenchCluster& cluster, int64_t executions, int64_t commits) {
  const auto calls = [&](const char* pattern) {
    return cluster.Count(StrCat(
        "select coalesce(sum(calls), 0) from pg_stat_statements where query like '", pattern, "'"));
  };
  const int64_t steps = calls("%update execution%insert into history%") +
                        calls("%delete from execution%insert into closed_execution%") +
                        calls("%insert into execution_name%");
  std::cout << "per execution of " << kTransitions << " transitions (its start and " << kStates
            << " states left): " << static_cast<double>(commits) / executions
            << " commits (xact_commit; the claims and the clock of the node included), "
            << static_cast<double>(steps) / executions << " round trips (pg_stat_statements)\n";
}

int Main(int argc, char** argv) {
  const int rounds = static_cast<int>(Argument(argc, argv, "--rounds", 3));
  const int seconds = static_cast<int>(Argument(argc, argv, "--seconds", 8));
  // Without pipelined connections, transitions run on the claim connections, one each at a time.
  const bool flush_barrier = Argument(argc, argv, "--flush-barrier", 1) != 0;
  const int pipelined = static_cast<int>(Argument(argc, argv, "--pipelined", 4));
  const int claims = static_cast<int>(Argument(argc, argv, "--claims", 3));
  BenchCluster cluster;
  Load load(cluster.url(), flush_barrier, pipelined, claims);
  load.Run(1);  // statements are prepared, caches are warm
  std::vector<double> ratios;
  int64_t executions = 0, commits = 0;
  cluster.Count("select pg_stat_statements_reset()");
  double own_cpu = 0, server_cpu = 0;
  std::cout << "ten-Pass chains, " << kUnderWay << " under way, " << pipelined
            << " pipelined connections; limit: pgbench, " << kUnderWay
            << " clients\nround  limit/s  transitions/s  ratio\n";
  for (int round = 1; round <= rounds; ++round) {
    const double limit = cluster.MeasureLimit(kUnderWay, seconds);
    const int64_t before = cluster.Count(
        "select xact_commit from pg_stat_database where datname = current_database()");
    const double own_before = OwnCpuSeconds(), server_before = cluster.ServerCpuSeconds();
    const auto [ended, took] = load.Run(seconds);
    own_cpu += OwnCpuSeconds() - own_before;
    server_cpu += cluster.ServerCpuSeconds() - server_before;
    std::this_thread::sleep_for(
        std::chrono::milliseconds(1500));  // sessions report their counts once a second
    commits += cluster.Count(
                   "select xact_commit from pg_stat_database where datname = current_database()") -
               before;
    executions += ended;
    const double rate = static_cast<double>(ended) * kTransitions / took;
    ratios.push_back(rate / limit);
    std::printf("%5d %8.0f %14.0f %6.2f\n", round, limit, rate, ratios.back());
    std::fflush(stdout);
  }
  PrintCounts(cluster, executions, commits);
  const double per_thousand = 1000.0 / (static_cast<double>(executions) * kTransitions);
  std::printf("CPU seconds per 1000 transitions: coordinator %.3f, PostgreSQL %.3f\n",
              own_cpu * per_thousand, server_cpu * per_thousand);
  std::sort(ratios.begin(), ratios.end());
  std::printf("median ratio: %.2f\n", ratios[ratios.size() / 2]);
  return 0;
}

}  // namespace
}  // namespace pawl::bench

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  return pawl::bench::Main(argc, argv);
}
