// The logs of a Kubernetes job's pods, which the result of eks:runJob.sync has when its LogOptions
// ask for them (docs.aws.amazon.com, "Create and manage Amazon EKS clusters with Step Functions"):
// {"logs": {"pods": {POD: {"containers": {CONTAINER: {"log": ...}}}}}} beside the job's members.

#ifndef PAWL_INTEGRATIONS_CLUSTER_LOGS_H_
#define PAWL_INTEGRATIONS_CLUSTER_LOGS_H_

#include <functional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "coordinator/integrations/call.h"

namespace pawl::integrations {

// Whether `call`, whose job has ended, asks for them.
bool WantsClusterLogs(const Call& call);

// Adds them to `job`, the job as JSON text. `start` makes calls, one at a time; `done` is called
// once, with the first failure if there is one.
void AddClusterLogs(Call call, std::string job,
                    std::function<void(Call, absl::AnyInvocable<void(CallResult)>)> start,
                    absl::AnyInvocable<void(CallResult)> done);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CLUSTER_LOGS_H_
