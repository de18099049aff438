// The roles that tasks name in Credentials: assumed at AWS's STS when a call is to be signed, kept
// until shortly before they expire.

#ifndef PAWL_INTEGRATIONS_ASSUMED_ROLES_H_
#define PAWL_INTEGRATIONS_ASSUMED_ROLES_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "coordinator/base/outcome.h"
#include "coordinator/integrations/call.h"
#include "coordinator/integrations/http_client.h"
#include "coordinator/integrations/sigv4.h"

namespace pawl::integrations {

// Why there are no credentials of a role.
struct RoleFailure {
  bool refused = false;  // by STS; otherwise it could not be asked
  std::string message;
};

// How the task of such a call fails (reference/integrations.md 3); `prefix` of the service's
// errors: "Lambda".
CallFailure RoleRefused(const Call& call);
CallFailure RoleNotAssumed(const Call& call, std::string_view prefix, const RoleFailure& failure);

// On the client's thread only.
class AssumedRoles {
 public:
  // `endpoint`: URL of an STS. `clock` and `client` must outlive it; it must outlive the client's
  // thread.
  AssumedRoles(std::string endpoint, std::string region, const Clock* clock, HttpClient* client)
      : endpoint_(std::move(endpoint)),
        region_(std::move(region)),
        clock_(clock),
        client_(client) {}

  using Result = Outcome<AwsCredentials, RoleFailure>;
  using Done = absl::AnyInvocable<void(Result)>;
  // Of `role_arn`, for a task of that state machine, whose ARN is the external id; `own` signs the
  // request. `done` is called at once when they are there, else when STS has answered; many who
  // wait for one role share the request.
  void Get(const std::string& role_arn, const std::string& state_machine_arn,
           const AwsCredentials& own, Done done);

 private:
  using Key = std::pair<std::string, std::string>;  // role, state machine
  struct Role {
    AwsCredentials credentials;
    absl::Time expires_at = absl::InfinitePast();
    std::vector<Done> waiting;  // for the request under way
  };

  void Answered(const Key& key, HttpResult result);
  void DropExpired();

  // Roles are few; where definitions compute thousands of them, those that expired go.
  static constexpr size_t kManyRoles = 1000;

  const std::string endpoint_;
  const std::string region_;
  const Clock* const clock_;
  HttpClient* const client_;
  std::map<Key, Role> roles_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_ASSUMED_ROLES_H_
