#include "coordinator/api/page_token.h"

#include "gtest/gtest.h"

namespace pawl::api {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(PageToken, GivesThePositionBack) {
  const PageTokens tokens("secret");
  const std::string token = tokens.Make("List a", "position\n\xff", kNow);
  EXPECT_EQ(tokens.Read(token, "List a", kNow), "position\n\xff");
}

TEST(PageToken, IsGoodOnEveryNodeOfTheCluster) {
  const std::string token = PageTokens("secret").Make("List a", "5", kNow);
  EXPECT_EQ(PageTokens("secret").Read(token, "List a", kNow), "5");
}

TEST(PageToken, OfAnotherClusterIsRefused) {
  const std::string token = PageTokens("other").Make("List a", "5", kNow);
  EXPECT_EQ(PageTokens("secret").Read(token, "List a", kNow), std::nullopt);
}

TEST(PageToken, OfAnotherRequestIsRefused) {
  const PageTokens tokens("secret");
  const std::string token = tokens.Make("List a", "5", kNow);
  EXPECT_EQ(tokens.Read(token, "List b", kNow), std::nullopt);
}

TEST(PageToken, HoldsForADay) {
  const PageTokens tokens("secret");
  const std::string token = tokens.Make("List a", "5", kNow);
  EXPECT_EQ(tokens.Read(token, "List a", kNow + absl::Hours(24)), "5");
  EXPECT_EQ(tokens.Read(token, "List a", kNow + absl::Hours(24) + absl::Milliseconds(1)),
            std::nullopt);
}

TEST(PageToken, WithAnyBitChangedIsRefused) {
  const PageTokens tokens("secret");
  const std::string token = tokens.Make("List a", "5", kNow);
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'Q' : 'A';
    EXPECT_EQ(tokens.Read(changed, "List a", kNow), std::nullopt) << i;
  }
}

TEST(PageToken, RefusesWhatIsNoToken) {
  const PageTokens tokens("secret");
  for (const auto text : {"", "x", "AAAA", "not a token!", "%%%"}) {
    EXPECT_EQ(tokens.Read(text, "List a", kNow), std::nullopt) << text;
  }
}

TEST(PageToken, FitsIntoTheModelsLimit) {
  const std::string token = PageTokens("secret").Make("List a", std::string(320, 'x'), kNow);
  EXPECT_LE(token.size(), 1024u);
}

}  // namespace
}  // namespace pawl::api
