// Where credentials of AWS are to come from, as AWS's own tools decide it: the environment, the
// shared files with their profiles, a role of a web identity, the container, the instance.

#ifndef PAWL_INTEGRATIONS_CREDENTIAL_PLAN_H_
#define PAWL_INTEGRATIONS_CREDENTIAL_PLAN_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/base/outcome.h"
#include "coordinator/integrations/sigv4.h"

namespace pawl::integrations {

// A role to assume with sts:AssumeRole.
struct AssumedRole {
  std::string arn;
  std::string session_name;  // empty: Pawl's own
  std::string external_id;   // may be empty
};

// How to get credentials: something to begin with, then roles, each assumed with what came before.
struct CredentialPlan {
  enum class Origin { kKeys, kWebIdentity, kContainer, kInstance };
  Origin origin = Origin::kInstance;
  AwsCredentials keys;  // kKeys
  // kWebIdentity: the role to begin with, and the file with the token, read when it is needed.
  AssumedRole web_role;
  std::string token_file;
  std::string url;            // kContainer; kInstance: where the metadata service is
  std::string authorization;  // kContainer: the header's value; may be empty
  std::string authorization_file;
  std::vector<AssumedRole> roles;
};

struct CredentialSources {
  std::function<std::optional<std::string>(const std::string& name)> variable;
  // A file's text; nothing when it cannot be read.
  std::function<std::optional<std::string>(const std::string& path)> file;
};

// The reason, for people and without secrets, when what is said cannot be followed, such as a
// profile that is not there. With the instance's metadata switched off and nothing else said, there
// are none.
Outcome<CredentialPlan, std::string> PlanCredentials(const CredentialSources& sources);

// The shared files that the environment names.
std::string CredentialsFile(const CredentialSources& sources);
std::string ConfigFile(const CredentialSources& sources);

// Sections by name, "[profile x]" as "x"; keys in lower case.
using Profiles = std::map<std::string, std::map<std::string, std::string>>;
void ReadProfiles(const std::string& text, Profiles* profiles);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_CREDENTIAL_PLAN_H_
