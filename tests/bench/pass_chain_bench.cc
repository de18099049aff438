// pass_chain_bench: chains of ten Pass states. Arguments as tests/bench/chain_bench.h says.

#include "coordinator/process/set_up.h"
#include "tests/bench/chain_bench.h"

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  return pawl::bench::RunChainBench({.title = "ten-Pass chains", .state = R"("Type":"Pass")"}, argc,
                                    argv);
}
