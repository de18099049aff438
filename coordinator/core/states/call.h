// What only Tasks do that are calls: Lambda functions and service integrations
// (reference/integrations.md 2 and 5, history.md 5).
//
//                 given            result, no token
//   kScheduled ───────────► kStarted ─────────────────────────────────────► TaskSucceeded
//        ▲                   │    │
//        └───────────────────┘    │ result, with a token      the token comes back
//         its lease runs out      └──────────────► kSubmitted ─────────────► TaskSucceeded
//                                  TaskSubmitted
//
// Whoever has the token may be faster than the call that handed it out. What it says is accepted
// and kept (TaskAttempt::early), and told in the history after the call's result, or without one
// when none comes within kAwaitEndedCall.

#ifndef PAWL_CORE_STATES_CALL_H_
#define PAWL_CORE_STATES_CALL_H_

#include <optional>
#include <string>

#include "coordinator/asl/error.h"
#include "coordinator/asl/machine.h"
#include "coordinator/core/payload.h"
#include "coordinator/core/step.h"

namespace pawl::core {

// `task`, which `branch` is about to begin, has its nonce: its token is in the Context object while
// its fields are evaluated.
void OfferToken(Step& step, const Branch& branch, const TaskAttempt& task);

// RoleArn of Credentials; empty without them.
asl::Result<std::string> EvaluateRole(Step& step, const Branch& branch,
                                      const asl::TaskDetail& detail, const Payload& input);

// Where those wait who take tasks of `resource`. The failure of the state when nobody can: its
// activity has been deleted, nothing here carries it out, or not with these parameters.
asl::Result<std::string> FindQueue(Step& step, const asl::TaskResource& resource,
                                   const Payload& parameters);

// `parameters` as the history shows them: ECS is told who starts a task and waits for its end
// (reference/integrations.md 8). All else that is added is seen by the service alone.
Payload ScheduledParameters(Step& step, const asl::TaskResource& resource, Payload parameters);

// What the Scheduled event of a call says beside what others say.
void TellScheduledCall(Step& step, const Branch& branch, HistoryEvent* event);

// The call that `branch`'s task is has returned (phase kStarted, or kScheduled when it was taken
// back meanwhile).
void ReturnCall(Step& step, Branch& branch, const Text& output);
void FailCall(Step& step, Branch& branch, const std::optional<Text>& error,
              const std::optional<Text>& cause);

// Its token has come back.
void EndByToken(Step& step, Branch& branch, EarlyEnd end);
// The task goes the way that `task->early` has.
void EndEarly(Step& step, Branch& branch);

}  // namespace pawl::core

#endif  // PAWL_CORE_STATES_CALL_H_
