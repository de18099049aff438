// Small models for tests, written as botocore writes them.

#ifndef PAWL_TESTS_UNIT_AWS_MODEL_OF_TEST_H_
#define PAWL_TESTS_UNIT_AWS_MODEL_OF_TEST_H_

#include <memory>
#include <string>

#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/model_reader.h"

namespace pawl::aws {

// `operations` and `shapes` are JSON objects; the first operation is the one that tests use.
inline std::shared_ptr<const ServiceModel> ModelOf(const std::string& protocol,
                                                   const std::string& operations,
                                                   const std::string& shapes,
                                                   const std::string& service_id = "Test Thing") {
  return *ReadModel(StrCat(R"({"metadata":{"apiVersion":"2020-01-01","endpointPrefix":"thing",)",
                           R"("jsonVersion":"1.1","targetPrefix":"Thing","protocol":")", protocol,
                           R"(","serviceId":")", service_id, R"(","signatureVersion":"v4"},)",
                           R"("operations":)", operations, R"(,"shapes":)", shapes, "}"));
}

}  // namespace pawl::aws

#endif  // PAWL_TESTS_UNIT_AWS_MODEL_OF_TEST_H_
