// A Lambda function's invocation: what is sent, and what a task gets from the response
// (reference/integrations.md 5). Pure.

#ifndef PAWL_INTEGRATIONS_LAMBDA_CALL_H_
#define PAWL_INTEGRATIONS_LAMBDA_CALL_H_

#include <optional>
#include <string>

#include "coordinator/integrations/call.h"
#include "coordinator/integrations/http_message.h"
#include "coordinator/integrations/lambda_routes.h"

namespace pawl::integrations {

struct Invocation {
  std::string function;   // as the definition names it
  std::string qualifier;  // of Parameters; empty: none
  std::string payload;    // what the function gets, as it is
  std::string type = "RequestResponse";
  std::string log_type = "None";
  std::string client_context;  // as it is sent; empty: none
};

// Of `lambda:invoke` or a function ARN as Resource.
Outcome<Invocation, CallFailure> ReadInvocation(const Call& call);

// What is wrong with the Parameters of `lambda:invoke`, in AWS's words; nothing when all is well.
std::optional<std::string> InvocationRefusal(Json parameters);

// The request, still to be signed. Lambda.ResourceNotFoundException when no endpoint serves the
// function.
Outcome<HttpRequest, CallFailure> InvokeRequest(const Call& call, const Invocation& invocation,
                                                const LambdaRoutes& routes);

CallResult InvokeResult(const Call& call, const Invocation& invocation,
                        const HttpResponse& response);

// When there was no response.
CallFailure InvokeFailure(const Call& call, const HttpFailure& failure);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_LAMBDA_CALL_H_
