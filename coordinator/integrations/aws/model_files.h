// Finds the models in folders: those of botocore (SERVICE/VERSION/service-2.json, or .json.gz) and
// those of aws-sdk 2 for JavaScript (SERVICE-VERSION.min.json). Of several versions the newest
// counts.

#ifndef PAWL_INTEGRATIONS_AWS_MODEL_FILES_H_
#define PAWL_INTEGRATIONS_AWS_MODEL_FILES_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace pawl::aws {

// The files of one folder by the service in a Resource ("dynamodb"). A folder that cannot be read
// has none; nor counts a file that does not say in its first bytes what it is.
std::map<std::string, std::string> FindModels(const std::string& folder);

// A file's text, unpacked where its name ends in .gz. NOT_FOUND, INVALID_ARGUMENT, or
// RESOURCE_EXHAUSTED when it is larger than any model is.
absl::StatusOr<std::string> ReadModelFile(const std::string& path);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_MODEL_FILES_H_
