// Tells ThreadSanitizer what Abseil's locks order.
//
// Debian's Abseil is not built with the sanitizer, which therefore sees no lock in absl::Mutex and
// reports what it guards as races. The functions below take the place of the library's in a program
// that is linked with them: each calls the library's own and says what happens before what. Only in
// builds with -fsanitize=thread.

#include <dlfcn.h>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}

namespace {

// The library's own function of that (mangled) name.
template <typename Function>
Function* Next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// Unlocking evaluates the conditions of those that wait, still under the lock but after what is
// said here.
class IgnoredReads {
 public:
  IgnoredReads() { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
  ~IgnoredReads() { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
};

// Runs `call`, which lets go of the lock at `address` and takes it again.
template <typename Call>
auto Reacquiring(void* address, Call call) {
  __tsan_release(address);
  const auto result = [&] {
    IgnoredReads ignored;
    return call();
  }();
  __tsan_acquire(address);
  return result;
}

void* Address(const void* object) { return const_cast<void*>(object); }

// The library's own search for deadlocks keeps a graph under a lock that the sanitizer does not
// see. The sanitizer looks for them itself.
[[maybe_unused]] const bool no_graph = [] {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return true;
}();

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

#define PAWL_MANGLED(rest) "_ZN4absl7debian3" rest
#define PAWL_MANGLED_CONST(rest) "_ZNK4absl7debian3" rest

void Mutex::Lock() {
  static auto* const next = Next<void(Mutex*)>(PAWL_MANGLED("5Mutex4LockEv"));
  next(this);
  __tsan_acquire(this);
}

bool Mutex::TryLock() {
  static auto* const next = Next<bool(Mutex*)>(PAWL_MANGLED("5Mutex7TryLockEv"));
  const bool locked = next(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::Unlock() {
  static auto* const next = Next<void(Mutex*)>(PAWL_MANGLED("5Mutex6UnlockEv"));
  __tsan_release(this);
  const IgnoredReads ignored;
  next(this);
}

void Mutex::ReaderLock() {
  static auto* const next = Next<void(Mutex*)>(PAWL_MANGLED("5Mutex10ReaderLockEv"));
  next(this);
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  static auto* const next = Next<void(Mutex*)>(PAWL_MANGLED("5Mutex12ReaderUnlockEv"));
  __tsan_release(this);
  const IgnoredReads ignored;
  next(this);
}

void Mutex::Await(const Condition& condition) {
  static auto* const next =
      Next<void(Mutex*, const Condition&)>(PAWL_MANGLED("5Mutex5AwaitERKNS0_9ConditionE"));
  Reacquiring(this, [&] {
    next(this, condition);
    return true;
  });
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  static auto* const next = Next<bool(Mutex*, const Condition&, Duration)>(
      PAWL_MANGLED("5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE"));
  return Reacquiring(this, [&] { return next(this, condition, timeout); });
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  static auto* const next = Next<bool(Mutex*, const Condition&, Time)>(
      PAWL_MANGLED("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE"));
  return Reacquiring(this, [&] { return next(this, condition, deadline); });
}

void Mutex::LockWhen(const Condition& condition) {
  static auto* const next =
      Next<void(Mutex*, const Condition&)>(PAWL_MANGLED("5Mutex8LockWhenERKNS0_9ConditionE"));
  {
    const IgnoredReads ignored;
    next(this, condition);
  }
  __tsan_acquire(this);
}

void CondVar::Wait(Mutex* mutex) {
  static auto* const next =
      Next<void(CondVar*, Mutex*)>(PAWL_MANGLED("7CondVar4WaitEPNS0_5MutexE"));
  Reacquiring(mutex, [&] {
    next(this, mutex);
    return true;
  });
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  static auto* const next = Next<bool(CondVar*, Mutex*, Duration)>(
      PAWL_MANGLED("7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE"));
  return Reacquiring(mutex, [&] { return next(this, mutex, timeout); });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static auto* const next = Next<bool(CondVar*, Mutex*, Time)>(
      PAWL_MANGLED("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE"));
  return Reacquiring(mutex, [&] { return next(this, mutex, deadline); });
}

void Notification::Notify() {
  static auto* const next = Next<void(Notification*)>(PAWL_MANGLED("12Notification6NotifyEv"));
  __tsan_release(this);
  next(this);
}

void Notification::WaitForNotification() const {
  static auto* const next =
      Next<void(const Notification*)>(PAWL_MANGLED_CONST("12Notification19WaitForNotificationEv"));
  next(this);
  __tsan_acquire(Address(this));
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  static auto* const next = Next<bool(const Notification*, Duration)>(
      PAWL_MANGLED_CONST("12Notification30WaitForNotificationWithTimeoutENS0_8DurationE"));
  const bool notified = next(this, timeout);
  if (notified) __tsan_acquire(Address(this));
  return notified;
}

bool BlockingCounter::DecrementCount() {
  static auto* const next =
      Next<bool(BlockingCounter*)>(PAWL_MANGLED("15BlockingCounter14DecrementCountEv"));
  __tsan_release(this);
  return next(this);
}

void BlockingCounter::Wait() {
  static auto* const next = Next<void(BlockingCounter*)>(PAWL_MANGLED("15BlockingCounter4WaitEv"));
  next(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
