#include "coordinator/process/set_up.h"

#include <sys/resource.h>

#include "absl/synchronization/mutex.h"

namespace pawl {

void SetUpProcess() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  // Where it cannot be raised it stays as it is.
  (void)setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace pawl
