// Whether a made-up result of a task is one that its service could give: what TestState asks of a
// mock (reference/api.md 7.3). Pure.

#ifndef PAWL_INTEGRATIONS_RESULT_PROBLEM_H_
#define PAWL_INTEGRATIONS_RESULT_PROBLEM_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/integrations/aws/catalogue.h"

namespace pawl::integrations {

// The operation whose answer the result of a task is.
struct ResultModel {
  std::string service;  // as the catalogue of models calls it
  std::string action;
  // A member that tasks see in a form of their own; empty: none.
  std::string_view reshaped;
  // Members have the model's names, as optimized integrations show them.
  bool model_names = false;
};

// `of_job`: the result is that of a job (.sync), as the call tells it that asks for it. Nothing: no
// model describes the results of such tasks.
std::optional<ResultModel> ResultModelOf(std::string_view service, std::string_view action,
                                         bool of_job);

// In AWS's words: "Mock result schema validation error: Field 'EventId' must be a string"; nothing:
// it could be. Members that the model does not have are nobody's business. `complete`: members that
// must be there are missed.
std::optional<std::string> ResultProblem(const aws::OperationRef& ref, const ResultModel& model,
                                         Json result, bool complete);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_RESULT_PROBLEM_H_
