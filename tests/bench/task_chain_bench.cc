// task_chain_bench: sequences of ten activity tasks, done by a worker in a process of its own.
// Arguments as tests/bench/chain_bench.h says.

#include "coordinator/process/set_up.h"
#include "tests/bench/chain_bench.h"

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  return pawl::bench::RunChainBench(
      {.title = "sequences of ten tasks",
       .state = R"("Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:noop")",
       .activity = "noop"},
      argc, argv);
}
