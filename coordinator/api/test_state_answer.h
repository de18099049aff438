// The answer of TestState (reference/api.md 7.2).

#ifndef PAWL_API_TEST_STATE_ANSWER_H_
#define PAWL_API_TEST_STATE_ANSWER_H_

#include <string>

#include "coordinator/api/test_state_request.h"
#include "coordinator/core/trial.h"
#include "coordinator/integrations/call.h"

namespace pawl::api {

// `trial` has ended. `trace`: of an HTTP task; null: there was none.
std::string TestStateAnswer(const TestStateRequest& request, const core::Trial& trial,
                            const integrations::HttpTrace* trace);

}  // namespace pawl::api

#endif  // PAWL_API_TEST_STATE_ANSWER_H_
