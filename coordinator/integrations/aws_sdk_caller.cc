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

// A role makes sense to an STS that knows the service's side: AWS's for AWS's own hosts, one's own
// for one's own.
bool AwsSdkCaller::AssumesRole(const Call& call, const SdkCall& prepared) const {
  if (call.role_arn.empty()) return false;
  return parts_.endpoints.Of("sts", "sts").is_aws_own == prepared.needs_credentials;
}

void AwsSdkCaller::Sign(Call call, Way way, SdkCall prepared) {
  const std::string role = AssumesRole(call, prepared) ? call.role_arn : "";
  const bool own_hosts = prepared.needs_credentials;
  credentials_.Get(role, /*ask_instance=*/own_hosts,
                   [this, role, call = std::move(call), way = std::move(way),
                    prepared = std::move(prepared)](CredentialChain::Result credentials) mutable {
                     if (credentials.ok()) {
                       SignRequest(*credentials, *prepared.scope, parts_.clock->Now(),
                                   &prepared.request);
                     } else if (prepared.needs_credentials || !role.empty()) {
                       return way.tell(SdkClientFailure(prepared.ref, credentials.error()));
                     }
                     Send(std::move(call), std::move(way), std::move(prepared));
                   });
}

}  // namespace pawl::integrations
