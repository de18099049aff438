// The ARNs and names in requests, checked as AWS checks them (reference/api.md 2 and 3.1).

#ifndef PAWL_API_AWS_ARN_H_
#define PAWL_API_AWS_ARN_H_

#include <cstdint>
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

// A state machine, or a version or an alias of one; a ValidationException for one with a label.
Outcome<Arn, AwsError> ReadMachineArn(const Account& account, std::string_view text);
// A state machine alone: a ValidationException also for a version or an alias.
Outcome<Arn, AwsError> ReadPlainMachineArn(const Account& account, std::string_view text);
// A version; an alias. Its number or its name is the qualifier.
Outcome<Arn, AwsError> ReadVersionArn(const Account& account, std::string_view text);
Outcome<Arn, AwsError> ReadAliasArn(const Account& account, std::string_view text);

// The number of the version that the qualifier of an ARN names; nothing when it names an alias or
// is empty. A number beyond all that there can be gives 0, which no version has.
std::optional<int64_t> VersionNumber(std::string_view qualifier);

// An execution; its name is the qualifier, never empty.
Outcome<Arn, AwsError> ReadExecutionArn(const Account& account, std::string_view text);

// Whether it has the form of a role's ARN. That the role exists is nobody's concern here.
bool IsRoleArn(std::string_view text);

// InvalidName when `name` has a character that names may not have. Its length is checked elsewhere.
std::optional<AwsError> CheckName(std::string_view name);

}  // namespace pawl::api

#endif  // PAWL_API_AWS_ARN_H_
