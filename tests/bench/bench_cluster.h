// What a benchmark runs on: a private PostgreSQL that flushes to disk as in production, and the
// limit of that server measured by pgbench in the same run.

#ifndef PAWL_TESTS_BENCH_BENCH_CLUSTER_H_
#define PAWL_TESTS_BENCH_BENCH_CLUSTER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "coordinator/store/private_cluster.h"

namespace pawl::bench {

// Ends the program with what is wrong.
void Require(const absl::Status& status);

// Processor time that a process which runs has used so far, in seconds.
double ProcessCpuSeconds(int64_t pid);

class BenchCluster {
 public:
  // Ends the program when the cluster cannot be started.
  BenchCluster();
  ~BenchCluster();

  const std::string& url() const { return cluster_->url(); }

  // Transitions per second of pgbench: `clients` clients, each in a loop the one prepared statement
  // that a transition is at the least: a fenced update of a hot row by key and the insert of one
  // history row of 300 bytes, committed synchronously.
  double MeasureLimit(int clients, int seconds);

  // Processor time that the server's processes have used so far, in seconds.
  double ServerCpuSeconds() const;

  // A single number from the database, or all lines.
  int64_t Count(const std::string& sql);
  std::string Query(const std::string& sql);

 private:
  std::string Run(const std::string& command);
  std::string LimitUrl() const;

  std::string folder_;
  std::unique_ptr<store::PrivateCluster> cluster_;
};

}  // namespace pawl::bench

#endif  // PAWL_TESTS_BENCH_BENCH_CLUSTER_H_
