#include "gateway/upgrade_check.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/gateway/support/requests.h"

namespace edgeplane::gateway {
namespace {

using boost::beast::http::field;

std::optional<BadRequest> Check(const std::function<void(HttpRequest&)>& change,
                                const std::vector<std::string>& origins = {}) {
  HttpRequest request = AnUpgrade();
  change(request);
  return CheckUpgrade(request, origins);
}

void ExpectMissing(const std::optional<BadRequest>& bad, const std::string& words) {
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->reason, v1::UPGRADE_HEADERS_MISSING);
  EXPECT_EQ(bad->http_status, 426);
  EXPECT_NE(bad->detail.find(words), std::string::npos) << bad->detail;
}

TEST(UpgradeCheck, TakesWhatAgentsSend) {
  EXPECT_FALSE(Check([](HttpRequest&) {}));
  EXPECT_FALSE(Check([](HttpRequest& r) {
    r.set(field::upgrade, "WebSocket");
    r.set(field::connection, "keep-alive, upgrade");
  }));
}

TEST(UpgradeCheck, SaysWhichHeaderIsMissing) {
  ExpectMissing(Check([](HttpRequest& r) { r.erase(field::upgrade); }), "no Upgrade: websocket");
  ExpectMissing(Check([](HttpRequest& r) { r.set(field::upgrade, "h2c"); }),
                "no Upgrade: websocket");
  ExpectMissing(Check([](HttpRequest& r) { r.erase(field::connection); }),
                "no Connection: Upgrade");
  ExpectMissing(Check([](HttpRequest& r) { r.erase(field::sec_websocket_key); }),
                "not exactly one Sec-WebSocket-Key");
  ExpectMissing(
      Check([](HttpRequest& r) { r.insert(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ=="); }),
      "not exactly one Sec-WebSocket-Key");
}

TEST(UpgradeCheck, PointsAtTheProxyThatStripsThem) {
  const auto stripped = [](const std::string& name) {
    return Check([&](HttpRequest& r) {
      r.erase(field::upgrade);
      if (!name.empty()) r.set(name, "1.1 proxy");
    });
  };
  for (const char* name :
       {"Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP"}) {
    ExpectMissing(stripped(name), std::string("(") + name + ")");
    ExpectMissing(stripped(name), "proxy_set_header Upgrade");
  }
  ExpectMissing(stripped(""), "something in between removed the rest");
  ExpectMissing(Check([](HttpRequest& r) { r.version(10); }), "HTTP/1.0");
  ExpectMissing(Check([](HttpRequest& r) {
                  r.erase(field::upgrade);
                  r.erase(field::sec_websocket_key);
                }),
                "Nothing points to a proxy");
}

TEST(UpgradeCheck, SpeaksVersion13Only) {
  for (const char* version : {"8", "14", "", "013", "13, 8"}) {
    const auto bad = Check([&](HttpRequest& r) { r.set(field::sec_websocket_version, version); });
    ASSERT_TRUE(bad) << version;
    EXPECT_EQ(bad->reason, v1::WEBSOCKET_VERSION);
    EXPECT_EQ(bad->http_status, 426);
  }
  EXPECT_TRUE(Check([](HttpRequest& r) { r.erase(field::sec_websocket_version); }));
}

// A longer key would be admitted first and then refused by Beast in its own words.
TEST(UpgradeCheck, RefusesKeysThatBeastWouldRefuse) {
  for (const std::string& key : {std::string(), std::string(25, 'A'), std::string(2000, 'A')}) {
    const auto bad = Check([&](HttpRequest& r) { r.set(field::sec_websocket_key, key); });
    ASSERT_TRUE(bad) << key;
    EXPECT_EQ(bad->reason, v1::MALFORMED_REQUEST);
    EXPECT_EQ(bad->http_status, 400);
  }
}

TEST(UpgradeCheck, LetsOnlyKnownOriginsIn) {
  const auto from = [](const char* origin, const std::vector<std::string>& allowed) {
    return Check([&](HttpRequest& r) { r.set(field::origin, origin); }, allowed);
  };
  EXPECT_FALSE(from("https://gateway.test:8443", {}));
  EXPECT_FALSE(from("http://GATEWAY.test:8443", {}));
  EXPECT_FALSE(from("https://console.test", {"https://console.test"}));
  EXPECT_FALSE(from("https://anything.test", {"*"}));
  for (const char* foreign : {"https://evil.test", "null", "https://gateway.test",
                              "https://gateway.test:8443.evil.test", "gateway.test:8443"}) {
    const auto bad = from(foreign, {"https://console.test"});
    ASSERT_TRUE(bad) << foreign;
    EXPECT_EQ(bad->reason, v1::ORIGIN_FORBIDDEN);
    EXPECT_EQ(bad->http_status, 403);
  }
}

TEST(UpgradeCheck, RefusesABody) {
  const auto bad = Check([](HttpRequest& r) { r.set(field::content_length, "5"); });
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->reason, v1::MALFORMED_REQUEST);
}

}  // namespace
}  // namespace edgeplane::gateway
