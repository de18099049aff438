// What Parameters say about an operation's input: checked against the model, each value in the
// form in which it is sent, so that the protocols only write it down.

#ifndef PAWL_INTEGRATIONS_AWS_INPUT_H_
#define PAWL_INTEGRATIONS_AWS_INPUT_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "coordinator/base/json.h"
#include "coordinator/base/outcome.h"
#include "coordinator/integrations/aws/model.h"

namespace pawl::aws {

struct Input {
  const Use* use = nullptr;  // of the model
  ShapeType type = ShapeType::kString;
  // Strings and blobs as they are, bytes of the latter; numbers and booleans as they are written.
  std::string text;
  absl::Time time;                     // of timestamps
  Json document;                       // of documents and JSON in headers
  std::vector<Input> items;            // members in the model's order, elements, a map's values
  std::vector<std::string_view> keys;  // of a map's values
  bool is_document = false;

  // A structure's member by the model's name; null when it is not given.
  const Input* Find(std::string_view name) const;
};

// How strictly Parameters are taken, and what messages call them.
struct InputStyle {
  // Of optimized integrations: what is given for a text must be one, in the place of becoming JSON.
  bool only_strings = false;
  bool model_names = false;  // as ResultStyle's
};

// `parameters` is an object with Step Functions' keys, and must outlive the result, as must the
// model. Members that are null are left out; values that are no texts but are given for strings or
// blobs become their JSON text (reference/integrations.md 3). The problems are in AWS's words.
//   token   for a member that is to be filled in when it is missing (idempotency tokens)
Outcome<Input, std::vector<std::string>> ReadInput(const ServiceModel& model,
                                                   const Operation& operation, Json parameters,
                                                   std::string_view token,
                                                   const InputStyle& style = {});

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_INPUT_H_
