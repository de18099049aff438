// Step Functions' names for what AWS's models name otherwise. It takes them from the AWS SDK for
// Java 2, so these are that SDK's rules (reference/integrations.md 11). Pure.

#ifndef PAWL_INTEGRATIONS_AWS_NAMES_H_
#define PAWL_INTEGRATIONS_AWS_NAMES_H_

#include <string>
#include <string_view>

namespace pawl::aws {

// "DynamoDB" to "DynamoDb", "SFN" to "Sfn": what stands before the dot of an error's name, from a
// model's serviceId. The service in a Resource is the same in lower case.
std::string ServicePrefix(std::string_view service_id);

// "DBInstanceNotFoundFault" to "DbInstanceNotFoundException": of the shape that a model has for an
// error.
std::string ExceptionName(std::string_view shape);

// "bucketName" to "BucketName", "DBInstanceIdentifier" to "DbInstanceIdentifier": a member of
// Parameters or of a result.
std::string MemberKey(std::string_view member);

// "jobName" to "JobName", "MD5OfBody" as it is: a member as the AWS SDK for Java 1 writes it.
std::string Capitalized(std::string_view member);

// "DescribeInstances" to "describeInstances": the action in a Resource.
std::string ActionName(std::string_view operation);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_NAMES_H_
