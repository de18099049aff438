// Starts an execution for a task, and tries again until somebody knows what came of it.

#ifndef PAWL_ENGINE_START_UNTIL_KNOWN_H_
#define PAWL_ENGINE_START_UNTIL_KNOWN_H_

#include <functional>
#include <string>

#include "coordinator/base/text.h"
#include "coordinator/engine/engine.h"

namespace pawl::engine {

// As Starter::Start.
using StartFunction = std::function<void(MachineRef machine, std::string name, StartInput input,
                                         ByTask task, store::Callback<Started> done)>;

struct WantedExecution {
  MachineRef machine;
  std::string name;
  StartInput input;
  ByTask task;
};

// What UNAVAILABLE leaves open is tried again, a minute long: the name makes repeats harmless.
void StartUntilKnown(WantedExecution wanted, Scheduler* scheduler, StartFunction start,
                     store::Callback<Started> done);

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_START_UNTIL_KNOWN_H_
