#include "coordinator/integrations/aws_sdk_caller.h"

#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/log.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {
namespace {

// As the call's way ends; the callbacks of the way are in one place at a time.
void Send(Call call, AwsSdkCaller::Way way, SdkCall prepared) {
  auto done = [call = std::move(call), ref = prepared.ref,
               tell = std::move(way.tell)](HttpResult result) mutable {
    tell(result.ok() ? SdkResult(call, ref, *result)
                     : CallResult(SdkFailure(call, ref, result.error())));
  };
  way.send(std::move(prepared.request), std::move(done));
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
  const std::string service(*SdkService(call.service));
  absl::StatusOr<aws::OperationRef> ref = parts_.models->FindLoaded(service, call.action);
  if (!absl::IsUnavailable(ref.status())) return Found(std::move(call), std::move(way), ref);
  // Reading takes as long as some other calls' whole way.
  loader_.Run([this, service, call = std::move(call), way = std::move(way)]() mutable {
    absl::StatusOr<aws::OperationRef> read = parts_.models->Find(service, call.action);
    parts_.client->Post(
        [this, call = std::move(call), way = std::move(way), read = std::move(read)]() mutable {
          Found(std::move(call), std::move(way), std::move(read));
        });
  });
}

void AwsSdkCaller::Found(Call call, Way way, absl::StatusOr<aws::OperationRef> ref) {
  if (!ref.ok()) {
    log::Warn("aws_model_missing",
              {{"service", call.service}, {"action", call.action}, {"why", ref.status()}});
    return way.tell(NoModel(call, FromAbsl(ref.status().message())));
  }
  Outcome<SdkCall, CallFailure> prepared =
      PrepareSdkCall(call, *ref, parts_.endpoints, parts_.policy);
  if (!prepared.ok()) return way.tell(std::move(prepared.error()));
  if (!prepared->scope) return Send(std::move(call), std::move(way), *std::move(prepared));
  Sign(std::move(call), std::move(way), *std::move(prepared));
}

void AwsSdkCaller::Sign(Call call, Way way, SdkCall prepared) {
  const bool at_aws = prepared.needs_credentials;
  const bool as_role = !call.role_arn.empty() && (at_aws || parts_.has_own_sts);
  credentials_.Get(
      /*ask_instance=*/at_aws,
      [this, as_role, call = std::move(call), way = std::move(way),
       prepared = std::move(prepared)](CredentialChain::Result own) mutable {
        if (own.ok() && as_role) {
          return SignAsRole(std::move(call), std::move(way), std::move(prepared), *own);
        }
        if (own.ok()) {
          SignRequest(*own, *prepared.scope, parts_.clock->Now(), &prepared.request);
        } else if (as_role) {
          return way.tell(RoleRefused(call));
        } else if (prepared.needs_credentials) {
          return way.tell(SdkClientFailure(prepared.ref, own.error()));
        }
        Send(std::move(call), std::move(way), std::move(prepared));
      });
}

void AwsSdkCaller::SignAsRole(Call call, Way way, SdkCall prepared, const AwsCredentials& own) {
  const std::string role = call.role_arn;
  const std::string machine = call.state_machine_arn;
  parts_.roles->Get(
      role, machine, own,
      [this, call = std::move(call), way = std::move(way),
       prepared = std::move(prepared)](AssumedRoles::Result credentials) mutable {
        if (!credentials.ok()) {
          log::Warn("role_not_assumed",
                    {{"role", call.role_arn}, {"why", credentials.error().message}});
          return way.tell(RoleNotAssumed(call, prepared.ref.model->prefix, credentials.error()));
        }
        SignRequest(*credentials, *prepared.scope, parts_.clock->Now(), &prepared.request);
        Send(std::move(call), std::move(way), std::move(prepared));
      });
}

}  // namespace pawl::integrations
