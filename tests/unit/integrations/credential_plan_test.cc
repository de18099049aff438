#include "coordinator/integrations/credential_plan.h"

#include <map>
#include <string>

#include "coordinator/base/strings.h"
#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

using Texts = std::map<std::string, std::string>;

std::optional<std::string> Find(const Texts& texts, const std::string& name) {
  const auto at = texts.find(name);
  return at == texts.end() ? std::nullopt : std::optional<std::string>(at->second);
}

std::string Plan(Texts variables, const Texts& files = {}) {
  variables.emplace("HOME", "/h");
  const auto plan = PlanCredentials({[&](const std::string& name) { return Find(variables, name); },
                                     [&](const std::string& path) { return Find(files, path); }});
  if (!plan.ok()) return plan.error();
  std::string text;
  switch (plan->origin) {
    case CredentialPlan::Origin::kKeys:
      text = StrCat("keys ", plan->keys.access_key_id, " ", plan->keys.secret_access_key, " ",
                    plan->keys.session_token);
      break;
    case CredentialPlan::Origin::kWebIdentity:
      text = StrCat("web ", plan->web_role.arn, " ", plan->token_file);
      break;
    case CredentialPlan::Origin::kContainer:
      text = StrCat("container ", plan->url, " ", plan->authorization);
      break;
    case CredentialPlan::Origin::kInstance:
      text = StrCat("instance ", plan->url);
  }
  for (const AssumedRole& role : plan->roles) {
    StrAppend(&text, ", role ", role.arn, " ", role.session_name, role.external_id);
  }
  return text;
}

TEST(CredentialPlan, FollowsTheOrderOfAwsTools) {
  Texts all = {{"AWS_ACCESS_KEY_ID", "id"},
               {"AWS_SECRET_ACCESS_KEY", "s"},
               {"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"},
               {"AWS_ROLE_ARN", "arn:r"},
               {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}};
  const Texts files = {{"/h/.aws/credentials",
                        "[default]\naws_access_key_id=f\n"
                        "aws_secret_access_key = g\n"}};
  EXPECT_EQ(Plan(all, files), "keys id s ");
  all.erase("AWS_ACCESS_KEY_ID");
  EXPECT_EQ(Plan(all, files), "web arn:r /token");
  all.erase("AWS_ROLE_ARN");
  EXPECT_EQ(Plan(all, files), "keys f g ");
  EXPECT_EQ(Plan(all), "container http://169.254.170.2/v2/x ");
  EXPECT_EQ(Plan({}), "instance http://169.254.169.254");
  EXPECT_EQ(Plan({{"AWS_EC2_METADATA_DISABLED", "true"}}), "none are configured");
}

constexpr char kConfig[] =
    "# roles\n"
    "[profile a]\nrole_arn = arn:a\nsource_profile = b\nexternal_id = x\n"
    "s3 =\n  aws_access_key_id = not-mine\n"
    "[profile b]\nrole_arn=arn:b\nsource_profile=b\nrole_session_name=sb\n"
    "aws_access_key_id=B\naws_secret_access_key=sb\n"
    "[profile web]\nrole_arn=arn:w\nweb_identity_token_file=/t\n"
    "[profile env]\nrole_arn=arn:e\ncredential_source=Environment\n"
    "[profile ec2]\nrole_arn=arn:i\ncredential_source=Ec2InstanceMetadata\n"
    "[profile lost]\nrole_arn=arn:l\nsource_profile=nobody\n"
    "[profile round]\nrole_arn=arn:x\nsource_profile=trip\n"
    "[profile trip]\nrole_arn=arn:y\nsource_profile=round\n";

TEST(CredentialPlan, FollowsProfiles) {
  const Texts files = {{"/h/.aws/config", kConfig}};
  const auto profile = [&](const std::string& name) {
    return Plan({{"AWS_PROFILE", name}}, files);
  };
  EXPECT_EQ(profile("b"), "keys B sb , role arn:b sb");
  EXPECT_EQ(profile("a"), "keys B sb , role arn:b sb, role arn:a x");
  EXPECT_EQ(profile("web"), "web arn:w /t");
  EXPECT_EQ(profile("env"), "the profile env asks for keys in the environment, which has none");
  EXPECT_EQ(profile("ec2"), "instance http://169.254.169.254, role arn:i ");
  EXPECT_EQ(profile("lost"), "there is no profile nobody");
  EXPECT_EQ(profile("round"), "the profile round has no credentials");
  EXPECT_EQ(profile("none"), "the profile none has no credentials");
}

TEST(CredentialPlan, PutsTheCredentialsFileAboveTheOther) {
  const Texts files = {{"/c", "[default]\naws_access_key_id=c\naws_secret_access_key=c\n"},
                       {"/k", "[default]\naws_access_key_id=k\naws_secret_access_key=k\n"}};
  EXPECT_EQ(Plan({{"AWS_CONFIG_FILE", "/c"}, {"AWS_SHARED_CREDENTIALS_FILE", "/k"}}, files),
            "keys k k ");
}

}  // namespace
}  // namespace pawl::integrations
