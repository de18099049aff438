#include "coordinator/integrations/url.h"

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

TEST(Url, HasItsParts) {
  const auto url = ParseUrl("HTTPS://Api.Example.com:8443/a/../b%20c?x=1&y=%2F#part");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->Origin(), "https://api.example.com:8443");
  EXPECT_EQ(url->path, "/a/../b%20c");
  EXPECT_EQ(url->query, "x=1&y=%2F");
  EXPECT_EQ(url->ToString(), "https://api.example.com:8443/a/../b%20c?x=1&y=%2F");
}

TEST(Url, LeavesTheSchemesPortOut) {
  EXPECT_EQ(ParseUrl("https://a:443")->ToString(), "https://a/");
  EXPECT_EQ(ParseUrl("http://a:80/")->HostHeader(), "a");
  EXPECT_EQ(ParseUrl("http://a:443/")->HostHeader(), "a:443");
  EXPECT_EQ(ParseUrl("http://[::1]:8083/")->host, "[::1]");
  EXPECT_EQ(ParseUrl("http://%65vil.example/")->host, "evil.example");
}

TEST(Url, TakesNothingElse) {
  for (const char* text :
       {"", "example.com", "/path", "ftp://a/", "file:///etc/passwd", "http://user:pass@a/",
        "http://a/b c", "http://a/\r\nX: y", "http://", "gopher://a/", "http://a:99999/"}) {
    EXPECT_FALSE(ParseUrl(text)) << text;
  }
}

TEST(Url, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("a-_.~/ü&"), "a-_.~%2F%C3%BC%26");
  EXPECT_EQ(PercentEncode("/a b/", true), "/a%20b/");
  EXPECT_EQ(PercentDecode("a%2Fb%zz%"), "a/b%zz%");
}

}  // namespace
}  // namespace pawl::integrations
