// The calls that ask for a job and that end it, and what their answers say. Pure.

#ifndef PAWL_INTEGRATIONS_JOBS_H_
#define PAWL_INTEGRATIONS_JOBS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "coordinator/base/outcome.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/job_rules.h"

namespace pawl::integrations {

// Asks how the job stands that `call` has submitted (Call::job). A failure: what the submission was
// answered names no job.
Outcome<Call, CallFailure> LookCall(const JobRule& rule, const Call& call);

// Ends that job; nothing: its service has no way to.
std::optional<Call> StopCall(const JobRule& rule, const Call& call);

// What the answer to a LookCall says: the task's result when the job has ended, or cannot be asked
// for; nothing while it goes on, and while it cannot be told. A service may not know a job that it
// has just accepted: so it is not missing before kMissingAfter.
std::optional<CallResult> ReadLook(const JobRule& rule, const Call& call, const CallResult& answer,
                                   absl::Time now);
inline constexpr absl::Duration kMissingAfter = absl::Minutes(1);

// Whether a submission that is made again is refused because its first making was accepted: the
// service has a job of that name, and no other name for it.
bool WasAccepted(const Call& call, const CallFailure& failure);

// Whether a service says of a job that there is none such.
bool SaysGone(const CallFailure& failure);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_JOBS_H_
