#include "coordinator/integrations/credentials.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

CredentialSource::Variables Of(std::map<std::string, std::string> variables) {
  return [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Credentials, ComeFromTheEnvironmentFirst) {
  CredentialSource source(Of({{"AWS_ACCESS_KEY_ID", "id"},
                              {"AWS_SECRET_ACCESS_KEY", "secret"},
                              {"AWS_SESSION_TOKEN", "token"}}));
  ASSERT_TRUE(source.Get());
  EXPECT_EQ(source.Get()->access_key_id, "id");
  EXPECT_EQ(source.Get()->session_token, "token");
}

TEST(Credentials, MayBeNone) {
  CredentialSource source(Of({{"AWS_ACCESS_KEY_ID", "id"}, {"HOME", "/nowhere"}}));
  EXPECT_FALSE(source.Get());
}

TEST(Credentials, AreReadOfTheProfile) {
  const std::string text =
      "# mine\n[default]\naws_access_key_id = a\naws_secret_access_key=b\n\n"
      "[other]\naws_access_key_id=c\naws_secret_access_key = d=e\naws_session_token=f\n";
  EXPECT_EQ(ReadProfile(text, "default")->secret_access_key, "b");
  EXPECT_EQ(ReadProfile(text, "other")->secret_access_key, "d=e");
  EXPECT_EQ(ReadProfile(text, "other")->session_token, "f");
  EXPECT_FALSE(ReadProfile(text, "third"));
}

TEST(Credentials, ThatChangeInTheFileAreTakenUp) {
  const std::string file = testing::TempDir() + "/credentials";
  std::ofstream(file) << "[p]\naws_access_key_id=one\naws_secret_access_key=s\n";
  CredentialSource source(Of({{"AWS_SHARED_CREDENTIALS_FILE", file}, {"AWS_PROFILE", "p"}}));
  EXPECT_EQ(source.Get()->access_key_id, "one");
  std::ofstream(file) << "[p]\naws_access_key_id=two\naws_secret_access_key=s\n";
  std::filesystem::last_write_time(
      file, std::filesystem::last_write_time(file) + std::chrono::seconds(1));
  EXPECT_EQ(source.Get()->access_key_id, "two");
  std::filesystem::remove(file);
  EXPECT_FALSE(source.Get());
}

}  // namespace
}  // namespace pawl::integrations
