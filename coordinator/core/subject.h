// What the templates of a state are about, beside the state's input.

#ifndef PAWL_CORE_SUBJECT_H_
#define PAWL_CORE_SUBJECT_H_

#include <cstdint>
#include <utility>

#include "coordinator/core/payload.h"

namespace pawl::core {

// `$` in JSONPath. In JSONata what `role` says: kInput is the effective input, which is the raw one
// there, `$states.input`; kResult is `$states.result`, kErrorOutput is `$states.errorOutput`.
struct Subject {
  enum class Role : uint8_t { kInput, kResult, kErrorOutput };

  // Implicit: what is said of no role is the input.
  Subject(Payload subject_data, Role subject_role = Role::kInput)  // NOLINT
      : data(std::move(subject_data)), role(subject_role) {}

  Payload data;
  Role role;
};

}  // namespace pawl::core

#endif  // PAWL_CORE_SUBJECT_H_
