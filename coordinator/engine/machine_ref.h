// A state machine as those who start it name it.

#ifndef PAWL_ENGINE_MACHINE_REF_H_
#define PAWL_ENGINE_MACHINE_REF_H_

#include <string>
#include <utility>

namespace pawl::engine {

struct MachineRef {
  // Implicit: a name alone is the most there is to say, nearly always.
  MachineRef(std::string name, std::string qualifier = "")
      : name(std::move(name)), qualifier(std::move(qualifier)) {}
  MachineRef(const char* name) : name(name) {}

  std::string name;
  // A version's number or an alias's name, as its ARN ends; empty: the current revision.
  std::string qualifier;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_MACHINE_REF_H_
