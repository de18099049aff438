#include "coordinator/integrations/credential_plan.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {
namespace {

using Plan = Outcome<CredentialPlan, std::string>;
using Profile = std::map<std::string, std::string>;

constexpr char kInstanceUrl[] = "http://169.254.169.254";
constexpr char kContainerUrl[] = "http://169.254.170.2";

std::string Value(const Profile& profile, const std::string& key) {
  const auto at = profile.find(key);
  return at == profile.end() ? "" : at->second;
}

class Planner {
 public:
  explicit Planner(const CredentialSources& sources) : sources_(sources) {}

  Plan Make() {
    if (auto keys = FromEnvironment()) return *std::move(keys);
    if (!Variable("AWS_WEB_IDENTITY_TOKEN_FILE").empty() && !Variable("AWS_ROLE_ARN").empty()) {
      return CredentialPlan{
          .origin = CredentialPlan::Origin::kWebIdentity,
          .web_role = {Variable("AWS_ROLE_ARN"), Variable("AWS_ROLE_SESSION_NAME"), ""},
          .token_file = Variable("AWS_WEB_IDENTITY_TOKEN_FILE")};
    }
    ReadFiles();
    const std::string named = Variable("AWS_PROFILE");
    const std::string name = named.empty() ? "default" : named;
    if (const auto profile = profiles_.find(name);
        profile != profiles_.end() && SaysSomething(profile->second)) {
      return FromProfile(name);
    }
    if (!named.empty()) return StrCat("the profile ", named, " has no credentials");
    if (auto container = FromContainer()) return *std::move(container);
    return FromInstance();
  }

 private:
  std::string Variable(const std::string& name) const {
    return sources_.variable(name).value_or("");
  }

  void ReadFiles() {
    // What stands in the credentials file wins.
    for (const std::string& path : {ConfigFile(sources_), CredentialsFile(sources_)}) {
      if (const auto text = sources_.file(path)) ReadProfiles(*text, &profiles_);
    }
  }

  std::optional<CredentialPlan> FromEnvironment() const {
    const std::string id = Variable("AWS_ACCESS_KEY_ID");
    const std::string secret = Variable("AWS_SECRET_ACCESS_KEY");
    if (id.empty() || secret.empty()) return std::nullopt;
    return CredentialPlan{.origin = CredentialPlan::Origin::kKeys,
                          .keys = {id, secret, Variable("AWS_SESSION_TOKEN")}};
  }

  static bool SaysSomething(const Profile& profile) {
    return !Value(profile, "role_arn").empty() || HasKeys(profile);
  }
  static bool HasKeys(const Profile& profile) {
    return !Value(profile, "aws_access_key_id").empty() &&
           !Value(profile, "aws_secret_access_key").empty();
  }
  static CredentialPlan Keys(const Profile& profile) {
    return {.origin = CredentialPlan::Origin::kKeys,
            .keys = {Value(profile, "aws_access_key_id"), Value(profile, "aws_secret_access_key"),
                     Value(profile, "aws_session_token")}};
  }

  Plan FromProfile(const std::string& name) {
    const auto at = profiles_.find(name);
    if (at == profiles_.end()) return StrCat("there is no profile ", name);
    const Profile& profile = at->second;
    const AssumedRole role = {Value(profile, "role_arn"), Value(profile, "role_session_name"),
                              Value(profile, "external_id")};
    // A profile that is met again stands for its own keys: a role may name itself as its source.
    if (role.arn.empty() || !visited_.insert(name).second) {
      if (HasKeys(profile)) return Keys(profile);
      return StrCat("the profile ", name, " has no credentials");
    }
    if (const std::string token = Value(profile, "web_identity_token_file"); !token.empty()) {
      return CredentialPlan{
          .origin = CredentialPlan::Origin::kWebIdentity, .web_role = role, .token_file = token};
    }
    Plan plan = SourceOf(name, profile);
    if (plan.ok()) plan->roles.push_back(role);
    return plan;
  }

  // What the role of `profile` is assumed with.
  Plan SourceOf(const std::string& name, const Profile& profile) {
    if (const std::string source = Value(profile, "source_profile"); !source.empty()) {
      return FromProfile(source);
    }
    const std::string source = Value(profile, "credential_source");
    if (source == "Environment") {
      if (auto keys = FromEnvironment()) return *std::move(keys);
      return StrCat("the profile ", name, " asks for keys in the environment, which has none");
    }
    if (source == "EcsContainer") {
      if (auto container = FromContainer()) return *std::move(container);
      return StrCat("the profile ", name, " asks for a container's credentials, which has none");
    }
    if (source == "Ec2InstanceMetadata") return FromInstance();
    return StrCat("the profile ", name,
                  " has a role_arn, and no source_profile, credential_source ",
                  "or web_identity_token_file");
  }

  std::optional<CredentialPlan> FromContainer() const {
    const std::string relative = Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const std::string full = Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative.empty() && full.empty()) return std::nullopt;
    return CredentialPlan{.origin = CredentialPlan::Origin::kContainer,
                          .url = relative.empty() ? full : StrCat(kContainerUrl, relative),
                          .authorization = Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
                          .authorization_file = Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")};
  }

  Plan FromInstance() const {
    if (absl::AsciiStrToLower(Variable("AWS_EC2_METADATA_DISABLED")) == "true") {
      return std::string("none are configured");
    }
    const std::string url = Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    return CredentialPlan{.origin = CredentialPlan::Origin::kInstance,
                          .url = url.empty() ? kInstanceUrl : url};
  }

  const CredentialSources& sources_;
  Profiles profiles_;
  std::set<std::string> visited_;
};

std::string FileOf(const CredentialSources& sources, const char* variable, const char* name) {
  const auto named = sources.variable(variable);
  if (named && !named->empty()) return *named;
  const auto home = sources.variable("HOME");
  return home ? StrCat(*home, "/.aws/", name) : "";
}

}  // namespace

std::string CredentialsFile(const CredentialSources& sources) {
  return FileOf(sources, "AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

std::string ConfigFile(const CredentialSources& sources) {
  return FileOf(sources, "AWS_CONFIG_FILE", "config");
}

void ReadProfiles(const std::string& text, Profiles* profiles) {
  Profile* section = nullptr;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    const absl::string_view line = absl::StripAsciiWhitespace(raw);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      std::string name(absl::StripAsciiWhitespace(line.substr(1, line.find(']') - 1)));
      constexpr std::string_view kProfile = "profile ";
      if (std::string_view(name).starts_with(kProfile)) name.erase(0, kProfile.size());
      section = &(*profiles)[name];
      continue;
    }
    // Lines that are set in belong to a key with a structure of its own.
    if (section == nullptr || absl::ascii_isspace(raw[0])) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    (*section)[absl::AsciiStrToLower(absl::StripAsciiWhitespace(parts.first))] =
        std::string(absl::StripAsciiWhitespace(parts.second));
  }
}

Outcome<CredentialPlan, std::string> PlanCredentials(const CredentialSources& sources) {
  return Planner(sources).Make();
}

}  // namespace pawl::integrations
