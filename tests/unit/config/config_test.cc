#include "coordinator/config/config.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::config {
namespace {

using testing::HasSubstr;
using testing::Not;

// What a user says in each of the three places.
struct Said {
  std::map<std::string, std::string> flags;
  std::map<std::string, std::string> environment;
  std::string file;
};

class ConfigTest : public testing::Test {
 protected:
  ConfigTest()
      : file_(StrCat(testing::TempDir(), "pawl-config-",
                     testing::UnitTest::GetInstance()->current_test_info()->name(), ".yaml")) {}
  ~ConfigTest() override { std::remove(file_.c_str()); }

  absl::StatusOr<Config> LoadSaid(const Said& said) {
    if (!said.file.empty()) std::ofstream(file_) << said.file;
    LoadOptions options;
    options.default_file = file_;
    options.environment = [&said](const std::string& variable) -> std::optional<std::string> {
      const auto found = said.environment.find(variable);
      if (found == said.environment.end()) return std::nullopt;
      return found->second;
    };
    Flags flags;
    flags.values = said.flags;
    return Load(flags, options);
  }

  std::string ErrorOf(const Said& said) { return LoadSaid(said).status().ToString(); }
  std::string SourceOf(const Config& config, std::string_view name) {
    for (const Value& value : config.values) {
      if (value.setting->name == name) return value.source;
    }
    return "";
  }

  const std::string file_;
};

TEST_F(ConfigTest, DefaultsHoldWhenNothingIsSaid) {
  const auto config = LoadSaid({});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->settings.listen_http, "127.0.0.1:8083");
  EXPECT_EQ(config->settings.account_id, "000000000000");
  EXPECT_EQ(config->settings.database_connections, 12);
  EXPECT_EQ(config->settings.shutdown_timeout, absl::Seconds(30));
  EXPECT_FALSE(config->settings.migrate);
  EXPECT_EQ(SourceOf(*config, "region"), "default");
}

TEST_F(ConfigTest, PayloadsHaveTheLimitOfAwsAndHistoriesNoneUnlessToldOtherwise) {
  const auto by_default = LoadSaid({});
  ASSERT_TRUE(by_default.ok()) << by_default.status();
  EXPECT_EQ(by_default->settings.max_payload_bytes, 262'144);
  EXPECT_EQ(by_default->settings.max_history_events, 0);
  const auto config = LoadSaid(
      {.flags = {{"max_history_events", "25000"}}, .file = "max_payload_bytes: 16777216\n"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->settings.max_payload_bytes, 16'777'216);
  EXPECT_EQ(config->settings.max_history_events, 25'000);
}

TEST_F(ConfigTest, FileWinsOverDefault) {
  const auto config = LoadSaid({.file = "# a comment\nregion: eu-west-1\nmigrate: true\n"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->settings.region, "eu-west-1");
  EXPECT_TRUE(config->settings.migrate);
  EXPECT_EQ(SourceOf(*config, "region"), StrCat(file_, ":2"));
}

TEST_F(ConfigTest, EnvironmentWinsOverFile) {
  const auto config =
      LoadSaid({.environment = {{"PAWL_REGION", "eu-west-2"}}, .file = "region: eu-west-1\n"});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->settings.region, "eu-west-2");
  EXPECT_EQ(SourceOf(*config, "region"), "environment PAWL_REGION");
}

TEST_F(ConfigTest, FlagWinsOverEnvironment) {
  const auto config =
      LoadSaid({.flags = {{"region", "eu-west-3"}}, .environment = {{"PAWL_REGION", "eu-west-2"}}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->settings.region, "eu-west-3");
  EXPECT_EQ(SourceOf(*config, "region"), "flag --region");
}

TEST_F(ConfigTest, EmptyVariableCountsAsAbsent) {
  const auto config = LoadSaid({.environment = {{"PAWL_REGION", ""}}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->settings.region, "us-east-1");
}

TEST_F(ConfigTest, UnknownKeyIsNamedWithItsLine) {
  const std::string error = ErrorOf({.file = "region: eu-west-1\nlisten_htp: 127.0.0.1:1\n"});
  EXPECT_THAT(error, HasSubstr(StrCat(file_, ":2")));
  EXPECT_THAT(error, HasSubstr("'listen_htp'"));
  EXPECT_THAT(error, HasSubstr("listen_http"));
}

TEST_F(ConfigTest, KeyGivenTwiceIsRefused) {
  EXPECT_THAT(ErrorOf({.file = "region: eu-west-1\nregion: eu-west-2\n"}),
              HasSubstr("second time"));
}

TEST_F(ConfigTest, FileThatIsNoYamlIsNamedWithItsLine) {
  EXPECT_THAT(ErrorOf({.file = "region: [eu-west-1\n"}), HasSubstr(StrCat(file_, ":")));
}

TEST_F(ConfigTest, FileThatWasAskedForMustBeThere) {
  const auto config = LoadSaid({.environment = {{"PAWL_CONFIG", "/nowhere/pawl.yaml"}}});
  EXPECT_TRUE(absl::IsNotFound(config.status())) << config.status();
}

TEST_F(ConfigTest, PasswordIsShownNowhere) {
  const auto config = LoadSaid(
      {.environment = {{"PAWL_DATABASE_URL", "postgresql://pawl:s3cret@db/pawl?sslmode=require"}}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->settings.database_url, "postgresql://pawl:s3cret@db/pawl?sslmode=require");
  EXPECT_THAT(ShowTable(*config), HasSubstr("postgresql://pawl:***@db/pawl?sslmode=require"));
  EXPECT_THAT(ShowTable(*config), Not(HasSubstr("s3cret")));
  EXPECT_THAT(ShowJson(*config), Not(HasSubstr("s3cret")));
  EXPECT_THAT(MaskPassword("postgresql://db/pawl?user=a&password=s3cret&x=y"),
              Not(HasSubstr("s3cret")));
}

TEST_F(ConfigTest, JsonViewIsJson) {
  const auto config = LoadSaid({});
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(CheckJson(ShowJson(*config)).ok());
}

TEST_F(ConfigTest, CommandLineGivesValuesAndSwitches) {
  CLI::App app;
  Flags flags;
  AddFlags(&app, &flags);
  std::vector<std::string> reversed = {"--migrate", "127.0.0.1:9", "--listen-http"};
  app.parse(reversed);
  EXPECT_EQ(flags.values["listen_http"], "127.0.0.1:9");
  EXPECT_EQ(flags.values["migrate"], "true");
  EXPECT_EQ(flags.values["region"], "");
}

struct BadValue {
  std::string name;
  std::string variable;
  std::string value;
  std::string expected;
};

class BadValueTest : public ConfigTest, public testing::WithParamInterface<BadValue> {};

TEST_P(BadValueTest, IsRefusedWithWhatWasFoundAndExpected) {
  const std::string error = ErrorOf({.environment = {{GetParam().variable, GetParam().value}}});
  EXPECT_THAT(error, HasSubstr(StrCat("environment ", GetParam().variable)));
  EXPECT_THAT(error, HasSubstr(StrCat("found '", GetParam().value, "'")));
  EXPECT_THAT(error, HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Settings, BadValueTest,
    testing::ValuesIn(std::vector<BadValue>{
        {"AddressWithoutPort", "PAWL_LISTEN_HTTP", "127.0.0.1", "HOST:PORT"},
        {"AccountOfElevenDigits", "PAWL_ACCOUNT_ID", "00000000000", "12 digits"},
        {"RegionWithoutNumber", "PAWL_REGION", "eu-west", "a region"},
        {"UrlOfAnotherDatabase", "PAWL_DATABASE_URL", "mysql://db/pawl", "postgresql://"},
        {"TooFewConnections", "PAWL_DATABASE_CONNECTIONS", "1", "a number from 6 to 1000"},
        {"ConnectionsInWords", "PAWL_DATABASE_CONNECTIONS", "many", "a number from 6 to 1000"},
        {"PayloadsOfLessThanAwsAllows", "PAWL_MAX_PAYLOAD_BYTES", "262143",
         "a number from 262144 to 16777216"},
        {"PayloadsBeyondAllBounds", "PAWL_MAX_PAYLOAD_BYTES", "16777217",
         "a number from 262144 to 16777216"},
        {"HistoryOfTooFewEvents", "PAWL_MAX_HISTORY_EVENTS", "99",
         "0 for no limit, or a number from 100 to 1000000000"},
        {"HistoryOfNegativeLength", "PAWL_MAX_HISTORY_EVENTS", "-1", "0 for no limit"},
        {"UnknownLevel", "PAWL_LOG_LEVEL", "loud", "one of info, debug, warn, error"},
        {"SwitchHalfOn", "PAWL_MIGRATE", "perhaps", "true or false"},
        {"DurationWithoutUnit", "PAWL_SHUTDOWN_TIMEOUT", "30", "a length of time"},
    }),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace pawl::config
