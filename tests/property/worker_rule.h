// What the workers of the property test do with a task: a function of its activity and input and of
// nothing else, so that the core alone can be given the same answers. property_worker.py does it in
// front of the engine.

#ifndef PAWL_TESTS_PROPERTY_WORKER_RULE_H_
#define PAWL_TESTS_PROPERTY_WORKER_RULE_H_

#include <optional>
#include <string>
#include <string_view>

namespace pawl::property {

struct Answer {
  bool silent = false;  // there is none: a time-out ends the task
  bool succeeded = false;
  std::string output;  // JSON
  std::string error;
  std::optional<std::string> cause;
};

// steady and beating succeed, moody fails on some inputs, quiet and fading never answer.
Answer AnswerTo(std::string_view activity, std::string_view input);

}  // namespace pawl::property

#endif  // PAWL_TESTS_PROPERTY_WORKER_RULE_H_
