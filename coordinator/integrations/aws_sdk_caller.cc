#include "coordinator/integrations/aws_sdk_caller.h"

#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/jobs.h"
#include "coordinator/integrations/optimized_emr.h"
#include "coordinator/integrations/optimized_services.h"

namespace pawl::integrations {
namespace {

constexpr int kMaxSdkAttempts = 3;  // AWS's SDKs, standard mode
// AWS's SDKs pause longer when a service says that there are too many calls.
constexpr int kThrottledPause = 5;

// What the same request would only meet again.
bool IsFinal(const HttpResult& result) {
  if (result.ok()) return true;
  const HttpFailure::Kind kind = result.error().kind;
  return kind == HttpFailure::Kind::kTooLarge || kind == HttpFailure::Kind::kInvalid ||
         kind == HttpFailure::Kind::kDenied;
}

}  // namespace

AwsSdkCaller::AwsSdkCaller(Parts parts)
    : parts_(std::move(parts)),
      credentials_({.clock = parts_.clock,
                    .sources = parts_.credentials,
                    .endpoints = parts_.endpoints,
                    .client = parts_.client}) {}

void AwsSdkCaller::Begin(Call call, Way way) {
  if (parts_.models == nullptr) return way.tell(NoModel(call, "there are no models"));
  if (std::optional<Call> list = LookupCall(call)) {
    return LookUp(*std::move(list), std::move(call), std::move(way));
  }
  const AwsAction action = *AwsActionOf(call.service, call.action);
  absl::StatusOr<aws::OperationRef> ref = parts_.models->FindLoaded(action.service, action.action);
  if (!absl::IsUnavailable(ref.status())) return Found(std::move(call), std::move(way), ref);
  // Reading takes as long as some other calls' whole way.
  loader_.Run([this, action, call = std::move(call), way = std::move(way)]() mutable {
    absl::StatusOr<aws::OperationRef> read = parts_.models->Find(action.service, action.action);
    parts_.client->Post(
        [this, call = std::move(call), way = std::move(way), read = std::move(read)]() mutable {
          Found(std::move(call), std::move(way), std::move(read));
        });
  });
}

void AwsSdkCaller::LookUp(Call list, Call call, Way way) {
  const auto shared = std::make_shared<Way>(std::move(way));
  const auto send = [shared](HttpRequest request, HttpClient::Done done) {
    shared->send(std::move(request), std::move(done));
  };
  auto tell = [this, shared, send, call = std::move(call)](CallResult listed) mutable {
    if (!listed.ok()) return shared->tell(std::move(listed));
    Outcome<Call, CallFailure> found = WithFoundId(call, *listed);
    if (!found.ok()) return shared->tell(std::move(found.error()));
    Begin(*std::move(found),
          {.send = send, .tell = [shared](CallResult result) { shared->tell(std::move(result)); }});
  };
  Begin(std::move(list), {.send = send, .tell = std::move(tell)});
}

void AwsSdkCaller::Found(Call call, Way way, absl::StatusOr<aws::OperationRef> ref) {
  if (!ref.ok()) {
    log::Warn("aws_model_missing",
              {{"service", call.service}, {"action", call.action}, {"why", ref.status()}});
    return way.tell(NoModel(call, FromAbsl(ref.status().message())));
  }
  Outcome<SdkCall, CallFailure> prepared =
      PrepareSdkCall(call, *ref, parts_.endpoints, parts_.policies);
  if (!prepared.ok()) return way.tell(std::move(prepared.error()));
  auto sending =
      std::make_shared<Sending>(Sending{std::move(call), std::move(way), *std::move(prepared)});
  if (!sending->prepared.scope) return Send(std::move(sending));
  GetCredentials(sending->call, ErrorPrefix(sending->call, sending->prepared.ref),
                 sending->prepared.needs_credentials, [this, sending](Credentials credentials) {
                   if (!credentials.ok()) {
                     return sending->way.tell(std::move(credentials.error()));
                   }
                   sending->credentials = *std::move(credentials);
                   Send(sending);
                 });
}

void AwsSdkCaller::GetCredentials(const Call& call, std::string_view prefix, bool at_aws,
                                  CredentialsDone done) {
  const bool as_role = !call.role_arn.empty() && (at_aws || parts_.has_own_sts);
  // Of the call the role, the state machine and the names count.
  Call caller = {.service = call.service,
                 .action = call.action,
                 .role_arn = call.role_arn,
                 .execution_role_arn = call.execution_role_arn,
                 .state_machine_arn = call.state_machine_arn};
  credentials_.Get(
      /*ask_instance=*/at_aws,
      [this, at_aws, as_role, prefix = std::string(prefix), caller = std::move(caller),
       done = std::move(done)](CredentialChain::Result own) mutable {
        if (own.ok() && as_role) return AssumeRole(caller, prefix, *own, std::move(done));
        if (own.ok()) return done(std::optional<AwsCredentials>(*std::move(own)));
        if (as_role) return done(RoleRefused(caller));
        if (at_aws) {
          return done(CallFailure{StrCat(prefix, ".SdkClientException"), own.error(),
                                  /*passing=*/true});
        }
        done(std::optional<AwsCredentials>());
      });
}

void AwsSdkCaller::AssumeRole(const Call& call, std::string_view prefix, const AwsCredentials& own,
                              CredentialsDone done) {
  parts_.roles->Get(call.role_arn, call.state_machine_arn, own,
                    [call, prefix = std::string(prefix),
                     done = std::move(done)](AssumedRoles::Result credentials) mutable {
                      if (credentials.ok()) {
                        return done(std::optional<AwsCredentials>(*std::move(credentials)));
                      }
                      log::Warn("role_not_assumed",
                                {{"role", call.role_arn}, {"why", credentials.error().message}});
                      done(RoleNotAssumed(call, prefix, credentials.error()));
                    });
}

void AwsSdkCaller::Send(std::shared_ptr<Sending> sending) {
  HttpRequest request = sending->prepared.request;
  if (sending->credentials) {
    SignRequest(*sending->credentials, *sending->prepared.scope, parts_.clock->Now(), &request);
  }
  ++sending->attempts;
  // Both hold it: one that nobody waits for any more drops its callback at once.
  sending->way.send(std::move(request),
                    [this, sending](HttpResult result) { Answered(sending, std::move(result)); });
}

void AwsSdkCaller::Answered(std::shared_ptr<Sending> sending, HttpResult result) {
  const Call& call = sending->call;
  const aws::OperationRef& ref = sending->prepared.ref;
  const AwsVerdict verdict = JudgeSdkResult(ref, result);
  if (parts_.count) parts_.count(AwsActionOf(call.service, call.action)->service, verdict.outcome);
  if (verdict.again && sending->attempts < kMaxSdkAttempts) {
    const bool throttled = verdict.outcome == AwsOutcome::kThrottled;
    const absl::Duration pause = sending->pauses.Next() * (throttled ? kThrottledPause : 1);
    if (parts_.clock->Now() + pause < call.deadline) {
      // Whoever cancels meanwhile is found out by `send`.
      return parts_.client->PostAfter(
          pause, [this, sending = std::move(sending)]() mutable { Send(std::move(sending)); });
    }
  }
  CallResult told = result.ok() ? SdkResult(call, ref, *result, sending->attempts)
                                : CallResult(SdkFailure(call, ref, result.error()));
  if (!told.ok()) told.error().passing = verdict.again || !IsFinal(result);
  if (!told.ok() && WasAccepted(call, told.error())) told = std::string("{}");
  sending->way.tell(std::move(told));
}

}  // namespace pawl::integrations
