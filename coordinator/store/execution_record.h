// What is told of an execution whose position is at hand.

#ifndef PAWL_STORE_EXECUTION_RECORD_H_
#define PAWL_STORE_EXECUTION_RECORD_H_

#include "coordinator/core/execution.h"
#include "coordinator/core/redrive.h"
#include "coordinator/store/store.h"

namespace pawl::store {

// As FindExecution gives it once that position has been committed.
ExecutionRecord RecordOf(const core::Execution& execution);

// What decides whether it can be redriven. Of a record that FindExecution gave.
core::RedriveCandidate CandidateOf(const ExecutionRecord& record);

}  // namespace pawl::store

#endif  // PAWL_STORE_EXECUTION_RECORD_H_
