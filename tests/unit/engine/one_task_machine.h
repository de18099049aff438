// A state machine of one activity task, and its activity "work", as the store has them.

#ifndef PAWL_TESTS_UNIT_ENGINE_ONE_TASK_MACHINE_H_
#define PAWL_TESTS_UNIT_ENGINE_ONE_TASK_MACHINE_H_

#include <gtest/gtest.h>

#include "coordinator/store/store.h"

namespace pawl::engine {

// Puts both into `store`: the machine is "m".
inline void MakeOneTaskMachine(store::Store* store, absl::Time now) {
  store->CreateActivity({"work", now}, [](auto) {});
  store::Machine machine;
  machine.name = machine.current.machine_name = "m";
  machine.type = "STANDARD";
  machine.created_at = machine.current.created_at = now;
  machine.current.id = RevisionId(Uuid::Random());
  machine.current.definition = R"({"StartAt": "T", "States": {"T": {"Type": "Task",
    "Resource": "arn:aws:states:us-east-1:000000000000:activity:work", "End": true}}})";
  store->CreateMachine(machine, [](auto created) { ASSERT_TRUE(created.ok()); });
}

}  // namespace pawl::engine

#endif  // PAWL_TESTS_UNIT_ENGINE_ONE_TASK_MACHINE_H_
