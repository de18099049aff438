// What random functions of a definition have given, taken over from the events that recorded it.

#ifndef PAWL_AUDIT_REPLAY_RANDOM_H_
#define PAWL_AUDIT_REPLAY_RANDOM_H_

#include <vector>

#include "coordinator/asl/machine.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"

namespace pawl::audit {

// `execution` is where the step led that gave `replayed`, and `recorded` differs from that in
// payloads, errors or causes alone: puts what is recorded into the position. False, and the
// position is of no use, when the events differ in anything else, or when the position holds more
// that may follow from the difference than events tell: variables, a wait's time, a Map's items.
bool AdoptRecorded(const asl::Machine& machine, const std::vector<core::HistoryEvent>& replayed,
                   const std::vector<core::HistoryEvent>& recorded, core::Execution* execution);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_REPLAY_RANDOM_H_
