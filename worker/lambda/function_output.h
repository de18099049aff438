// What the process of an execution environment prints. It goes on to this process's standard error
// as it comes, and the end of it is kept for the invocation that wants it (LogType Tail).

#ifndef PAWL_WORKER_LAMBDA_FUNCTION_OUTPUT_H_
#define PAWL_WORKER_LAMBDA_FUNCTION_OUTPUT_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace boost::asio {
class io_context;
}

namespace pawl::worker {

// AWS: of the log that an invocation gets.
inline constexpr size_t kLogTailBytes = 4096;

// Thread-safe. Has no thread: reads on those of `io`, and in Tail.
class FunctionOutput : public std::enable_shared_from_this<FunctionOutput> {
 public:
  // A pipe, of which a process is to have the writing end. UNAVAILABLE.
  static absl::StatusOr<std::shared_ptr<FunctionOutput>> Make(boost::asio::io_context* io);
  ~FunctionOutput();

  int write_fd() const { return write_fd_; }
  // The process has its end, and nobody else: reads until all who have it have ended, or Stop.
  void Run();
  // What an invocation prints begins here.
  void Mark();
  // The end of what has been printed since, all that was written before this call included.
  std::string Tail();
  // Passes on what there is, and no more.
  void Stop();

 private:
  class Reader;

  FunctionOutput(boost::asio::io_context* io, int read_fd, int write_fd);
  void Wait();
  // Whether there may be more.
  bool ReadAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  int write_fd_;  // -1: the process has it
  const std::unique_ptr<Reader> reader_;
  absl::Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::string tail_ ABSL_GUARDED_BY(mu_);
};

}  // namespace pawl::worker

#endif  // PAWL_WORKER_LAMBDA_FUNCTION_OUTPUT_H_
