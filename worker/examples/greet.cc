// A worker in C++: serves the activity `greet`, which makes {"greeting": "Hello, <name>!"} of
// {"name": ...}.
//
//   pawl-example-greet [COORDINATOR...]     host:port, by default 127.0.0.1:8084

#include <cstdlib>
#include <iostream>
#include <string>

#include "coordinator/base/json.h"
#include "coordinator/process/set_up.h"
#include "coordinator/process/stop_signal.h"
#include "worker/worker.h"

namespace {

using pawl::worker::TaskContext;
using pawl::worker::TaskError;
using pawl::worker::TaskResult;

TaskResult Greet(TaskContext& task) {
  pawl::JsonArena arena;
  const absl::StatusOr<pawl::Json> input = pawl::ParseJson(task.input(), &arena);
  const pawl::Json name = input.ok() ? input->Find("name") : pawl::Json();
  if (!name.is_string()) throw TaskError{"NameMissing", "the input has no name: " + task.input()};
  std::string output = R"({"greeting":)";
  pawl::AppendJsonString("Hello, " + std::string(name.as_string()) + "!", &output);
  return output + "}";
}

}  // namespace

int main(int argc, char** argv) {
  pawl::SetUpProcess();
  pawl::worker::Options options;
  if (argc > 1) options.coordinators.assign(argv + 1, argv + argc);
  pawl::worker::Worker worker(options);
  worker.Register("greet", {.concurrency = 4}, Greet);
  pawl::StopSignal stop;
  const absl::Status status = worker.Run(&stop);
  if (!status.ok()) std::cerr << "greet: " << status.message() << "\n";
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}
