// Lets a process end in good order on SIGTERM or SIGINT.
//
// The first signal is only noted: whoever waits on it learns of it and winds things up. A second
// one ends the process at once, with exit code 128 + the signal's number, as shells report it.
// SIGPIPE is ignored, so that a peer that has gone shows as an error of the write.

#ifndef PAWL_PROCESS_STOP_SIGNAL_H_
#define PAWL_PROCESS_STOP_SIGNAL_H_

#include "absl/time/time.h"

namespace pawl {

// One per process, made in its main function. Thread-safe. Programs that are started meanwhile
// inherit nothing of it but that SIGPIPE is ignored.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Waits at the most `duration` (InfiniteDuration: for ever). True as soon as, and ever after, a
  // signal came.
  bool WaitFor(absl::Duration duration) const;
  void Wait() const { WaitFor(absl::InfiniteDuration()); }
  bool came() const { return WaitFor(absl::ZeroDuration()); }

  // As if a signal had come.
  void Raise();

  // Readable once a signal came, and from then on: to be waited for beside other things. Never read
  // it.
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace pawl

#endif  // PAWL_PROCESS_STOP_SIGNAL_H_
