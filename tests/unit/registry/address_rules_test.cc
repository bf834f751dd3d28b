#include "services/registry/address_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace edgeplane::registry {
namespace {

bool Allowed(const std::string& rule, const std::string& peer) {
  return IsAddressAllowed({rule}, peer);
}

TEST(AddressRules, MatchesIpv4) {
  EXPECT_TRUE(Allowed("10.1.2.3", "10.1.2.3:4711"));
  EXPECT_FALSE(Allowed("10.1.2.3", "10.1.2.4:4711"));
  EXPECT_TRUE(Allowed("10.0.0.0/8", "10.255.0.1:1"));
  EXPECT_FALSE(Allowed("10.0.0.0/8", "11.0.0.1:1"));
  EXPECT_TRUE(Allowed("192.168.4.0/22", "192.168.7.255:1"));
  EXPECT_FALSE(Allowed("192.168.4.0/22", "192.168.8.0:1"));
  EXPECT_TRUE(Allowed("0.0.0.0/0", "203.0.113.9:1"));
  EXPECT_TRUE(Allowed("10.1.2.3/32", "10.1.2.3"));
}

TEST(AddressRules, MatchesIpv6) {
  EXPECT_TRUE(Allowed("2001:db8::1", "[2001:db8::1]:4711"));
  EXPECT_TRUE(Allowed("2001:db8::/32", "[2001:db8:ffff::1]:4711"));
  EXPECT_FALSE(Allowed("2001:db8::/32", "[2001:db9::1]:4711"));
  EXPECT_TRUE(Allowed("2001:db8::/33", "[2001:db8:7fff::1]:1"));
  EXPECT_FALSE(Allowed("2001:db8::/33", "[2001:db8:8000::1]:1"));
  EXPECT_TRUE(Allowed("fe80::/10", "[fe80::1%eth0]:1"));
  EXPECT_TRUE(Allowed("::/0", "[2001:db8::1]:1"));
}

TEST(AddressRules, AMappedPeerIsAnIpv4One) {
  EXPECT_TRUE(Allowed("10.0.0.0/8", "[::ffff:10.1.2.3]:4711"));
  EXPECT_TRUE(Allowed("::ffff:10.0.0.0/104", "10.1.2.3:4711"));
  EXPECT_TRUE(Allowed("::ffff:10.1.2.3", "10.1.2.3:4711"));
  EXPECT_FALSE(Allowed("::/0", "10.1.2.3:4711"));
  EXPECT_FALSE(Allowed("::/0", "[::ffff:10.1.2.3]:4711"));
  EXPECT_FALSE(Allowed("0.0.0.0/0", "[2001:db8::1]:4711"));
}

TEST(AddressRules, AnyOfSeveralAllows) {
  EXPECT_TRUE(IsAddressAllowed({"10.0.0.1", "2001:db8::/32"}, "[2001:db8::7]:1"));
  EXPECT_FALSE(IsAddressAllowed({"10.0.0.1", "2001:db8::/32"}, "10.0.0.2:1"));
  EXPECT_TRUE(IsAddressAllowed({}, "not an address"));
}

TEST(AddressRules, WhatCannotBeReadMatchesNothing) {
  EXPECT_FALSE(Allowed("not a rule", "10.0.0.1:1"));
  for (const char* peer : {"", ":1", "[::1", "[]:1", "host:80", "10.0.0.1.2:1", "10.0.0"}) {
    EXPECT_FALSE(IsAddressAllowed({"0.0.0.0/0", "::/0"}, peer)) << peer;
  }
}

TEST(AddressRules, RefusesWhatIsNoRule) {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.0/08/8",
        "10.0.0.0/+8", "::/129", "localhost", "10.1", "[::1]", "::1%eth0", "10.0.0.1:80",
        "1111:2222:3333:4444:5555:6666:7777:8888:9999:0000:1111:2222/64"}) {
    const Result<AddressRule> rule = ParseAddressRule(text);
    ASSERT_FALSE(rule.ok()) << text;
    EXPECT_EQ(rule.error().code, v1::ErrorReason::INVALID_FIELD);
  }
}

TEST(AddressRules, RefusesBitsBeyondThePrefix) {
  for (const char* text : {"10.0.0.1/8", "192.168.7.0/22", "2001:db8::1/32", "::ffff:10.0.0.1/104",
                           "::ffff:10.0.0.0/90"}) {
    const Result<AddressRule> rule = ParseAddressRule(text);
    ASSERT_FALSE(rule.ok()) << text;
    EXPECT_NE(rule.error().message.find("beyond its prefix"), std::string::npos);
  }
  EXPECT_TRUE(ParseAddressRule("10.0.0.0/7").ok());
}

// Every prefix length, against a comparison bit by bit.
TEST(AddressRules, PrefixesCutWhereTheySay) {
  for (int bits = 0; bits <= 32; ++bits) {
    const uint32_t mask = bits == 0 ? 0 : ~uint32_t{0} << (32 - bits);
    const uint32_t base = 0xc0a80155 & mask;
    const auto text = [](uint32_t a) {
      return std::to_string(a >> 24) + "." + std::to_string(a >> 16 & 255) + "." +
             std::to_string(a >> 8 & 255) + "." + std::to_string(a & 255);
    };
    const std::string rule = text(base) + "/" + std::to_string(bits);
    EXPECT_TRUE(Allowed(rule, text(base | ~mask) + ":1")) << rule;
    if (bits == 0) continue;
    EXPECT_FALSE(Allowed(rule, text(base ^ (~mask + 1)) + ":1")) << rule;
  }
}

}  // namespace
}  // namespace edgeplane::registry
