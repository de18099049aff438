// The session on which barriers are sent (flush_barrier.h): whether the server it leads to flushes
// at all, and the one statement that makes it do so.

#ifndef PAWL_STORE_FLUSH_SESSION_H_
#define PAWL_STORE_FLUSH_SESSION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "coordinator/store/session.h"

namespace pawl::store {

// Rules of the barrier that a test breaks on purpose, one at a time, to see that it would notice.
// The numbers are those of docs/decisions/0005-flush-barrier.md.
struct BarrierFaults {
  bool barrier_writes_nothing = false;        // rule 1
  bool returns_before_commit = false;         // rule 2
  bool releases_what_came_meanwhile = false;  // rule 3
  bool reads_are_not_held = false;            // rule 4
  bool effects_outlive_the_session = false;   // rule 5
};

// For one thread at a time.
class FlushSession {
 public:
  struct Options {
    std::string database_url;
    std::string application_name;
    // PostgreSQL's synchronous_commit for barriers: on, remote_write, remote_apply, or local.
    std::string synchronous_commit = "on";
    // A server with fsync=off loses what it has confirmed; for throw-away databases only.
    bool allow_fsync_off = false;
  };

  // FAILED_PRECONDITION: the server is set up so that a commit that was confirmed can be lost.
  static absl::StatusOr<std::unique_ptr<FlushSession>> Open(const Options& options);

  // Returns once all that was committed before the call is on disk (and at the standbys that
  // synchronous_commit waits for). An error, and likewise a warning of the server, says nothing of
  // it. UNAVAILABLE; `open` tells whether it may be tried again on this session.
  absl::Status Flush();
  bool open() const { return session_.open(); }

  // Whether a barrier really makes the server flush its write-ahead log, by the server's own count.
  // FAILED_PRECONDITION when it does not. Takes a few round trips.
  absl::Status TestFlush();

  // Rule 1 broken, for tests.
  void WriteNothing() { write_nothing_ = true; }

 private:
  explicit FlushSession(const Options& options);
  absl::Status CheckSettings(const Options& options);

  // Notes that the server had something to say, which it has not in a flush that went well.
  class WarningWatch : public pqxx::errorhandler {
   public:
    explicit WarningWatch(pqxx::connection& connection) : errorhandler(connection) {}
    bool operator()(const char* message) noexcept override {
      (void)message;
      warned_ = true;
      return false;  // says it to nobody else
    }
    bool TakeWarned() { return std::exchange(warned_, false); }

   private:
    bool warned_ = false;
  };

  Session session_;
  WarningWatch warnings_;
  bool write_nothing_ = false;
};

}  // namespace pawl::store

#endif  // PAWL_STORE_FLUSH_SESSION_H_
