// How the protocols write an input into a body. Pure.

#ifndef PAWL_INTEGRATIONS_AWS_REQUEST_BODY_H_
#define PAWL_INTEGRATIONS_AWS_REQUEST_BODY_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/integrations/aws/input.h"
#include "coordinator/integrations/aws/model.h"
#include "coordinator/integrations/aws/wire.h"

namespace pawl::aws {

// "Action=SendMessage&Version=2012-11-05&..." of the query and EC2 protocols.
std::string QueryBody(const ServiceModel& model, const Operation& operation, const Input& input);

// Members of the outermost structure that stand elsewhere in the request are left out.
std::string JsonBody(const ServiceModel& model, const Input& input);

// `name` of the outermost element; its namespace is that of `use`.
std::string XmlBody(const ServiceModel& model, const Input& input, const Use& use,
                    std::string_view name);

// A timestamp in its place's own format, or else in `otherwise`.
std::string TimestampText(const Input& input, TimestampFormat otherwise);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_REQUEST_BODY_H_
