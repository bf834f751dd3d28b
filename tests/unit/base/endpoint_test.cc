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
