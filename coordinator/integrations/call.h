// A call to a service outside, as a task of a state machine makes it.

#ifndef PAWL_INTEGRATIONS_CALL_H_
#define PAWL_INTEGRATIONS_CALL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "coordinator/base/json.h"
#include "coordinator/base/outcome.h"
#include "coordinator/integrations/http_message.h"

namespace pawl::integrations {

// An HTTP task's request and its response, for people to see.
struct HttpTrace {
  HttpRequest request;          // with what its connection adds
  HttpRequest without_secrets;  // without that
  std::optional<HttpResponse> response;
};

struct Call {
  std::string service;  // "lambda", "http", "aws-sdk:s3": the resourceType of the history
  std::string action;   // "invoke": without the pattern
  // Effective Parameters or Arguments, JSON text. Of a function ARN as Resource: its input.
  std::string parameters;
  // Of a function ARN as Resource; empty otherwise. The result is then the function's own.
  std::string function_arn;
  std::string role_arn;  // of Credentials; empty: none given
  // The same for each repetition of one attempt of a task, different for any two attempts.
  std::string idempotency_key;
  std::string execution_arn;
  std::string execution_role_arn;  // of the state machine
  std::string state_machine_arn;
  // The task goes on after it (.sync, .waitForTaskToken): its result is shown as TaskSubmitted,
  // which always has SdkHttpMetadata and SdkResponseMetadata.
  bool submits = false;
  // It was made before, and its result was not heard of.
  bool repeated = false;
  // Describes or stops a job that a call has submitted: allowed with it, and answered by what the
  // service says alone, without SdkHttpMetadata and SdkResponseMetadata.
  bool of_job = false;
  int64_t max_result_bytes = 0;
  absl::Time deadline = absl::InfiniteFuture();  // after which nobody waits for the result
  // Of a job that the call has submitted: what it was answered, JSON text, and when it was made.
  std::string job;
  absl::Time made_at = absl::InfinitePast();
  // Of an HTTP task: filled before `done` is called. Null: nobody looks.
  std::shared_ptr<HttpTrace> trace;
};

// How the task fails; both as AWS shows them (reference/integrations.md 3).
struct CallFailure {
  std::string error;
  std::optional<std::string> cause;
  // It will probably pass by itself: throttled, no connection, the service's own trouble.
  bool passing = false;
};

using CallResult = Outcome<std::string, CallFailure>;  // JSON text

// Makes calls. Thread-safe.
class Caller {
 public:
  virtual ~Caller() = default;

  using CallId = int64_t;
  // `done` is called once, on a thread of the caller's, which it must not block; not within Start.
  // Calls of targets that have as many under way as they may have wait their turn.
  virtual CallId Start(Call call, absl::AnyInvocable<void(CallResult)> done) = 0;
  // Whether Look and StopJob know the jobs of that action.
  virtual bool RunsJobs(std::string_view /*service*/, std::string_view /*action*/) const {
    return false;
  }
  // Asks how the job stands that `call` has submitted (Call::job). `done`, as above, gets the
  // result of the task once the job has ended, or cannot be asked for; nothing while it goes on,
  // and while it cannot be told.
  virtual CallId Look(Call call, absl::AnyInvocable<void(std::optional<CallResult>)> done) = 0;
  // Ends that job, as far as its service can. `done` as above; a job that is over already is a
  // success.
  virtual CallId StopJob(Call call, absl::AnyInvocable<void(CallResult)> done) = 0;
  // What is wrong with the parameters of such a call, in AWS's words; nothing when all is well, or
  // when only the call itself can tell. For who schedules it: nothing is sent.
  virtual std::optional<std::string> RefusalOf(std::string_view /*service*/,
                                               std::string_view /*action*/,
                                               Json /*parameters*/) const {
    return std::nullopt;
  }
  // What is wrong with `result` as the result of such a task, by the model of its service, in the
  // words of TestState; nothing when all is well, or when it has no model. `complete`: what must be
  // there must be there. May read a file.
  virtual std::optional<std::string> ResultProblem(std::string_view /*service*/,
                                                   std::string_view /*action*/, bool /*of_job*/,
                                                   Json /*result*/, bool /*complete*/) const {
    return std::nullopt;
  }
  // Nobody waits for the result any more: `done` is not called from now on, unless it is running.
  virtual void Cancel(CallId id) = 0;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CALL_H_
