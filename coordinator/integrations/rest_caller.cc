#include "coordinator/integrations/rest_caller.h"

#include <memory>

#include "coordinator/base/json.h"

namespace pawl::integrations {
namespace {

struct Going {
  Call call;
  RestCall rest;
  AwsSdkCaller::Way way;
};

bool Passes(const HttpResult& result) {
  if (result.ok()) return result->status == 429 || result->status >= 500;
  const HttpFailure::Kind kind = result.error().kind;
  return kind != HttpFailure::Kind::kTooLarge && kind != HttpFailure::Kind::kInvalid &&
         kind != HttpFailure::Kind::kDenied;
}

void SendRest(const std::shared_ptr<Going>& going, HttpRequest request) {
  going->way.send(std::move(request), [going](HttpResult result) {
    CallResult told = result.ok()
                          ? RestResult(going->call, going->rest, *result)
                          : CallResult(RestFailure(going->call, going->rest, result.error()));
    if (!told.ok()) told.error().passing = Passes(result);
    going->way.tell(std::move(told));
  });
}

}  // namespace

void RestCaller::Begin(Call call, AwsSdkCaller::Way way) {
  if (!call.of_job && !parts_.policy.Allows(call.state_machine_arn, call.service, call.action)) {
    return way.tell(RestDenied(call));
  }
  Outcome<RestCall, CallFailure> read = ReadRestCall(call, parts_.options);
  if (!read.ok()) return way.tell(std::move(read.error()));
  const auto going =
      std::make_shared<Going>(Going{std::move(call), *std::move(read), std::move(way)});
  HttpRequest request = std::move(going->rest.request);
  if (going->rest.proof == RestCall::Proof::kNone) return SendRest(going, std::move(request));
  // Nothing can be proven without credentials, wherever the call goes.
  parts_.aws->GetCredentials(
      going->call, going->rest.prefix, /*at_aws=*/true,
      [this, going, request = std::move(request)](AwsSdkCaller::Credentials credentials) mutable {
        if (!credentials.ok()) return going->way.tell(std::move(credentials.error()));
        Prove(going->rest, **credentials, parts_.clock->Now(), &request);
        SendRest(going, std::move(request));
      });
}

std::optional<std::string> RestCaller::RefusalOf(std::string_view service, std::string_view action,
                                                 Json parameters) const {
  const Outcome<RestCall, CallFailure> rest = ReadRestCall({.service = std::string(service),
                                                            .action = std::string(action),
                                                            .parameters = WriteJson(parameters)},
                                                           parts_.options);
  return rest.ok() ? std::nullopt : rest.error().cause;
}

}  // namespace pawl::integrations
