// What the benchmarks of chains have in common: a chain's executions in a closed loop against the
// limit of the same PostgreSQL in the same run, turn by turn, and a report of what that took.

#ifndef PAWL_TESTS_BENCH_CHAIN_BENCH_H_
#define PAWL_TESTS_BENCH_CHAIN_BENCH_H_

#include <string>

namespace pawl::bench {

struct ChainBench {
  std::string title;
  // The members of each of the ten states, without Next and End: "\"Type\":\"Pass\"".
  std::string state;
  // Served by tests/bench/noop_worker.cc in a process of its own; empty: no worker.
  std::string activity;
};

// Arguments, each with a number: --rounds, --seconds of each turn, --concurrency of the worker;
// --flush-barrier, --pipelined, --claims as store::PostgresStoreOptions has them. Gives the
// program's exit code.
int RunChainBench(const ChainBench& bench, int argc, char** argv);

}  // namespace pawl::bench

#endif  // PAWL_TESTS_BENCH_CHAIN_BENCH_H_
