// The request of TestState: what is to be run, checked as AWS checks it (reference/api.md 7).

#ifndef PAWL_API_TEST_STATE_REQUEST_H_
#define PAWL_API_TEST_STATE_REQUEST_H_

#include <memory>
#include <optional>

#include "coordinator/api/aws_call.h"
#include "coordinator/api/aws_error.h"
#include "coordinator/asl/compile_state.h"
#include "coordinator/base/outcome.h"
#include "coordinator/core/trial.h"

namespace pawl::api {

enum class InspectionLevel { kInfo, kDebug, kTrace };

struct TestStateRequest {
  asl::LoneState lone;
  core::TrialOptions options;
  InspectionLevel level = InspectionLevel::kInfo;
  bool reveal_secrets = false;

  bool makes_call() const {
    return lone.state->type == asl::StateType::kTask && !options.mock.has_value();
  }
};

// `call`: its members have been checked one by one.
Outcome<TestStateRequest, AwsError> ReadTestState(const Services& services, const Call& call);

// What is wrong with a Context object that is given for a test of `state`; it is JSON.
std::optional<AwsError> CheckContext(Json context, const asl::State& state);

}  // namespace pawl::api

#endif  // PAWL_API_TEST_STATE_REQUEST_H_
