// What clients and workers saw: one record per call that has come to an end for its caller.
//
// As text it is one JSON object per line, with times in seconds since 1970 of the caller's clock:
//
//   {"call":"StartExecution","client":"c3","sent":1.25,"answered":1.5,"outcome":"ok","machine":"m",
//    "name":"n","input":"{}","execution":"arn:...","started_at":1.3}
//
// `outcome` is "ok", AWS's name of the error, or "unknown": no answer came, and the call may or may
// not have done what it asked for. Members that a call does not know are passed over.

#ifndef PAWL_AUDIT_CALL_LOG_H_
#define PAWL_AUDIT_CALL_LOG_H_

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordinator/core/history.h"

namespace pawl::audit {

struct StartExecutionCall {
  std::string machine;
  std::string name;
  std::string input;      // as it was sent
  std::string execution;  // its ARN; empty unless ok
  absl::Time started_at;  // meaningless unless ok
};
struct StopExecutionCall {
  std::string execution;  // ARN
  absl::Time stopped_at;  // meaningless unless ok
};
struct DescribeExecutionCall {
  std::string execution;  // ARN
  std::string status;     // "RUNNING"; empty unless ok
  std::optional<std::string> output;
};
// An event as a client saw it.
struct ReadEvent {
  int64_t id = 0;
  int64_t previous_id = 0;
  std::string type;      // "PassStateEntered"
  absl::Time timestamp;  // milliseconds
  std::string digest;    // of all that was shown; equal for equal events
};
struct GetExecutionHistoryCall {
  std::string execution;          // ARN
  std::vector<ReadEvent> events;  // any part of the history
};
// A task that a worker got, by whatever protocol.
struct GetActivityTaskCall {
  std::string activity;  // name
  std::string token;     // empty: none came
  std::string input;
};
struct SendTaskSuccessCall {
  std::string token;
  std::string output;
};
struct SendTaskFailureCall {
  std::string token;
  std::optional<std::string> error;
  std::optional<std::string> cause;
};
struct SendTaskHeartbeatCall {
  std::string token;
};

struct Call {
  std::string client;
  absl::Time sent;
  absl::Time answered;  // or when the caller gave up
  std::string outcome;
  std::variant<StartExecutionCall, StopExecutionCall, DescribeExecutionCall,
               GetExecutionHistoryCall, GetActivityTaskCall, SendTaskSuccessCall,
               SendTaskFailureCall, SendTaskHeartbeatCall>
      what;

  bool ok() const { return outcome == "ok"; }
  bool unknown() const { return outcome == "unknown"; }
};

// "StartExecution".
std::string_view CallName(const Call& call);

struct CallLog {
  std::vector<Call> calls;  // in any order
};

// One line of text, without its end, and back. INVALID_ARGUMENT says which member is missing or of
// a wrong kind.
std::string WriteCall(const Call& call);
absl::StatusOr<Call> ReadCall(std::string_view line);

// Appends the lines of `in`; empty ones are passed over. INVALID_ARGUMENT begins with
// "<name>:<line>: ".
absl::Status ReadCalls(std::istream& in, std::string_view name, CallLog* log);
// The same of a file. NOT_FOUND when it cannot be opened.
absl::Status ReadCallFile(const std::string& path, CallLog* log);

}  // namespace pawl::audit

#endif  // PAWL_AUDIT_CALL_LOG_H_
