// The account and region this installation speaks for, and the ARNs of its things (reference/api.md
// 2).

#ifndef PAWL_BASE_ACCOUNT_H_
#define PAWL_BASE_ACCOUNT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace pawl {

struct Account {
  std::string partition = "aws";
  std::string region = "us-east-1";
  std::string account_id = "000000000000";

  std::string StateMachineArn(std::string_view machine) const;
  // Of a version, by its number, or an alias, by its name; of the machine when that is empty.
  std::string QualifiedArn(std::string_view machine, std::string_view qualifier) const;
  std::string ExecutionArn(std::string_view machine, std::string_view execution) const;
  std::string ActivityArn(std::string_view activity) const;
};

// "arn:<partition>:<service>:<region>:<account_id>:<type>:<name>[:<qualifier>]", split.
struct Arn {
  std::string partition;
  std::string service;
  std::string region;
  std::string account_id;
  std::string type;  // "stateMachine", "execution", "activity", "express", ...
  std::string name;
  std::string qualifier;  // the execution's name; a version's number, an alias's name; may be empty

  // INVALID_ARGUMENT unless it has the seven parts.
  static absl::StatusOr<Arn> Parse(std::string_view text);
};

}  // namespace pawl

#endif  // PAWL_BASE_ACCOUNT_H_
