#include "tests/bench/bench_cluster.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "coordinator/base/strings.h"
#include "coordinator/store/migrate.h"

namespace pawl::bench {
namespace {

constexpr char kLimitSchema[] = R"(
  create schema lim;
  create table lim.execution (id bigint primary key, fence bigint not null, version int not null,
    wake_at timestamptz, updated_at timestamptz not null, data bytea not null) with (fillfactor = 70);
  insert into lim.execution select g, 0, 0, null, now(), decode(repeat('ab', 200), 'hex')
    from generate_series(0, 19999) g;
  create table lim.history (execution_id bigint not null, seq int not null, at timestamptz not null,
    data bytea not null, primary key (execution_id, seq));
  analyze lim.execution;)";

constexpr char kLimitScript[] = R"(\set id random(0, 19999)
\set fence random(1, 1000000000)
with moved as (update lim.execution set fence = :fence, version = version + 1, updated_at = clock_timestamp() where id = :id and fence >= 0 returning id, version) insert into lim.history select id, version, clock_timestamp(), decode(repeat('cd', 300), 'hex') from moved;
)";

struct ProcessTimes {
  int64_t parent = 0;
  int64_t own = 0;   // clock ticks
  int64_t gone = 0;  // of children that have ended
};

ProcessTimes TimesOf(int64_t pid) {
  std::ifstream stat(StrCat("/proc/", pid, "/stat"));
  std::string line;
  ProcessTimes times;
  if (!std::getline(stat, line)) return times;
  // "PID (NAME) STATE PPID ...": NAME may hold blanks; utime and stime are the 14th and 15th, those
  // of children that have ended the 16th and 17th.
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string state;
  int64_t skipped = 0, own_system = 0, gone_system = 0;
  fields >> state >> times.parent;
  for (int i = 5; i <= 13; ++i) fields >> skipped;
  fields >> times.own >> own_system >> times.gone >> gone_system;
  times.own += own_system;
  times.gone += gone_system;
  return times;
}

double Seconds(int64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(2);
}

double ProcessCpuSeconds(int64_t pid) { return Seconds(TimesOf(pid).own); }

BenchCluster::BenchCluster() {
  folder_ = (std::filesystem::temp_directory_path() / "pawl-bench-XXXXXX").string();
  if (mkdtemp(folder_.data()) == nullptr) std::exit(2);
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
  store::PrivateCluster::Options options;
  options.settings = {{"shared_preload_libraries", "pg_stat_statements"},
                      {"shared_buffers", "512MB"},
                      {"max_wal_size", "4GB"},
                      {"max_connections", "200"}};
  auto cluster = store::PrivateCluster::Start(folder_ + "/data", options);
  Require(cluster.status());
  cluster_ = std::move(*cluster);
  Require(store::Migrate(url()));
  std::ofstream(folder_ + "/schema.sql") << kLimitSchema;
  std::ofstream(folder_ + "/limit.sql") << kLimitScript;
  // A database of its own, so that the commits of the two are counted apart.
  Run(StrCat("psql -X -q -d '", url(),
             "' -c 'create database lim' -c 'create extension pg_stat_statements'"));
  Run(StrCat("psql -X -q -v ON_ERROR_STOP=1 -d '", LimitUrl(), "' -f ", folder_, "/schema.sql"));
}

std::string BenchCluster::LimitUrl() const { return cluster_->UrlOf("lim"); }

BenchCluster::~BenchCluster() {
  cluster_.reset();
  std::filesystem::remove_all(folder_);
}

std::string BenchCluster::Run(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (size_t got = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, got);
  if (pclose(pipe) != 0) {
    std::cerr << "failed: " << command << "\n";
    std::exit(2);
  }
  return output;
}

double BenchCluster::MeasureLimit(int clients, int seconds) {
  Run(StrCat("psql -X -q -d '", LimitUrl(),
             "' -c 'truncate lim.history' -c 'vacuum lim.execution' -c checkpoint"));
  // pgbench wants its arguments one by one; a URL as the database name does.
  const std::string output =
      Run(StrCat("pgbench -n -M prepared -c ", clients, " -j 2 -T ", seconds, " -f ", folder_,
                 "/limit.sql '", LimitUrl(), "' 2>/dev/null"));
  const size_t at = output.find("tps = ");
  if (at == std::string::npos) {
    std::cerr << "pgbench said: " << output << "\n";
    std::exit(2);
  }
  return std::atof(output.c_str() + at + 6);
}

double BenchCluster::ServerCpuSeconds() const {
  int64_t postmaster = 0;
  std::ifstream(folder_ + "/data/postmaster.pid") >> postmaster;
  ProcessTimes times = TimesOf(postmaster);
  int64_t ticks = times.own + times.gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    times = TimesOf(std::atoll(entry.path().filename().c_str()));
    if (times.parent == postmaster) ticks += times.own;
  }
  return Seconds(ticks);
}

int64_t BenchCluster::Count(const std::string& sql) { return std::atoll(Query(sql).c_str()); }

std::string BenchCluster::Query(const std::string& sql) {
  return Run(StrCat("psql -X -q -A -t -d '", url(), "' -c \"", sql, "\""));
}

}  // namespace pawl::bench
