// What single services ask for beyond their models, as AWS's SDKs have it in code: checksums, ids
// of Route 53, headers of Glacier and API Gateway. Pure.

#ifndef PAWL_INTEGRATIONS_AWS_REQUEST_CUSTOMS_H_
#define PAWL_INTEGRATIONS_AWS_REQUEST_CUSTOMS_H_

#include "coordinator/integrations/aws/input.h"
#include "coordinator/integrations/aws/model.h"
#include "coordinator/integrations/aws/wire.h"

namespace pawl::aws {

// `request` is complete but for these.
void Customize(const ServiceModel& model, const Operation& operation, const Input& input,
               WireRequest* request);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_REQUEST_CUSTOMS_H_
