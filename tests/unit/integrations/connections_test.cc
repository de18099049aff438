#include "coordinator/integrations/connections.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

std::optional<std::string> Variable(const std::string& name) {
  if (name == "KEY") return "k3y";
  return std::nullopt;
}

TEST(Connections, AreFoundByNameAndByArn) {
  const auto connections = Connections::Parse(R"(
stripe: {type: api_key, name: Authorization, value: "Bearer ${KEY}!"}
arn:aws:events:eu-west-1:1:connection/own/1: {type: none}
)",
                                              Variable);
  ASSERT_TRUE(connections.ok()) << connections.status();
  const Connection* stripe = connections->Find("stripe");
  ASSERT_NE(stripe, nullptr);
  EXPECT_EQ(stripe->key_value, "Bearer k3y!");
  EXPECT_EQ(connections->Find("arn:aws:events:us-east-1:123456789012:connection/stripe/81210c42"),
            stripe);
  EXPECT_NE(connections->Find("arn:aws:events:eu-west-1:1:connection/own/1"), nullptr);
  EXPECT_EQ(connections->Find("other"), nullptr);
}

TEST(Connections, HaveAllThatAnOAuthConnectionHas) {
  const auto connections = Connections::Parse(R"(
crm:
  type: oauth_client_credentials
  endpoint: https://login.example.com/token
  client_id: pawl
  client_secret: ${KEY}
  client_authentication: body
  scope: a b
  headers: {X-Team: payments}
  query: {page: 7}
  body: {Mode: live}
)",
                                              Variable);
  ASSERT_TRUE(connections.ok()) << connections.status();
  const Connection& crm = *connections->Find("crm");
  EXPECT_TRUE(crm.client_in_body);
  EXPECT_EQ(crm.client_secret, "k3y");
  EXPECT_EQ(crm.scope, "a b");
  EXPECT_EQ(crm.headers, (Connection::Pairs{{"X-Team", "payments"}}));
  EXPECT_EQ(crm.query, (Connection::Pairs{{"page", "7"}}));
  EXPECT_EQ(crm.body, (Connection::Pairs{{"Mode", "live"}}));
}

TEST(Connections, ReadSecretsFromFiles) {
  const std::string file = testing::TempDir() + "/password";
  std::ofstream(file) << "s3cret\n";
  const auto connections =
      Connections::Parse("a: {type: basic, username: u, password: {file: " + file + "}}", Variable);
  ASSERT_TRUE(connections.ok()) << connections.status();
  EXPECT_EQ(connections->Find("a")->password, "s3cret");
  std::remove(file.c_str());
}

TEST(Connections, SayWhatIsWrongAndShowNoSecret) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: {type: basic, username: u}", "connection a: password: is missing or empty"},
      {"a: {type: basic, username: u, password: '${NONE}'}",
       "connection a: password: the environment has no variable NONE"},
      {"a: {type: basic, username: u, password: {file: /nowhere}}",
       "connection a: password: the file /nowhere cannot be read"},
      {"a: {type: none, pasword: x}", "connection a: found the unknown key 'pasword'"},
      {"a: {type: digest}", "connection a: type: expected"},
      {"a: {type: api_key, name: 'X Y', value: v}", "connection a: a header's name or value"},
      {"a: {type: oauth_client_credentials, endpoint: x, client_id: i, client_secret: s3cret}",
       "connection a: endpoint: expected"},
      {"a: b", "connection a: found no mapping"},
      {"- a", "expected a mapping"},
      {"a: [", "line "},
  };
  for (const auto& [yaml, message] : cases) {
    const auto connections = Connections::Parse(yaml, Variable);
    ASSERT_FALSE(connections.ok()) << yaml;
    const std::string text(connections.status().message());
    EXPECT_THAT(text, testing::HasSubstr(message)) << yaml;
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("s3cret")));
  }
}

TEST(Connections, NeedAFileThatCanBeRead) {
  EXPECT_EQ(Connections::Load("/nowhere", Variable).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace pawl::integrations
