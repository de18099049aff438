#include "coordinator/integrations/caller.h"

#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/integrations/assumed_roles.h"
#include "coordinator/integrations/aws_sdk_caller.h"
#include "coordinator/integrations/cluster_logs.h"
#include "coordinator/integrations/http_client.h"
#include "coordinator/integrations/http_task.h"
#include "coordinator/integrations/jobs.h"
#include "coordinator/integrations/lambda_call.h"
#include "coordinator/integrations/oauth_tokens.h"
#include "coordinator/integrations/optimized_services.h"
#include "coordinator/integrations/rest_caller.h"
#include "coordinator/integrations/result_problem.h"

namespace pawl::integrations {
namespace {

using CallDone = absl::AnyInvocable<void(CallResult)>;
using LookDone = absl::AnyInvocable<void(std::optional<CallResult>)>;

CallFailure NotAvailable(const Call& call) {
  return {"States.Runtime",
          StrCat("The integration ", call.service, ":", call.action, " is not available in Pawl")};
}

// What others wrote may hold anything; histories are UTF-8.
CallFailure Clean(CallFailure failure) {
  failure.error = ReplaceInvalidUtf8(MaskSurrogates(failure.error));
  if (failure.cause) failure.cause = ReplaceInvalidUtf8(MaskSurrogates(*failure.cause));
  return failure;
}

// Whether there is an STS that knows the roles of one's own servers.
bool HasOwnSts(const CallerOptions& options) {
  return !options.sts_endpoint.empty() || !options.aws_endpoints.Of("sts", "sts").is_aws_own;
}

std::string StsEndpoint(const CallerOptions& options) {
  if (!options.sts_endpoint.empty()) return options.sts_endpoint;
  return options.aws_endpoints.Of("sts", "sts").base.ToString();
}

class IntegrationCaller : public Caller {
 public:
  explicit IntegrationCaller(CallerOptions options)
      : options_(std::move(options)),
        tokens_(std::make_unique<OAuthTokens>(options_.clock, &client_)),
        roles_(std::make_unique<AssumedRoles>(StsEndpoint(options_), options_.region,
                                              options_.clock, &client_)),
        aws_(AwsSdkCaller::Parts{
            .clock = options_.clock,
            .client = &client_,
            .models = options_.aws_models,
            .endpoints = options_.aws_endpoints,
            .policies = {options_.aws_sdk_policy, options_.aws_integrations_policy},
            .credentials = options_.aws_credentials,
            .roles = roles_.get(),
            .has_own_sts = HasOwnSts(options_),
            .count = options_.aws_outcomes}),
        rest_(
            {.clock = options_.clock,
             .options = {.region = options_.region, .allow_plain = options_.http_task_allow_plain},
             .policy = options_.aws_integrations_policy,
             .aws = &aws_}),
        client_({.clock = options_.clock,
                 .policy = options_.egress,
                 .max_per_target = options_.max_calls_per_target,
                 .ca_file = options_.ca_file}) {}

  ~IntegrationCaller() override { aws_.Stop(); }

  CallId Start(Call call, CallDone done) override {
    CallId id;
    {
      absl::MutexLock lock(&mu_);
      id = ++last_id_;
      live_[id].done = std::move(done);
    }
    // On the client's thread, so that nothing is told within Start and each call is in one place.
    client_.Post([this, id, call = std::move(call)]() mutable { Begin(id, std::move(call)); });
    return id;
  }

  std::optional<std::string> RefusalOf(std::string_view service, std::string_view action,
                                       Json parameters) const override {
    if (service == "lambda" && action == "invoke") return InvocationRefusal(parameters);
    if (IsRestCall(service, action)) return rest_.RefusalOf(service, action, parameters);
    if (const auto at_aws = AwsActionOf(service, action)) {
      const Call call = {.service = std::string(service), .action = std::string(action)};
      return AwsRefusalOf(call, *at_aws, parameters);
    }
    if (service != "http" || action != "invoke") return std::nullopt;
    const Call call{.parameters = WriteJson(parameters)};
    const Outcome<HttpTask, CallFailure> task = ReadHttpTask(call, HttpOptions());
    // A connection that is not there fails the task, and is its caller's to tell.
    const bool refused = !task.ok() && task.error().error == "States.Runtime";
    return refused ? task.error().cause : std::nullopt;
  }

  std::optional<std::string> ResultProblem(std::string_view service, std::string_view action,
                                           bool of_job, Json result, bool complete) const override {
    if (options_.aws_models == nullptr) return std::nullopt;
    const std::optional<ResultModel> model = ResultModelOf(service, action, of_job);
    if (!model) return std::nullopt;
    const auto ref = options_.aws_models->Find(model->service, model->action);
    if (!ref.ok()) return std::nullopt;
    return integrations::ResultProblem(*ref, *model, result, complete);
  }

  bool RunsJobs(std::string_view service, std::string_view action) const override {
    return FindJobRule(service, action) != nullptr;
  }

  CallId Look(Call call, LookDone done) override {
    const JobRule* rule = FindJobRule(call.service, call.action);
    Outcome<Call, CallFailure> look = LookCall(*rule, call);
    if (!look.ok()) return StartAnswered(std::move(look.error()), std::move(done));
    return Start(*std::move(look), [this, rule, call = std::move(call),
                                    done = std::move(done)](CallResult answer) mutable {
      std::optional<CallResult> ended = ReadLook(*rule, call, answer, options_.clock->Now());
      if (!ended || !ended->ok() || !WantsClusterLogs(call)) return done(std::move(ended));
      AddClusterLogs(
          std::move(call), **ended,
          [this](Call get, CallDone got) { Start(std::move(get), std::move(got)); },
          [done = std::move(done)](CallResult result) mutable {
            const bool again = !result.ok() && result.error().passing;
            done(again ? std::nullopt : std::optional<CallResult>(std::move(result)));
          });
    });
  }

  CallId StopJob(Call call, CallDone done) override {
    const JobRule* rule = FindJobRule(call.service, call.action);
    std::optional<Call> stop = StopCall(*rule, call);
    if (!stop) return StartAnswered(std::string("{}"), std::move(done));
    return Start(*std::move(stop), [done = std::move(done)](CallResult stopped) mutable {
      const bool gone = !stopped.ok() && SaysGone(stopped.error());
      done(gone ? CallResult(std::string("{}")) : std::move(stopped));
    });
  }

  void Cancel(CallId id) override {
    CallDone ignored;  // goes without the lock
    absl::MutexLock lock(&mu_);
    const auto entry = live_.find(id);
    if (entry == live_.end()) return;
    if (entry->second.request) client_.Cancel(*entry->second.request);
    ignored = std::move(entry->second.done);
    live_.erase(entry);
  }

 private:
  struct Live {
    CallDone done;
    std::optional<HttpClient::RequestId> request;  // the one under way
  };

  HttpTaskOptions HttpOptions() const {
    return {.region = options_.region,
            .allow_plain = options_.http_task_allow_plain,
            .connections = &options_.connections};
  }

  // As Start, of what needs no call.
  template <typename Done>
  CallId StartAnswered(CallResult answer, Done done) {
    client_.Post([answer = std::move(answer), done = std::move(done)]() mutable {
      done(std::move(answer));
    });
    return 0;
  }

  void Begin(CallId id, Call call) {
    if (!call.function_arn.empty() || (call.service == "lambda" && call.action == "invoke")) {
      BeginLambda(id, std::move(call));
    } else if (call.service == "http" && call.action == "invoke") {
      BeginHttp(id, std::move(call));
    } else if (IsRestCall(call.service, call.action)) {
      rest_.Begin(std::move(call), WayOf(id));
    } else if (AwsActionOf(call.service, call.action)) {
      aws_.Begin(std::move(call), WayOf(id));
    } else {
      Tell(id, NotAvailable(call));
    }
  }

  AwsSdkCaller::Way WayOf(CallId id) {
    return {.send = [this, id](
                        HttpRequest request,
                        HttpClient::Done done) { Send(id, std::move(request), std::move(done)); },
            .tell = [this, id](CallResult result) { Tell(id, std::move(result)); }};
  }

  // Without a model only the call can tell.
  std::optional<std::string> AwsRefusalOf(const Call& call, const AwsAction& action,
                                          Json parameters) const {
    if (options_.aws_models == nullptr) return std::nullopt;
    const absl::StatusOr<aws::OperationRef> ref =
        options_.aws_models->Find(action.service, action.action);
    return ref.ok() ? SdkRefusal(call, *ref, parameters) : std::nullopt;
  }

  void BeginLambda(CallId id, Call call) {
    Outcome<Invocation, CallFailure> invocation = ReadInvocation(call);
    if (!invocation.ok()) return Tell(id, std::move(invocation.error()));
    Outcome<HttpRequest, CallFailure> request = InvokeRequest(call, *invocation, options_.lambda);
    if (!request.ok()) return Tell(id, std::move(request.error()));
    const bool at_aws = IsAwsUrl(request->url);
    aws_.GetCredentials(
        call, "Lambda", at_aws,
        [this, id, call, invocation = *std::move(invocation),
         request = *std::move(request)](AwsSdkCaller::Credentials credentials) mutable {
          if (!credentials.ok()) return Tell(id, std::move(credentials.error()));
          Invoke(id, std::move(call), std::move(invocation), std::move(request), *credentials);
        });
  }

  // Signed by `credentials`, if there are any.
  void Invoke(CallId id, Call call, Invocation invocation, HttpRequest request,
              const std::optional<AwsCredentials>& credentials) {
    if (credentials) {
      SignRequest(*credentials, {.region = options_.region, .service = "lambda"},
                  options_.clock->Now(), &request);
    }
    Send(id, std::move(request),
         [this, id, call = std::move(call),
          invocation = std::move(invocation)](const HttpResult& result) {
           Tell(id, result.ok() ? InvokeResult(call, invocation, *result)
                                : InvokeFailure(call, result.error()));
         });
  }

  void BeginHttp(CallId id, Call call) {
    Outcome<HttpTask, CallFailure> task = ReadHttpTask(call, HttpOptions());
    if (!task.ok()) return Tell(id, std::move(task.error()));
    if (call.trace != nullptr) TraceRequest(call, task->request);
    if (task->connection != nullptr && task->connection->type == Connection::Type::kOAuth) {
      SendWithToken(id, std::move(call), *std::move(task), /*once_more=*/true);
      return;
    }
    Send(id, std::move(task->request), [this, id, call = std::move(call)](HttpResult result) {
      TellHttp(id, call, std::move(result));
    });
  }

  // `once_more`: a token that is refused is replaced and the request made again.
  void SendWithToken(CallId id, Call call, HttpTask task, bool once_more) {
    const Connection& connection = *task.connection;
    tokens_->Get(connection, [this, id, call = std::move(call), task = std::move(task),
                              once_more](Outcome<std::string, CallFailure> token) mutable {
      if (!token.ok()) return Tell(id, std::move(token.error()));
      HttpRequest request = task.request;
      request.headers.push_back({"Authorization", *token});
      if (call.trace != nullptr) call.trace->request = request;
      Send(id, std::move(request),
           [this, id, call = std::move(call), task = std::move(task), once_more,
            token = *token](HttpResult result) mutable {
             if (once_more && result.ok() && result->status == 401) {
               tokens_->Forget(*task.connection, token);
               return SendWithToken(id, std::move(call), std::move(task), false);
             }
             TellHttp(id, call, std::move(result));
           });
    });
  }

  void TraceRequest(const Call& call, const HttpRequest& request) {
    call.trace->request = request;
    HttpTaskOptions options = HttpOptions();
    options.connections = nullptr;
    Outcome<HttpTask, CallFailure> bare = ReadHttpTask(call, options);
    if (bare.ok()) call.trace->without_secrets = std::move(bare->request);
  }

  void TellHttp(CallId id, const Call& call, HttpResult result) {
    if (call.trace != nullptr && result.ok()) call.trace->response = *result;
    Tell(id, result.ok() ? HttpTaskResult(call, *result) : HttpTaskFailure(call, result.error()));
  }

  // Unless the call was cancelled.
  void Send(CallId id, HttpRequest request, HttpClient::Done done) {
    absl::MutexLock lock(&mu_);
    const auto entry = live_.find(id);
    if (entry == live_.end()) return;
    request.deadline += options_.grace;
    entry->second.request = client_.Start(std::move(request), std::move(done));
  }

  void Tell(CallId id, CallResult result) {
    CallDone done;
    {
      absl::MutexLock lock(&mu_);
      const auto entry = live_.find(id);
      if (entry == live_.end()) return;
      done = std::move(entry->second.done);
      live_.erase(entry);
    }
    done(result.ok() ? std::move(result) : CallResult(Clean(std::move(result.error()))));
  }

  const CallerOptions options_;
  absl::Mutex mu_;
  CallId last_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::unordered_map<CallId, Live> live_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<OAuthTokens> tokens_;  // on the client's thread
  std::unique_ptr<AssumedRoles> roles_;  // the same
  AwsSdkCaller aws_;                     // likewise
  RestCaller rest_;                      // likewise
  HttpClient client_;                    // last: its thread uses all the others
};

}  // namespace

std::unique_ptr<Caller> MakeCaller(CallerOptions options) {
  return std::make_unique<IntegrationCaller>(std::move(options));
}

}  // namespace pawl::integrations
