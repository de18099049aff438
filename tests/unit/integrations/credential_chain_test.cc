// Against servers on this machine that play sts and the metadata services.

#include "coordinator/integrations/credential_chain.h"

#include <atomic>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_server.h"

namespace pawl::integrations {
namespace {

using testing::HasSubstr;
using testing_support::Answer;
using testing_support::LocalHttpServer;
using testing_support::ReceivedRequest;
using testing_support::Reply;

using Variables = std::map<std::string, std::string>;

// A chain, and a client whose policy denies this machine: credentials come past it.
struct Chain {
  explicit Chain(Variables variables, const std::string& sts = "aws")
      : chain({.clock = &clock,
               .sources = {[variables](const std::string& name) -> std::optional<std::string> {
                             const auto at = variables.find(name);
                             if (at == variables.end()) return std::nullopt;
                             return at->second;
                           },
                           [](const std::string& path) -> std::optional<std::string> {
                             if (path == "/token") return "the-token\n";
                             if (path == "/config") {
                               return "[default]\nrole_arn=arn:role\nsource_profile=keys\n"
                                      "[profile keys]\naws_access_key_id=id\n"
                                      "aws_secret_access_key=s\n";
                             }
                             return std::nullopt;
                           }},
               .endpoints = *AwsEndpoints::Parse(sts, "", "us-east-1"),
               .client = &client}),
        client({.clock = &clock, .policy = *EgressPolicy::Parse("", "127.0.0.0/8")}) {}

  std::string Get(bool ask_instance = true) {
    std::string got;
    absl::Notification done;
    client.Post([&] {
      chain.Get(ask_instance, [&](CredentialChain::Result result) {
        got = result.ok() ? absl::StrCat(result->access_key_id, " ", result->session_token)
                          : result.error();
        done.Notify();
      });
    });
    done.WaitForNotification();
    return got;
  }

  FakeClock clock;
  CredentialChain chain;
  HttpClient client;  // goes first, and with it the thread that uses the chain
};

std::string StsAnswer(const std::string& id, absl::Time expires_at) {
  return absl::StrCat("<AssumeRoleResponse xmlns='urn:x'><AssumeRoleResult><Credentials>",
                      "<AccessKeyId>", id, "</AccessKeyId><SecretAccessKey>s</SecretAccessKey>",
                      "<SessionToken>t</SessionToken><Expiration>", FormatIso8601(expires_at),
                      "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>");
}

TEST(CredentialChain, GivesKeysAsTheyAre) {
  Chain chain(Variables{{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "s"}});
  EXPECT_EQ(chain.Get(), "id ");
}

TEST(CredentialChain, AssumesARoleAndRenewsItBeforeItExpires) {
  std::atomic<int> asked = 0;
  std::atomic<bool> fails = false;
  std::atomic<bool> asked_rightly = false;
  const absl::Time start = FakeClock().Now();
  LocalHttpServer sts([&](const ReceivedRequest& request) {
    asked_rightly =
        request.body.find("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Arole") == 0;
    if (fails)
      return Answer(400, "<ErrorResponse><Error><Message>no</Message></Error></ErrorResponse>");
    ++asked;
    return Answer(200,
                  StsAnswer(absl::StrCat("id", asked.load()), start + absl::Hours(asked.load())));
  });
  Chain chain(Variables{{"AWS_CONFIG_FILE", "/config"}}, sts.Url("/"));
  EXPECT_EQ(chain.Get(), "id1 t");
  EXPECT_TRUE(asked_rightly);
  EXPECT_EQ(chain.Get(), "id1 t");
  EXPECT_EQ(asked, 1);
  // Five minutes ahead: the old ones are given while the new ones come.
  chain.clock.Advance(absl::Minutes(56));
  EXPECT_EQ(chain.Get(), "id1 t");
  std::string renewed;
  while ((renewed = chain.Get()) == "id1 t") {
  }
  EXPECT_EQ(renewed, "id2 t");
  fails = true;
  chain.clock.Advance(absl::Hours(2));
  EXPECT_THAT(chain.Get(), HasSubstr("sts answered with status 400: no"));
}

TEST(CredentialChain, TakesAWebIdentity) {
  LocalHttpServer sts([&](const ReceivedRequest& request) {
    const bool is_signed = request.head.find("Authorization") != std::string::npos;
    const bool has_token = request.body.find("WebIdentityToken=the-token") != std::string::npos;
    return Answer(200, StsAnswer(is_signed || !has_token ? "bad" : "web", absl::InfiniteFuture()));
  });
  Chain chain(Variables{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn:w"}},
              sts.Url("/"));
  EXPECT_EQ(chain.Get(), "web t");
}

TEST(CredentialChain, AsksTheContainer) {
  LocalHttpServer service([&](const ReceivedRequest& request) {
    const bool known = request.head.find("Authorization: secret") != std::string::npos;
    return Answer(200, absl::StrCat(R"({"AccessKeyId":")", known ? "task" : "bad",
                                    R"(","SecretAccessKey":"s","Token":"t"})"));
  });
  Chain chain(Variables{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", service.Url("/creds")},
                        {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret"}});
  EXPECT_EQ(chain.Get(), "task t");
}

TEST(CredentialChain, AsksTheInstanceWithATokenOnly) {
  LocalHttpServer service([&](const ReceivedRequest& request) {
    if (request.method == "PUT") return Answer(200, "tok");
    if (request.head.find("X-aws-ec2-metadata-token: tok") == std::string::npos) {
      return Answer(401, "");
    }
    if (request.target.ends_with("/security-credentials/")) return Answer(200, "role\n");
    return Answer(200, R"({"AccessKeyId":"ec2","SecretAccessKey":"s","Token":"t",)"
                       R"("Expiration":"2100-01-01T00:00:00Z"})");
  });
  Chain chain(Variables{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", service.Url("")}});
  EXPECT_EQ(chain.Get(/*ask_instance=*/true), "ec2 t");
  EXPECT_THAT(chain.Get(/*ask_instance=*/false), HasSubstr("none are configured"));
}

}  // namespace
}  // namespace pawl::integrations
