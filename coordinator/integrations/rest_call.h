// Calls of optimized integrations that are HTTP requests of a definition's own making: APIs behind
// API Gateway (apigateway:invoke) and the Kubernetes API of EKS clusters (eks:call, eks:runJob),
// with shapes of their own (reference/integrations.md 8 and 9). Pure.

#ifndef PAWL_INTEGRATIONS_REST_CALL_H_
#define PAWL_INTEGRATIONS_REST_CALL_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/http_message.h"
#include "coordinator/integrations/sigv4.h"

namespace pawl::integrations {

struct RestCall {
  // How the other side knows who calls.
  enum class Proof {
    kNone,
    kSignature,  // of the request, version 4
    kToken,      // that only holders of AWS credentials can make: of EKS clusters
  };

  std::string_view prefix;  // of errors: "ApiGateway"
  HttpRequest request;
  Proof proof = Proof::kNone;
  SigningScope scope;   // of the signature, or of the token
  std::string cluster;  // of a token
  bool shows_headers = false;
};

struct RestOptions {
  std::string region;        // where the host's name does not say it
  bool allow_plain = false;  // http as well as https
};

// Which calls are such.
bool IsRestCall(std::string_view service, std::string_view action);

// The Parameters cannot be used: States.Runtime. `call` is such a one.
Outcome<RestCall, CallFailure> ReadRestCall(const Call& call, const RestOptions& options);

// As a gateway refuses who has no permission; for calls that the policy does not allow.
CallFailure RestDenied(const Call& call);

// Adds the signature or the token. `now` as of the signature.
void Prove(const RestCall& rest, const AwsCredentials& credentials, absl::Time now,
           HttpRequest* request);

CallResult RestResult(const Call& call, const RestCall& rest, const HttpResponse& response);
// When there was no response.
CallFailure RestFailure(const Call& call, const RestCall& rest, const HttpFailure& failure);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_REST_CALL_H_
