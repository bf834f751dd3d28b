#include "cli/client_settings.h"

#include <gtest/gtest.h>

#include "cli/endpoints.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

class ClientSettingsTest : public testing::Test {
 protected:
  // Whatever the machine that runs the tests has in its home.
  TemporaryDirectory home_;
  ScopedVariable data_home_{"XDG_DATA_HOME", home_.In("data")};
};

TEST_F(ClientSettingsTest, Defaults) {
  const Result<ClientSettings> settings = ResolveClientSettings({});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->server, "127.0.0.1:9090");
  EXPECT_TRUE(settings->server_assumed);
  EXPECT_EQ(settings->token_file, home_.In("data/edgeplane/admin.token"));
  EXPECT_FALSE(settings->token_file_given);
  EXPECT_EQ(settings->timeout, std::chrono::seconds(10));
}

TEST_F(ClientSettingsTest, ARelativeXdgDirectoryIsIgnored) {
  const ScopedVariable relative("XDG_DATA_HOME", "relative");
  const ScopedVariable home("HOME", home_.In("home"));
  EXPECT_EQ(ResolveClientSettings({})->token_file,
            home_.In("home/.local/share/edgeplane/admin.token"));
}

TEST_F(ClientSettingsTest, TheDataDirectorySaysWhereTheServerIs) {
  const TemporaryDirectory data;
  ASSERT_TRUE(WriteEndpoints(data.In("."), {.grpc_listen = "127.0.0.1:45678"}).ok());
  const Result<ClientSettings> settings = ResolveClientSettings({{"data-dir", data.In(".")}});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->server, "127.0.0.1:45678");
  data.Write("endpoints.json", "not JSON");
  EXPECT_EQ(ResolveClientSettings({{"data-dir", data.In(".")}})->server, "");
}

// Another server may well listen where one does by default.
TEST_F(ClientSettingsTest, ANamedDataDirectoryWithoutAServerHasNone) {
  EXPECT_EQ(ResolveClientSettings({{"data-dir", home_.In("none")}})->server, "");
  EXPECT_EQ(ResolveClientSettings({{"data-dir", home_.In("none")}, {"server", "a:1"}})->server,
            "a:1");
  const ScopedVariable named("EDGEPLANE_DATA_DIR", home_.In("none"));
  EXPECT_EQ(ResolveClientSettings({})->server, "");
  EXPECT_FALSE(ResolveClientSettings({})->server_assumed);
}

TEST_F(ClientSettingsTest, FlagsWinOverVariables) {
  const ScopedVariable server("EDGEPLANE_SERVER", "one:1");
  const ScopedVariable token("EDGEPLANE_TOKEN_FILE", "/one");
  const ScopedVariable timeout("EDGEPLANE_TIMEOUT", "1s");
  Result<ClientSettings> settings = ResolveClientSettings({});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->server, "one:1");
  EXPECT_EQ(settings->token_file, "/one");
  EXPECT_TRUE(settings->token_file_given);
  EXPECT_EQ(settings->timeout, std::chrono::seconds(1));
  settings =
      ResolveClientSettings({{"server", "two:2"}, {"token-file", "/two"}, {"timeout", "2m"}});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->server, "two:2");
  EXPECT_EQ(settings->token_file, "/two");
  EXPECT_EQ(settings->timeout, std::chrono::minutes(2));
}

// Variables of the server, set in the same shell, are none of a client's
// business.
TEST_F(ClientSettingsTest, OtherVariablesAreLeftAlone) {
  const ScopedVariable listen("EDGEPLANE_LISTEN", "nonsense");
  EXPECT_TRUE(ResolveClientSettings({}).ok());
}

TEST_F(ClientSettingsTest, RefusesWhatCannotBe) {
  EXPECT_FALSE(ResolveClientSettings({{"server", "localhost"}}).ok());
  EXPECT_FALSE(ResolveClientSettings({{"timeout", "soon"}}).ok());
  EXPECT_FALSE(ResolveClientSettings({{"timeout", "0s"}}).ok());
}

TEST(IsServerAddress, HostAndPort) {
  for (const char* text :
       {"127.0.0.1:9090", "localhost:1", "a-b.example:65535", "[::1]:9090", "[fe80::1%eth0]:80"}) {
    EXPECT_TRUE(IsServerAddress(text)) << text;
  }
  for (const char* text :
       {"", ":", "host", "host:", ":9090", "host:0", "host:65536", "host:x", "host:80x", "::1:9090",
        "http://host:80", "host name:80", "unix:/run/x:80", "host:-1"}) {
    EXPECT_FALSE(IsServerAddress(text)) << text;
  }
}

}  // namespace
}  // namespace edgeplane::cli
