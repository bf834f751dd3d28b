// Who simulated agents are, and where they connect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/simulate/credentials.h"
#include "cli/simulate/gateway_address.h"
#include "cli/simulate/state_file.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::simulate {
namespace {

using cli::ScopedVariable;
using cli::TemporaryDirectory;
using testing::HasSubstr;
using testing::MatchesRegex;

TEST(Credentials, FollowFromTheKeyAndTheId) {
  const std::string secret(SecretOf("key", "sim-0001").Reveal());
  EXPECT_THAT(secret, MatchesRegex("[0-9a-f]{64}"));
  EXPECT_EQ(secret, SecretOf("key", "sim-0001").Reveal());
  EXPECT_NE(secret, SecretOf("key", "sim-0002").Reveal());
  EXPECT_NE(secret, SecretOf("other", "sim-0001").Reveal());
  EXPECT_THAT(PhoneOf("key", "sim-0001"), MatchesRegex("\\+999[0-9]{11}"));
  EXPECT_NE(PhoneOf("key", "sim-0001"), PhoneOf("key", "sim-0002"));
}

// printf 'edge_1:+15551234568:1700000000' | openssl dgst -sha256 -hmac SECRET, and
// base64 of the whole.
TEST(Credentials, TokenAsOpensslWouldMakeIt) {
  const Secret secret("0123456789abcdef0123456789abcdef");
  const Time minted{std::chrono::seconds(1'700'000'000) + std::chrono::milliseconds(900)};
  EXPECT_EQ(MintToken(secret, "edge_1", "+15551234568", minted).Reveal(),
            "ZWRnZV8xOisxNTU1MTIzNDU2ODoxNzAwMDAwMDAwOjA0YmUzYmI1MzUwZDZhZjI2MmE4NmY4MTUxNDgyMDlkZD"
            "JiMjUzZDk5YmUxNGYyZTE5MWU5NzJlMDUxODIzNzg=");
}

TEST(StateFile, IsMadeOnceAndReadAgain) {
  const TemporaryDirectory directory;
  const std::string path = directory.In("new/simulate.key");
  const Result<Secret> made = OpenStateFile(path);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->Reveal().size(), 32U);
  const Result<Secret> read = OpenStateFile(path);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Reveal(), made->Reveal());
  EXPECT_THAT(MarkOf(*made), MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(MarkOf(*read), MarkOf(*made));
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600);
}

TEST(StateFile, ThatIsNoneIsNotReplaced) {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("letter", "Dear Anna,\n");
  const Result<Secret> key = OpenStateFile(path);
  ASSERT_FALSE(key.ok());
  EXPECT_THAT(key.error().message, HasSubstr("does not hold a key"));
  EXPECT_EQ(directory.Read("letter"), "Dear Anna,\n");
}

TEST(StateFile, ThatOthersCanReadIsRefused) {
  const TemporaryDirectory directory;
  const std::string path = directory.Write("simulate.key", std::string(64, 'a'), 0644);
  EXPECT_FALSE(OpenStateFile(path).ok());
}

TEST(StateFile, IsWhereStateBelongs) {
  const ScopedVariable state("XDG_STATE_HOME", "/state");
  EXPECT_EQ(DefaultStateFile(), "/state/edgeplane/simulate.key");
  const ScopedVariable relative("XDG_STATE_HOME", "state");
  const ScopedVariable home("HOME", "/home/anna");
  EXPECT_EQ(DefaultStateFile(), "/home/anna/.local/state/edgeplane/simulate.key");
  const ScopedVariable nowhere("HOME", "");
  EXPECT_EQ(DefaultStateFile(), "");
}

// "URL": as it comes back, or what is wrong.
std::string Parsed(std::string_view url) {
  const Result<GatewayAddress> address = ParseGatewayUrl(url);
  return address.ok() ? UrlOf(*address) : "wrong: " + address.error().message;
}

TEST(GatewayUrl, Forms) {
  EXPECT_EQ(Parsed("wss://edge.example.com"), "wss://edge.example.com:443");
  EXPECT_EQ(Parsed("https://edge.example.com/"), "wss://edge.example.com:443");
  EXPECT_EQ(Parsed("ws://127.0.0.1:8080"), "ws://127.0.0.1:8080");
  EXPECT_EQ(Parsed("http://localhost"), "ws://localhost:80");
  EXPECT_EQ(Parsed("wss://[::1]:8443/edge/ws"), "wss://[::1]:8443");
  EXPECT_EQ(Parsed("wss://[::1]"), "wss://[::1]:443");
  EXPECT_EQ(Parsed("wss://h:1/fleet/a/"), "wss://h:1/fleet/a");
  EXPECT_EQ(Parsed("wss://h:1/fleet/edge/ws"), "wss://h:1/fleet");
}

TEST(GatewayUrl, Wrong) {
  for (const char* url :
       {"", "edge.example.com", "ftp://h", "wss://", "wss://:8443", "wss://h:", "wss://h:0",
        "wss://h:65536", "wss://h:8443x", "wss://[::1", "wss://[::1]8443", "wss://user@h",
        "wss://h?x=1", "wss://h/a b", "wss://h/a\r\nX: y", "wss://h#f"}) {
    EXPECT_THAT(Parsed(url), testing::StartsWith("wrong: ")) << url;
  }
  EXPECT_THAT(Parsed("wss://" + std::string(2000, 'h')), HasSubstr("too long"));
}

std::string Local(const cli::Endpoints& endpoints) {
  const Result<GatewayAddress> address = LocalGateway(endpoints);
  return address.ok() ? UrlOf(*address) : "wrong: " + address.error().message;
}

TEST(LocalGateway, TakesTlsBeforePlainAndAnAddressThatIsOne) {
  EXPECT_EQ(Local({.listen = "127.0.0.1:80", .tls_listen = "127.0.0.1:8443"}),
            "wss://127.0.0.1:8443");
  EXPECT_EQ(Local({.listen = "0.0.0.0:8080"}), "ws://127.0.0.1:8080");
  EXPECT_EQ(Local({.tls_listen = "[::]:8443"}), "wss://[::1]:8443");
  EXPECT_THAT(Local({}), HasSubstr("no listener for agents"));
}

}  // namespace
}  // namespace edgeplane::simulate
