// How `pawl doctor` shows what was found: for people, and as JSON for scripts.

#ifndef PAWL_CLI_DOCTOR_VIEW_H_
#define PAWL_CLI_DOCTOR_VIEW_H_

#include <string>
#include <vector>

#include "coordinator/store/diagnosis.h"
#include "coordinator/store/inspect.h"

namespace pawl::cli {

// What executions wait for, and the activities with tasks that wait.
std::string DoctorOverview(const store::DatabaseFacts& facts);

// A line for each finding, and under what is not OK what was expected and what to do; the verdict
// at the end.
std::string DoctorFindings(const std::vector<store::Finding>& findings);

// {"verdict": ..., "findings": [...], "executions": {...}, ...}, on one line. `facts` may lack what
// is read with the schema only.
std::string DoctorJson(const store::DatabaseFacts& facts,
                       const std::vector<store::Finding>& findings);

}  // namespace pawl::cli

#endif  // PAWL_CLI_DOCTOR_VIEW_H_
