// Speaks the AWS Step Functions API to one of several coordinators, for `pawl`.
//
//   AwsClient client({.endpoints = {"http://a:8083", "http://b:8083"}});
//   absl::StatusOr<std::string> body = client.Call("DescribeActivity", R"({"activityArn":"..."})");
//
// Stays with the endpoint that answered last; one that cannot be reached, breaks off or answers
// with a 5xx is followed by the next, each once per call. So a call may reach a coordinator twice:
// what is called should bear that, as all of the API does when executions are started with a name.

#ifndef PAWL_CLI_AWS_CLIENT_H_
#define PAWL_CLI_AWS_CLIENT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace pawl {

// Not thread-safe; cheap enough for one per thread.
class AwsClient {
 public:
  struct Options {
    std::vector<std::string> endpoints = {"http://127.0.0.1:8083"};
    absl::Duration connect_timeout = absl::Seconds(3);
    absl::Duration timeout = absl::Seconds(30);  // of a whole answer
    // Calls made with `interruptible` end as soon as this becomes readable (StopSignal::fd); -1:
    // never.
    int stop_fd = -1;
  };
  struct CallOptions {
    absl::Duration timeout;      // zero: that of the client
    bool interruptible = false;  // see stop_fd
  };

  explicit AwsClient(Options options);
  ~AwsClient();

  // The body of the answer, a JSON object.
  //   UNAVAILABLE          no endpoint gave an answer; the message has the last one's reason.
  //   CANCELLED            stop_fd became readable.
  //   FAILED_PRECONDITION  AWS's error: AwsErrorCode says which, the message is AWS's.
  absl::StatusOr<std::string> Call(std::string_view operation, const std::string& body,
                                   const CallOptions& options);
  absl::StatusOr<std::string> Call(std::string_view operation, const std::string& body) {
    return Call(operation, body, CallOptions{});
  }

 private:
  class Connection;
  Options options_;
  size_t current_ = 0;
  std::unique_ptr<Connection> connection_;
};

// "TaskTimedOut" and so on, of a status from AwsClient::Call; empty for any other kind of status.
std::string AwsErrorCode(const absl::Status& status);

}  // namespace pawl

#endif  // PAWL_CLI_AWS_CLIENT_H_
