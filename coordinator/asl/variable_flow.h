// Which variables a state may read before anything has assigned them (reference/api.md 8.1,
// POSSIBLY_UNDEFINED_VARIABLE).

#ifndef PAWL_ASL_VARIABLE_FLOW_H_
#define PAWL_ASL_VARIABLE_FLOW_H_

#include "coordinator/asl/findings.h"

namespace pawl::asl {

// Warns of each field that reads a variable which not every way to its state has assigned.
// `definition` has no errors.
void WarnAboutUndefinedVariables(const Place& definition, Findings* findings);

}  // namespace pawl::asl

#endif  // PAWL_ASL_VARIABLE_FLOW_H_
