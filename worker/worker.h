// A worker: serves activities with handlers, over one stream to any coordinator of a cluster.
//
//   Worker worker({.coordinators = {"pawl-a:8084", "pawl-b:8084"}});
//   worker.Register("charge", {.concurrency = 8}, Charge);
//   StopSignal stop;
//   const absl::Status status = worker.Run(&stop);
//
// What a handler does may happen more than once, as always with work that others can lose; what it
// gives back is told until a coordinator has recorded it or said that the task is over:
//
//   the stream or its coordinator dies     goes on at the next one; tasks in hand are confirmed and
//                                          heartbeats sent there, results that were not
//                                          acknowledged are told again
//   a task is given a second time          it is in hand: confirmed again, not run again
//   a result comes too late                refused by the coordinator; logged and counted
//   the worker is stopped                  takes no more tasks, finishes those in hand
//   the worker is killed                   heartbeats or time-outs end its tasks' attempts

#ifndef PAWL_WORKER_WORKER_H_
#define PAWL_WORKER_WORKER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "coordinator/process/stop_signal.h"
#include "worker/task.h"

namespace pawl::worker {

struct Options {
  // "host:port", "host" (port 8084), "[::1]:8084"; one text may hold several, with commas. A name
  // with several addresses stands for all of them, and is looked up again with each connection.
  std::vector<std::string> coordinators = {"127.0.0.1:8084"};
  // In histories; at most 80 characters. Empty: host and process.
  std::string name;
  // Makes activities that are missing. Otherwise a missing one ends Run with NOT_FOUND.
  bool create_activities = true;
  // After a stop: how long handlers may go on before they are cancelled.
  absl::Duration drain_timeout = absl::Seconds(30);
  // After the last handler has ended: how long results are offered to coordinators that cannot be
  // reached.
  absl::Duration last_words = absl::Seconds(30);
  // Pauses before the next address is tried: doubled each time, less a random part of up to a half.
  absl::Duration reconnect_delay_min = absl::Milliseconds(100);
  absl::Duration reconnect_delay_max = absl::Seconds(5);
};

struct ActivityOptions {
  // Tasks that run at once, each in a thread of its own. At least 1; a coordinator is asked for at
  // most 1000 tasks ahead, over all activities.
  int concurrency = 1;
  // How often a running task is reported; should be well below the state's HeartbeatSeconds. Zero:
  // never, and so a task that is over is not noticed.
  absl::Duration heartbeat = absl::Seconds(5);
};

// What happened since the start.
struct Counts {
  int64_t streams = 0;         // opened
  int64_t tasks_received = 0;  // without those given again
  int64_t tasks_given_again = 0;
  int64_t results_recorded = 0;  // acknowledged: completions, failures, tasks left open
  int64_t results_refused = 0;   // the task was over, or the coordinator could not take them
  int64_t results_lost = 0;      // not told before the end of a stop
};

// Called in threads of the worker, several at once if concurrency says so. What it throws becomes
// the task's failure: a TaskError as it says, any other exception as Pawl.HandlerException with
// what() as the cause.
using Handler = std::function<TaskResult(TaskContext&)>;

class Worker {
 public:
  explicit Worker(Options options = {});
  ~Worker();

  // Before Run. `activity` is a name or an ARN, registered once.
  void Register(std::string activity, ActivityOptions options, Handler handler);
  // The same for a Lambda function, by its bare name. Its tasks have an invocation(). A heartbeat
  // keeps them leased to this worker: one that stops is given to another after some ten seconds.
  void RegisterFunction(std::string name, ActivityOptions options, Handler handler);

  // Works until `stop` comes, then drains: returns once all handlers have returned and their
  // results are told, or could not be. Coordinators that are not there are waited for. May be
  // called once.
  //   OK                   stopped.
  //   INVALID_ARGUMENT     an address or an activity's name is not as it must be.
  //   NOT_FOUND            an activity is missing and must not be created.
  // On an error `stop` is raised, and what was in hand has been drained all the same.
  absl::Status Run(StopSignal* stop);

  // Thread-safe, at any time.
  Counts counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_WORKER_H_
