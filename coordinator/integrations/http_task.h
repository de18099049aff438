// The HTTP task, arn:aws:states:::http:invoke: what is sent, and what the task gets from the
// response (reference/integrations.md 10). Pure.

#ifndef PAWL_INTEGRATIONS_HTTP_TASK_H_
#define PAWL_INTEGRATIONS_HTTP_TASK_H_

#include <string>

#include "coordinator/integrations/call.h"
#include "coordinator/integrations/connections.h"
#include "coordinator/integrations/http_message.h"

namespace pawl::integrations {

struct HttpTaskOptions {
  std::string region;              // shown in User-Agent
  bool allow_plain = false;        // http beside https
  const Connections* connections;  // null: what one would add is left out
};

struct HttpTask {
  HttpRequest request;           // complete but for an OAuth token
  const Connection* connection;  // null: none
};

// States.Runtime: the Parameters cannot be used. Events.ConnectionResource.ResourceNotFound: there
// is no such connection.
Outcome<HttpTask, CallFailure> ReadHttpTask(const Call& call, const HttpTaskOptions& options);

CallResult HttpTaskResult(const Call& call, const HttpResponse& response);

// When there was no response.
CallFailure HttpTaskFailure(const Call& call, const HttpFailure& failure);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_HTTP_TASK_H_
