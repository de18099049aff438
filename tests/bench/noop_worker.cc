// noop_worker COORDINATOR ACTIVITY CONCURRENCY: a worker that does nothing, in a process of its
// own.

#include <cstdlib>
#include <iostream>

#include "coordinator/process/set_up.h"
#include "coordinator/process/stop_signal.h"
#include "worker/worker.h"

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  if (argc != 4) {
    std::cerr << "usage: noop_worker COORDINATOR[,COORDINATOR...] ACTIVITY CONCURRENCY\n";
    return 2;
  }
  pawl::worker::Worker worker({.coordinators = {argv[1]}, .name = "noop"});
  worker.Register(argv[2], {.concurrency = std::atoi(argv[3])},
                  [](pawl::worker::TaskContext&) { return pawl::worker::TaskResult("{}"); });
  pawl::StopSignal stop;
  const absl::Status status = worker.Run(&stop);
  if (!status.ok()) std::cerr << "noop_worker: " << status << "\n";
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}
