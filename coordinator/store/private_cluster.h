// A PostgreSQL of one's own: initialised in a folder, run as a child of this process, reached over
// a unix socket that only this user can open. For `pawl dev` and for tests.
//
// PostgreSQL refuses to run as root: started by root, it runs as the user `postgres`, or `nobody`
// where there is no such user, and the folder is given to that user, who must be able to reach it.
// If this process dies, the server stops with it (the thread that called Start must live as long as
// the cluster).

#ifndef PAWL_STORE_PRIVATE_CLUSTER_H_
#define PAWL_STORE_PRIVATE_CLUSTER_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pawl::store {

class PrivateCluster {
 public:
  struct Options {
    // Folder of `postgres` and `initdb`; empty: the newest under /usr/lib/postgresql, else PATH.
    std::string bin_dir;
    std::string database = "pawl";  // made if it is not there
    // False: nothing is flushed to disk; what a crash of the machine takes, it takes.
    bool durable = true;
    // 0: the unix socket only. Else also this port of 127.0.0.1.
    int tcp_port = 0;
    // More settings of the server.
    std::vector<std::pair<std::string, std::string>> settings;
    absl::Duration start_timeout = absl::Seconds(60);
  };

  // Starts the cluster of `data_dir`, which is made and initialised if it is empty or absent. Waits
  // until it answers. One that already runs in that folder is used as it is and left running at the
  // end. One that did not stop cleanly recovers first. FAILED_PRECONDITION with the end of the log
  // when it does not come up.
  static absl::StatusOr<std::unique_ptr<PrivateCluster>> Start(const std::string& data_dir,
                                                               const Options& options);
  // The URL of `database` in the cluster of `data_dir`, which another process runs; absent: it does
  // not run.
  static std::optional<std::string> UrlOfRunning(const std::string& data_dir,
                                                 std::string_view database);
  // Stops it, if it still runs.
  ~PrivateCluster();
  PrivateCluster(const PrivateCluster&) = delete;
  PrivateCluster& operator=(const PrivateCluster&) = delete;

  // Ends all sessions and waits for a clean end. A second call does nothing.
  absl::Status Stop();
  // As if the power failed, for tests: kills the server, its sessions included, without notice.
  void Kill();

  // As libpq takes it; of Options::database or another one.
  const std::string& url() const { return url_; }
  std::string UrlOf(std::string_view database) const;
  const std::string& log_file() const { return log_file_; }

 private:
  PrivateCluster(std::string data_dir, Options options);
  absl::Status Run();
  absl::Status FindPrograms();
  absl::Status PrepareFolder();
  absl::Status Initialise();
  void ForgetStalePid() const;
  absl::Status Launch();
  absl::Status WaitUntilReady();
  absl::Status EnsureDatabase();
  absl::Status Failure(std::string_view what) const;
  // Waits for the server to end; false when it has not by then.
  bool Reap(absl::Duration timeout);

  const std::string data_dir_;
  Options options_;
  const int port_;
  const std::string socket_dir_;
  const std::string log_file_;
  std::string url_;
  uid_t owner_;
  gid_t owner_group_;
  std::string owner_name_;
  pid_t server_ = -1;  // -1: not ours, or stopped
};

}  // namespace pawl::store

#endif  // PAWL_STORE_PRIVATE_CLUSTER_H_
