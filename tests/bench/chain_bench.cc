#include "tests/bench/chain_bench.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "coordinator/base/strings.h"
#include "tests/bench/bench_cluster.h"
#include "tests/bench/chain_load.h"

namespace pawl::bench {
namespace {

constexpr int kUnderWay = 64;
constexpr int kStates = 10;
// The start, which enters the first state, and one for each state that is left.
constexpr int kTransitions = kStates + 1;

std::string Definition(const ChainBench& bench) {
  std::string states;
  for (int i = 0; i < kStates; ++i) {
    StrAppend(
        &states, i ? "," : "", "\"S", i, "\":{", bench.state,
        i + 1 < kStates ? StrCat(",\"Next\":\"S", i + 1, "\"}") : std::string(",\"End\":true}"));
  }
  return StrCat("{\"StartAt\":\"S0\",\"States\":{", states, "}}");
}

int Argument(int argc, char** argv, const char* name, int otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return std::atoi(argv[i + 1]);
  }
  return otherwise;
}

// The worker, from the folder of this program. It ends with this process.
class WorkerProcess {
 public:
  WorkerProcess(uint16_t port, const std::string& activity, int concurrency) {
    const std::string program =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "noop_worker";
    const std::string coordinator = StrCat("127.0.0.1:", port), slots = StrCat(concurrency);
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(program.c_str(), program.c_str(), coordinator.c_str(), activity.c_str(), slots.c_str(),
          nullptr);
    std::perror(program.c_str());
    _exit(127);
  }
  ~WorkerProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  double CpuSeconds() const { return ProcessCpuSeconds(pid_); }

 private:
  pid_t pid_;
};

// What had been used at some moment, or between two.
struct Usage {
  double coordinator_cpu = 0, server_cpu = 0, worker_cpu = 0;  // seconds
  int64_t commits = 0, flushes = 0, statements = 0;

  void Add(const Usage& from, const Usage& to) {
    coordinator_cpu += to.coordinator_cpu - from.coordinator_cpu;
    server_cpu += to.server_cpu - from.server_cpu;
    worker_cpu += to.worker_cpu - from.worker_cpu;
    commits += to.commits - from.commits;
    flushes += to.flushes - from.flushes;
    statements += to.statements - from.statements;
  }
};

constexpr char kStatements[] =
    "from pg_stat_statements where query !~ 'pg_stat' and dbid = "
    "(select oid from pg_database where datname = current_database())";

class Runner {
 public:
  Runner(const ChainBench& bench, int argc, char** argv)
      : bench_(bench),
        rounds_(Argument(argc, argv, "--rounds", 3)),
        seconds_(Argument(argc, argv, "--seconds", 8)),
        concurrency_(Argument(argc, argv, "--concurrency", kUnderWay)) {
    store_.database_url = cluster_.url();
    store_.flush_barrier = Argument(argc, argv, "--flush-barrier", 1) != 0;
    store_.pipelined_connections =
        Argument(argc, argv, "--pipelined", store_.pipelined_connections);
    store_.claim_connections = Argument(argc, argv, "--claims", store_.claim_connections);
    load_ = std::make_unique<ChainLoad>(store_, ChainLoad::Options{.definition = Definition(bench),
                                                                   .activity = bench.activity,
                                                                   .under_way = kUnderWay});
    if (!bench.activity.empty()) {
      worker_ = std::make_unique<WorkerProcess>(load_->grpc_port(), bench.activity, concurrency_);
    }
  }

  void Run() {
    load_->Run(1);  // statements are prepared, caches are warm
    std::printf("%s, %d under way, %d pipelined connections%s; limit: pgbench, %d clients\n",
                bench_.title.c_str(), kUnderWay, store_.pipelined_connections,
                store_.flush_barrier ? "" : ", without a barrier", kUnderWay);
    std::printf("round  limit/s  transitions/s  ratio\n");
    for (int round = 1; round <= rounds_; ++round) {
      const double limit = cluster_.MeasureLimit(kUnderWay, seconds_);
      const double rate = MeasureLoad();
      ratios_.push_back(rate / limit);
      std::printf("%5d %8.0f %14.0f %6.2f\n", round, limit, rate, ratios_.back());
      std::fflush(stdout);
    }
    Print();
  }

 private:
  double MeasureLoad() {
    MakeSessionsReport();
    const Usage before = Now();
    cluster_.Count("select pg_stat_statements_reset()");
    ChainLoad::Result result = load_->Run(seconds_);
    Usage after = Now();
    if (ratios_.size() + 1 == static_cast<size_t>(rounds_)) statements_ = TopStatements(result);
    MakeSessionsReport();
    // The counts of the statistics come late, the rest is exact at once.
    const Usage reported = Now();
    after.commits = reported.commits;
    after.flushes = reported.flushes;
    Usage from = before;
    from.statements = 0;
    used_.Add(from, after);
    latencies_.insert(latencies_.end(), result.latencies.begin(), result.latencies.end());
    return static_cast<double>(result.latencies.size()) * kTransitions / result.seconds;
  }

  // A session reports its counts with the first statement that comes a second after its last
  // report: so all are given something to do, which is too little to matter.
  void MakeSessionsReport() {
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    load_->Run(0);
  }

  Usage Now() {
    Usage usage;
    usage.coordinator_cpu = ProcessCpuSeconds(getpid());
    usage.server_cpu = cluster_.ServerCpuSeconds();
    usage.worker_cpu = worker_ ? worker_->CpuSeconds() : 0;
    usage.statements = cluster_.Count(StrCat("select coalesce(sum(calls), 0) ", kStatements));
    usage.commits = cluster_.Count(
        "select xact_commit from pg_stat_database where datname = current_database()");
    usage.flushes = cluster_.Count("select wal_sync from pg_stat_wal");
    return usage;
  }

  std::string TopStatements(const ChainLoad::Result& result) {
    const size_t transitions = result.latencies.size() * kTransitions;
    return cluster_.Query(StrCat("select to_char(calls / ", transitions,
                                 "::float, '99990.0000') || "
                                 "to_char(total_exec_time / calls, '99990.000') || ' ms  ' || "
                                 "left(regexp_replace(query, '\\s+', ' ', 'g'), 76) ",
                                 kStatements, " order by calls desc limit 8"));
  }

  void Print() {
    const double transitions = static_cast<double>(latencies_.size()) * kTransitions;
    std::printf(
        "per transition: %.3f round trips (pg_stat_statements), %.3f commits (xact_commit), %.4f "
        "flushes of the write-ahead log (wal_sync)\n",
        used_.statements / transitions, used_.commits / transitions, used_.flushes / transitions);
    std::printf("statements of the last round: calls per transition, time of each\n%s",
                statements_.c_str());
    const double thousands = static_cast<double>(latencies_.size()) * kStates / 1000;
    std::printf("CPU seconds per 1000 steps: coordinator %.3f, PostgreSQL %.3f",
                used_.coordinator_cpu / thousands, used_.server_cpu / thousands);
    if (worker_) std::printf(", worker %.3f", used_.worker_cpu / thousands);
    std::sort(latencies_.begin(), latencies_.end());
    const double p50 = absl::ToDoubleMilliseconds(latencies_[latencies_.size() / 2]);
    const double p99 = absl::ToDoubleMilliseconds(latencies_[latencies_.size() * 99 / 100]);
    std::printf("\nms per execution of %d steps: p50 %.1f, p99 %.1f; per step: p50 %.2f\n", kStates,
                p50, p99, p50 / kStates);
    std::sort(ratios_.begin(), ratios_.end());
    std::printf("median ratio: %.2f\n", ratios_[ratios_.size() / 2]);
  }

  const ChainBench& bench_;
  const int rounds_, seconds_, concurrency_;
  BenchCluster cluster_;
  store::PostgresStoreOptions store_;
  std::unique_ptr<ChainLoad> load_;
  std::unique_ptr<WorkerProcess> worker_;
  Usage used_;
  std::vector<double> ratios_;
  std::vector<absl::Duration> latencies_;
  std::string statements_;
};

}  // namespace

int RunChainBench(const ChainBench& bench, int argc, char** argv) {
  Runner(bench, argc, argv).Run();
  return 0;
}

}  // namespace pawl::bench
