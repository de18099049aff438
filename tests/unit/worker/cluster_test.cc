#include "worker/cluster.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pawl::worker {
namespace {

struct AddressCase {
  std::string name;
  std::vector<std::string> texts;
  std::vector<Address> addresses;  // empty: refused
};

class AddressTest : public testing::TestWithParam<AddressCase> {};

TEST_P(AddressTest, IsRead) {
  const auto addresses = ParseAddresses(GetParam().texts);
  if (GetParam().addresses.empty()) {
    EXPECT_TRUE(absl::IsInvalidArgument(addresses.status())) << addresses.status();
    return;
  }
  ASSERT_TRUE(addresses.ok()) << addresses.status();
  EXPECT_EQ(*addresses, GetParam().addresses);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, AddressTest,
    testing::ValuesIn(std::vector<AddressCase>{
        {"HostAndPort", {"pawl:9"}, {{"pawl", "9"}}},
        {"PortMayBeLeftOut", {"pawl"}, {{"pawl", "8084"}}},
        {"V6InBrackets", {"[::1]:9", "[::2]"}, {{"::1", "9"}, {"::2", "8084"}}},
        {"CommasAndSeveralTexts", {"a:1,b:2", "c:3"}, {{"a", "1"}, {"b", "2"}, {"c", "3"}}},
        {"UrlIsNone", {"http://pawl:9"}, {}},
        {"PortIsANumber", {"pawl:x"}, {}},
        {"PortIsNotTooLarge", {"pawl:65536"}, {}},
        {"HostIsThere", {":9"}, {}},
        {"NothingBetweenCommas", {"a:1,,b:2"}, {}},
        {"BracketIsClosed", {"[::1:9"}, {}},
        {"None", {}, {}},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Cluster, EachAddressHasItsTurn) {
  Cluster cluster(*ParseAddresses({"127.0.0.1:1", "127.0.0.2:1,127.0.0.3:1"}));
  std::vector<std::string> used;
  for (int i = 0; i < 6; ++i) {
    const auto coordinator = cluster.Current();
    ASSERT_TRUE(coordinator.ok()) << coordinator.status();
    used.push_back(coordinator->address);
    cluster.Failed(*coordinator);
  }
  EXPECT_EQ(std::set<std::string>(used.begin(), used.begin() + 3).size(), 3u);
  EXPECT_EQ(std::vector(used.begin(), used.begin() + 3), std::vector(used.begin() + 3, used.end()));
}

TEST(Cluster, StaysWithACoordinatorUntilItFails) {
  Cluster cluster(*ParseAddresses({"127.0.0.1:1,127.0.0.1:2"}));
  const auto first = cluster.Current();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(cluster.Current()->channel, first->channel);
  cluster.Failed(*first);
  const auto second = cluster.Current();
  EXPECT_NE(second->address, first->address);
  cluster.Failed(*first);  // somebody who learns of it late
  EXPECT_EQ(cluster.Current()->channel, second->channel);
}

TEST(Cluster, NameStandsForItsAddresses) {
  Cluster cluster(*ParseAddresses({"localhost:1"}));
  const auto coordinator = cluster.Current();
  ASSERT_TRUE(coordinator.ok()) << coordinator.status();
  EXPECT_THAT(coordinator->address, testing::AnyOf("ipv4:127.0.0.1:1", "ipv6:%5B::1%5D:1"));
}

TEST(Cluster, NameWithoutAddressIsPassedOver) {
  Cluster none(*ParseAddresses({"nobody.invalid:1"}));
  EXPECT_TRUE(absl::IsUnavailable(none.Current().status()));
  Cluster one(*ParseAddresses({"nobody.invalid:1,127.0.0.1:1"}));
  EXPECT_EQ(one.Current()->address, "ipv4:127.0.0.1:1");
}

}  // namespace
}  // namespace pawl::worker
