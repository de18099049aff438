// The request that an operation is called with, from its input (input.h). Pure.

#ifndef PAWL_INTEGRATIONS_AWS_REQUEST_H_
#define PAWL_INTEGRATIONS_AWS_REQUEST_H_

#include <string>
#include <vector>

#include "coordinator/base/outcome.h"
#include "coordinator/integrations/aws/input.h"
#include "coordinator/integrations/aws/model.h"
#include "coordinator/integrations/aws/wire.h"

namespace pawl::aws {

// Without host and signature. What cannot be sent, such as a header value with a line's end or an
// empty part of the path, is a problem in AWS's words.
Outcome<WireRequest, std::vector<std::string>> BuildRequest(const ServiceModel& model,
                                                            const Operation& operation,
                                                            const Input& input);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_REQUEST_H_
