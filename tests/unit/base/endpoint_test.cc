#include "base/endpoint.h"

#include <gtest/gtest.h>

namespace edgeplane {
namespace {

void ExpectEndpoint(std::string_view text, std::string_view host, uint16_t port) {
  const Result<Endpoint> endpoint = ParseEndpoint(text);
  ASSERT_TRUE(endpoint.ok()) << endpoint.error().message;
  EXPECT_EQ(endpoint->host, host);
  EXPECT_EQ(endpoint->port, port);
}

TEST(EndpointTest, ParsesAddressesOfBothFamilies) {
  ExpectEndpoint("127.0.0.1:8080", "127.0.0.1", 8080);
  ExpectEndpoint("[::1]:8080", "::1", 8080);
  ExpectEndpoint("[2001:db8::1]:65535", "2001:db8::1", 65535);
  ExpectEndpoint("0.0.0.0:0", "0.0.0.0", 0);
  ExpectEndpoint(":8080", "::", 8080);
}

TEST(EndpointTest, RefusesTheRestWithoutGuessing) {
  for (std::string_view text : {"",
                                "8080",
                                "localhost:8080",
                                "127.0.0.1",
                                "127.0.0.1:",
                                "127.0.0.1:65536",
                                "127.0.0.1:-1",
                                "127.0.0.1:+1",
                                "127.0.0.1: 80",
                                "127.0.0.1:80 ",
                                "127.0.0.1:080808",
                                "127.0.0.256:80",
                                "127.1:80",
                                "::1:8080",
                                "[::1]",
                                "[::1]8080",
                                "[::1:8080",
                                "[]:80",
                                "[127.0.0.1]:80",
                                "[:80",
                                "http://127.0.0.1:80"}) {
    const Result<Endpoint> endpoint = ParseEndpoint(text);
    ASSERT_FALSE(endpoint.ok()) << text;
    EXPECT_EQ(endpoint.error().code, v1::ErrorReason::INVALID_FIELD);
    EXPECT_NE(endpoint.error().message.find("127.0.0.1:8080"), std::string::npos);
  }
  EXPECT_FALSE(ParseEndpoint(std::string(100'000, '1') + ":80").ok());
  EXPECT_FALSE(ParseEndpoint(std::string_view("127.0.0.1\0x:80", 14)).ok());
}

TEST(EndpointTest, WhereToConnectMayBeAName) {
  for (std::string_view text : {"registry:9092", "a.b-c.example:1", "_x.example:65535",
                                "1.example:80", "[::1]:80", "192.0.2.7:80"}) {
    const Result<Endpoint> target = ParseTarget(text);
    ASSERT_TRUE(target.ok()) << text;
    EXPECT_EQ(FormatEndpoint(target->host, target->port), text);
    EXPECT_EQ(IsName(target->host), text.front() != '[' && text != "192.0.2.7:80") << text;
  }
}

TEST(EndpointTest, WhereToConnectIsChecked) {
  for (std::string_view text : {"", "registry", "registry:", "registry:0", "registry:65536",
                                "127.0.0.1:0", "127.0.0.256:80", "a b:80", "dns:///a:80",
                                "http://a:80", "a,b:80", "\xc3\xa4:80", "::1:80", ":", "9092"}) {
    const Result<Endpoint> target = ParseTarget(text);
    ASSERT_FALSE(target.ok()) << text;
    EXPECT_EQ(target.error().code, v1::ErrorReason::INVALID_FIELD);
    EXPECT_NE(target.error().message.find("host.example:9092"), std::string::npos);
  }
  EXPECT_FALSE(ParseTarget(std::string(254, 'a') + ":80").ok());
  EXPECT_TRUE(ParseTarget(std::string(253, 'a') + ":80").ok());
}

TEST(EndpointTest, FormatsWhatItParses) {
  EXPECT_EQ(FormatEndpoint("127.0.0.1", 80), "127.0.0.1:80");
  EXPECT_EQ(FormatEndpoint("::1", 8080), "[::1]:8080");
}

TEST(EndpointTest, SaysWhereNothingCouldListen) {
  const Error error = CannotListen("127.0.0.1:80", "Permission denied");
  EXPECT_EQ(error.message, "Cannot listen on 127.0.0.1:80: Permission denied.");
  EXPECT_TRUE(IsCannotListen(error));
  EXPECT_FALSE(IsCannotListen(ParseEndpoint("nowhere").error()));
}

}  // namespace
}  // namespace edgeplane
