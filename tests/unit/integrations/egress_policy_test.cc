#include "coordinator/integrations/egress_policy.h"

#include <string>

#include "gtest/gtest.h"

namespace pawl::integrations {
namespace {

struct Case {
  std::string name;
  std::string allow;
  std::string deny;
  std::string host;
  std::string address;  // what the host's name stands for
  bool allowed;
};

const Case kCases[] = {
    {"PublicAddressesAreAllowed", "", "", "example.com", "93.184.216.34", true},
    {"LoopbackIsAllowed", "", "", "localhost", "127.0.0.1", true},
    {"LoopbackOfVersion6IsAllowed", "", "", "localhost", "::1", true},
    {"PrivateNetworksAreAllowed", "", "", "db.internal", "10.1.2.3", true},
    {"LinkLocalIsDenied", "", "", "any.example", "169.254.7.7", false},
    {"MetadataIsDenied", "", "", "169.254.169.254", "169.254.169.254", false},
    {"MetadataByNameIsDenied", "", "", "metadata.google.internal", "169.254.169.254", false},
    {"MetadataInMappedFormIsDenied", "", "", "any.example", "::ffff:169.254.169.254", false},
    {"MetadataByNat64IsDenied", "", "", "any.example", "64:ff9b::a9fe:a9fe", false},
    {"MetadataBy6to4IsDenied", "", "", "any.example", "2002:a9fe:a9fe::1", false},
    {"MetadataOfVersion6IsDenied", "", "", "any.example", "fd00:ec2::254", false},
    {"LinkLocalOfVersion6IsDenied", "", "", "any.example", "fe80::1", false},
    {"UnspecifiedIsDenied", "", "", "any.example", "0.0.0.0", false},
    {"UnspecifiedOfVersion6IsDenied", "", "", "any.example", "::", false},
    {"MulticastIsDenied", "", "", "any.example", "224.0.0.1", false},
    {"DeniedByHost", "", "evil.example", "evil.example", "93.184.216.34", false},
    {"CaseOfAHostIsNothing", "", "evil.example", "EVIL.example.", "93.184.216.34", false},
    {"DeniedByPattern", "", "*.evil.example", "a.b.evil.example", "93.184.216.34", false},
    {"APatternIsNotTheNameItself", "", "*.evil.example", "evil.example", "93.184.216.34", true},
    {"APatternIsNotASuffixOfAWord", "", "*.evil.example", "notevil.example", "93.184.1.1", true},
    {"DeniedByRange", "", "10.0.0.0/8", "db.internal", "10.1.2.3", false},
    {"OutsideADeniedRange", "", "10.0.0.0/8", "db.internal", "11.1.2.3", true},
    {"DeniedByRangeOfOddLength", "", "10.64.0.0/10", "db.internal", "10.127.255.255", false},
    {"BesideARangeOfOddLength", "", "10.64.0.0/10", "db.internal", "10.128.0.0", true},
    {"DeniedByRangeOfVersion6", "", "fd00::/8", "db.internal", "fd12::1", false},
    {"OnlyListedHosts", "api.example.com", "", "api.example.com", "93.184.216.34", true},
    {"OthersThanListedHosts", "api.example.com", "", "example.com", "93.184.216.34", false},
    {"OnlyListedRanges", "10.0.0.0/8", "", "db.internal", "10.1.2.3", true},
    {"OthersThanListedRanges", "10.0.0.0/8", "", "db.internal", "93.184.216.34", false},
    {"HostsAndRangesTogether", "10.0.0.0/8, *.example.com", "", "api.example.com", "93.1.1.1",
     true},
    {"DenyWins", "10.0.0.0/8", "10.1.0.0/16", "db.internal", "10.1.2.3", false},
    {"AllowedByAddress", "169.254.169.254, *", "", "any.example", "169.254.169.254", true},
    {"AnyHostDoesNotOpenMetadata", "*", "", "any.example", "169.254.169.254", false},
    {"ANameDoesNotOpenMetadata", "any.example", "", "any.example", "169.254.169.254", false},
};

class EgressPolicyTest : public testing::TestWithParam<Case> {};

TEST_P(EgressPolicyTest, Decides) {
  const auto policy = EgressPolicy::Parse(GetParam().allow, GetParam().deny);
  ASSERT_TRUE(policy.ok()) << policy.status();
  const auto address = IpAddress::Parse(GetParam().address);
  ASSERT_TRUE(address);
  const bool refused = policy->RefusesHost(GetParam().host).has_value() ||
                       policy->RefusesAddress(GetParam().host, *address).has_value();
  EXPECT_EQ(!refused, GetParam().allowed);
}

INSTANTIATE_TEST_SUITE_P(Addresses, EgressPolicyTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(EgressPolicy, RefusesAHostBeforeItIsLookedUp) {
  const auto policy = EgressPolicy::Parse("", "evil.example");
  EXPECT_EQ(policy->RefusesHost("evil.example"), "calls to evil.example are denied by egress_deny");
  EXPECT_EQ(EgressPolicy().RefusesHost("evil.example"), std::nullopt);
}

TEST(EgressPolicy, SaysWhichAddressOfWhichHost) {
  EXPECT_EQ(EgressPolicy().RefusesAddress("any.example", *IpAddress::Parse("169.254.169.254")),
            "calls to 169.254.169.254 (any.example) are denied: link-local and metadata addresses "
            "are, unless egress_allow names them");
}

TEST(EgressPolicy, NamesTheEntryThatIsNone) {
  for (const char* entry : {"10.0.0.0/33", "a b", "https://example.com", "*.", "ex*mple.com"}) {
    const auto policy = EgressPolicy::Parse(entry, "");
    EXPECT_FALSE(policy.ok()) << entry;
  }
}

}  // namespace
}  // namespace pawl::integrations
