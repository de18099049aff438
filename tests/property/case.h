// The cases of a run, made from its seed: state machines and the inputs of their executions.

#ifndef PAWL_TESTS_PROPERTY_CASE_H_
#define PAWL_TESTS_PROPERTY_CASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/asl/machine.h"
#include "tests/property/core_run.h"

namespace pawl::property {

struct Case {
  int64_t number = 0;
  std::string definition;
  std::shared_ptr<const asl::Machine> machine;
  std::vector<std::string> inputs;

  // Names as property_test.py gives them: machine-N, and execution N-M.
  CoreRun Run(size_t input, Forget forget = Forget::kNothing) const;
};

// Equal for equal arguments. Each execution takes some seconds at the most, undisturbed.
Case MakeCase(uint64_t seed, int64_t number, size_t executions);

}  // namespace pawl::property

#endif  // PAWL_TESTS_PROPERTY_CASE_H_
