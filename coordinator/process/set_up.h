// What every program of Pawl does first.

#ifndef PAWL_PROCESS_SET_UP_H_
#define PAWL_PROCESS_SET_UP_H_

namespace pawl {

// Before any thread is started. Debian's Abseil is built with its search for deadlocks on, which
// takes a lock of the whole process with every absl::Mutex that is taken; tests run with it,
// programs without. Raises the limit of open files as far as the system lets a process: thousands
// of connections are open at once, and the usual 1024 are meant for programs that use select().
void SetUpProcess();

}  // namespace pawl

#endif  // PAWL_PROCESS_SET_UP_H_
