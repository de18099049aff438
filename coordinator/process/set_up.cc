#include "coordinator/process/set_up.h"

#include "absl/synchronization/mutex.h"

namespace pawl {

void SetUpProcess() { absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore); }

}  // namespace pawl
