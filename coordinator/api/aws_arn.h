// The ARNs and names in requests, checked as AWS checks them (reference/api.md 2 and 3.1).

#ifndef PAWL_API_AWS_ARN_H_
#define PAWL_API_AWS_ARN_H_

#include <optional>
#include <string>
#include <string_view>

#include "coordinator/api/aws_error.h"
#include "coordinator/base/account.h"
#include "coordinator/base/outcome.h"

namespace pawl::api {

// An ARN of this account that names a thing of type `type` ("stateMachine"). InvalidArn otherwise.
Outcome<Arn, AwsError> ReadArn(const Account& account, std::string_view text,
                               std::string_view type);

// A state machine without version, alias or label: a ValidationException for one with any of them.
Outcome<Arn, AwsError> ReadPlainMachineArn(const Account& account, std::string_view text);

// An execution; its name is the qualifier, never empty.
Outcome<Arn, AwsError> ReadExecutionArn(const Account& account, std::string_view text);

// Whether it has the form of a role's ARN. That the role exists is nobody's concern here.
bool IsRoleArn(std::string_view text);

// InvalidName when `name` has a character that names may not have. Its length is checked elsewhere.
std::optional<AwsError> CheckName(std::string_view name);

}  // namespace pawl::api

#endif  // PAWL_API_AWS_ARN_H_
