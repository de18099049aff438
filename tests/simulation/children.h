// Whether executions that were started by others, and those that started them, know the same of
// each other.

#ifndef PAWL_TESTS_SIMULATION_CHILDREN_H_
#define PAWL_TESTS_SIMULATION_CHILDREN_H_

#include <string>
#include <vector>

#include "coordinator/audit/audited_execution.h"
#include "coordinator/store/memory_store.h"
#include "tests/simulation/client.h"

namespace pawl::simulation {

// What is wrong, in sentences; of a world that has come to rest. `all` is what is stored; what none
// of the clients asked for by name is a child, and tells by the "id" of its input, which it has got
// from its parent, in whose name it runs.
//
//   A child that a task was told of is there, and it is there once for each attempt at the most.
//   It ends as its machine says, or, where it was waited for and is so no more, by being stopped.
//   What a task was told of its end is how it has ended.
std::vector<std::string> CheckChildren(const std::vector<audit::AuditedExecution>& all,
                                       const std::vector<WantedExecution>& wanted);

// The waits for open children of parents all of which have ended. Somebody is to stop those.
std::vector<store::ChildWait> Orphans(store::MemoryStore* tables);
// Those of `before` that nobody has stopped.
std::vector<std::string> CheckStopped(store::MemoryStore* tables,
                                      const std::vector<store::ChildWait>& before);
// All executions have ended: whoever waited for one has been told.
std::vector<std::string> CheckTold(store::MemoryStore* tables);

}  // namespace pawl::simulation

#endif  // PAWL_TESTS_SIMULATION_CHILDREN_H_
