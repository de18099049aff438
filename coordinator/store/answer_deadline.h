// Notices that PostgreSQL stays silent: that the answer to something which was sent does not come
// although the connection seems to live, because what stands between (a proxy, a firewall) has lost
// it, or the server hangs. TCP's own keep-alives and time-outs (session.cc) only find a way that is
// cut. The server answers each statement within its statement_timeout, if only with an error; what
// takes longer than that will not come. The connection's socket is shut down then, and whoever
// reads from it finds the connection lost, with all that follows from it.

#ifndef PAWL_STORE_ANSWER_DEADLINE_H_
#define PAWL_STORE_ANSWER_DEADLINE_H_

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace pawl::store {

// statement_timeout of every session, and time for the way.
inline constexpr absl::Duration kAnswerWithin = absl::Seconds(11);

// The deadline of one connection. Its methods are for one thread at a time; the sockets of all are
// watched by one thread of the process, which looks several times a second.
class AnswerDeadline {
 public:
  // `socket` may be closed before this ends.
  explicit AnswerDeadline(int socket, absl::Duration within = kAnswerWithin);
  ~AnswerDeadline();
  AnswerDeadline(const AnswerDeadline&) = delete;
  AnswerDeadline& operator=(const AnswerDeadline&) = delete;

  // From now on the next answer is waited for: sets the deadline, or sets it anew.
  void Expect();
  // Nothing is waited for.
  void Clear();
  // What is waited for may take any time, until Clear.
  void AllowAnyTime();
  bool expecting() const { return due_.load(std::memory_order_relaxed) != 0; }

 private:
  friend class SilenceWatch;

  const int socket_;  // a duplicate: its number is nobody else's
  const int64_t within_ns_;
  bool any_time_ = false;
  std::atomic<int64_t> due_{0};  // steady time in nanoseconds; 0: nothing is expected
};

// Expects an answer as long as it lives; within another one it only sets the deadline anew.
class AnswerExpected {
 public:
  explicit AnswerExpected(AnswerDeadline* deadline)
      : deadline_(deadline), outer_(deadline->expecting()) {
    deadline_->Expect();
  }
  ~AnswerExpected() { outer_ ? deadline_->Expect() : deadline_->Clear(); }
  AnswerExpected(const AnswerExpected&) = delete;
  AnswerExpected& operator=(const AnswerExpected&) = delete;

 private:
  AnswerDeadline* const deadline_;
  const bool outer_;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_ANSWER_DEADLINE_H_
