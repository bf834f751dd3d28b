#include "gateway/credentials.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/gateway/support/requests.h"

namespace edgeplane::gateway {
namespace {

using boost::beast::http::field;

constexpr char kSecret[] = "0123456789abcdef-the-secret";

std::variant<Credentials, BadCredentials> Read(
    const std::string& target, const std::function<void(HttpRequest&)>& change = {}) {
  HttpRequest request = AnUpgrade();
  request.set(field::authorization, std::string("Bearer ") + kSecret);
  if (change) change(request);
  return ReadCredentials(request, *ParseTarget(target));
}

std::variant<Credentials, BadCredentials> WithAuthorization(const std::string& value) {
  return Read("/edge/ws?edge_agent_id=luna1",
              [&](HttpRequest& r) { r.set(field::authorization, value); });
}

// Whatever was wrong, the secret must not be repeated to anybody.
void ExpectBad(const std::variant<Credentials, BadCredentials>& read, v1::Reason reason,
               int status) {
  ASSERT_TRUE(std::holds_alternative<BadCredentials>(read));
  const auto& bad = std::get<BadCredentials>(read);
  EXPECT_EQ(bad.bad.reason, reason) << v1::Reason_Name(bad.bad.reason);
  EXPECT_EQ(bad.bad.http_status, status);
  EXPECT_EQ(bad.bad.detail.find(kSecret), std::string::npos) << bad.bad.detail;
  EXPECT_EQ(bad.claimed_agent_id.find(kSecret), std::string::npos) << bad.claimed_agent_id;
}

void ExpectGood(const std::variant<Credentials, BadCredentials>& read, const std::string& id,
                const std::string& bearer = kSecret) {
  ASSERT_TRUE(std::holds_alternative<Credentials>(read))
      << v1::Reason_Name(std::get<BadCredentials>(read).bad.reason);
  EXPECT_EQ(std::get<Credentials>(read).agent_id, id);
  EXPECT_EQ(std::get<Credentials>(read).bearer.Reveal(), bearer);
}

TEST(Credentials, NamesTheAgentByUrlOrHeaderOrBoth) {
  ExpectGood(Read("/edge/ws?edge_agent_id=edge_15551234568"), "edge_15551234568");
  const auto with_header = [](HttpRequest& r) { r.set("X-Edge-Agent-Id", " luna1 "); };
  ExpectGood(Read("/edge/ws", with_header), "luna1");
  ExpectGood(Read("/edge/ws?edge_agent_id=luna1", with_header), "luna1");
  ExpectGood(Read("/edge/ws?edge_agent_id=&edge_agent_id=luna1"), "luna1");
}

TEST(Credentials, RefusesMissingConflictingAndMalformedIds) {
  ExpectBad(Read("/edge/ws"), v1::AGENT_ID_MISSING, 400);
  ExpectBad(Read("/edge/ws?edge_agent_id="), v1::AGENT_ID_MISSING, 400);
  ExpectBad(Read("/edge/ws?edge_agent_id=a&edge_agent_id=b"), v1::AGENT_ID_CONFLICT, 400);
  ExpectBad(Read("/edge/ws?edge_agent_id=a", [](HttpRequest& r) { r.set("X-Edge-Agent-Id", "b"); }),
            v1::AGENT_ID_CONFLICT, 400);
  ExpectBad(Read("/edge/ws",
                 [](HttpRequest& r) {
                   r.insert("X-Edge-Agent-Id", "a");
                   r.insert("X-Edge-Agent-Id", "b");
                 }),
            v1::AGENT_ID_CONFLICT, 400);
  const auto malformed = Read("/edge/ws?edge_agent_id=-a%0A%C3%A9");
  ExpectBad(malformed, v1::AGENT_ID_MALFORMED, 400);
  EXPECT_EQ(std::get<BadCredentials>(malformed).claimed_agent_id, "-a???");
  const auto long_one = Read("/edge/ws?edge_agent_id=" + std::string(300, 'a'));
  ExpectBad(long_one, v1::AGENT_ID_MALFORMED, 400);
  EXPECT_EQ(std::get<BadCredentials>(long_one).claimed_agent_id.size(), 128U);
}

TEST(Credentials, KnowsAgentIds) {
  for (const std::string& good :
       {std::string("a"), std::string("9"), std::string("luna1.x_y-z"), std::string(128, 'a')}) {
    EXPECT_TRUE(IsAgentId(good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("_a"), std::string(".a"), std::string("-a"), std::string("a b"),
        std::string("a/b"), std::string("\xc3\xa9"), std::string(129, 'a')}) {
    EXPECT_FALSE(IsAgentId(bad)) << bad;
  }
}

TEST(Credentials, RefusesSecretsInTheUrl) {
  for (const char* name : {"token", "access_token", "auth_token", "authtoken", "registration_token",
                           "secret", "edge_secret", "api_key", "apikey", "authorization", "bearer",
                           "password", "TOKEN", "Edge_Secret", "%74oken"}) {
    ExpectBad(Read(std::string("/edge/ws?edge_agent_id=luna1&") + name + "=" + kSecret),
              v1::SECRET_IN_URL, 400);
  }
  ExpectGood(Read("/edge/ws?edge_agent_id=luna1&token=&tokens=3&secretary=x"), "luna1");
}

TEST(Credentials, ReadsTheBearerLeniently) {
  ExpectGood(WithAuthorization(std::string("bearer ") + kSecret), "luna1");
  ExpectGood(WithAuthorization(std::string("BEARER\t  ") + kSecret + "  "), "luna1");
  ExpectGood(WithAuthorization("Bearer " + std::string(1024, 's')), "luna1",
             std::string(1024, 's'));
}

TEST(Credentials, RefusesMissingAndMalformedAuthorization) {
  ExpectBad(
      Read("/edge/ws?edge_agent_id=luna1", [](HttpRequest& r) { r.erase(field::authorization); }),
      v1::CREDENTIALS_MISSING, 401);
  ExpectBad(WithAuthorization(""), v1::CREDENTIALS_MISSING, 401);
  ExpectBad(WithAuthorization("   "), v1::CREDENTIALS_MISSING, 401);
  ExpectBad(WithAuthorization(kSecret), v1::AUTHORIZATION_MALFORMED, 401);
  ExpectBad(WithAuthorization(std::string("Basic ") + kSecret), v1::AUTHORIZATION_MALFORMED, 401);
  ExpectBad(WithAuthorization(std::string("Bearer:") + kSecret), v1::AUTHORIZATION_MALFORMED, 401);
  ExpectBad(WithAuthorization("Bearer"), v1::AUTHORIZATION_MALFORMED, 401);
  ExpectBad(WithAuthorization("Bearer  "), v1::AUTHORIZATION_MALFORMED, 401);
  ExpectBad(WithAuthorization("Bearer " + std::string(1025, 's')), v1::AUTHORIZATION_MALFORMED,
            401);
  ExpectBad(WithAuthorization(std::string("Bearer ") + kSecret + "\xc3\xa9"),
            v1::AUTHORIZATION_MALFORMED, 401);
  ExpectBad(Read("/edge/ws?edge_agent_id=luna1",
                 [](HttpRequest& r) {
                   r.insert(field::authorization, std::string("Bearer ") + kSecret);
                 }),
            v1::AUTHORIZATION_MALFORMED, 401);
}

TEST(Credentials, ShowsOnlyPrintableAscii) {
  EXPECT_EQ(Presentable(std::string("a\0\x7f\xff ~\n", 7)), "a??? ~?");
  EXPECT_EQ(Presentable("abcdef", 3), "abc");
}

TEST(Credentials, ACallerMayNameNoAgent) {
  HttpRequest request = AnUpgrade();
  request.set(field::authorization, std::string("Bearer ") + kSecret);
  ExpectGood(ReadCallerCredentials(request, *ParseTarget("/edge/command/ack")), "");
  ExpectBad(ReadCallerCredentials(request, *ParseTarget("/edge/command/ack?token=x")),
            v1::SECRET_IN_URL, 400);
  request.set("X-Edge-Agent-Id", "a b");
  ExpectBad(ReadCallerCredentials(request, *ParseTarget("/edge/command/ack")),
            v1::AGENT_ID_MALFORMED, 400);
  request.set("X-Edge-Agent-Id", "luna1");
  ExpectGood(ReadCallerCredentials(request, *ParseTarget("/edge/command/ack")), "luna1");
  request.erase(field::authorization);
  ExpectBad(ReadCallerCredentials(request, *ParseTarget("/edge/command/ack")),
            v1::CREDENTIALS_MISSING, 401);
}

TEST(Credentials, TheBodyHasToAgreeWithTheHead) {
  const auto add = [](const std::string& id_in_head, const std::string& id_in_body,
                      const std::string& id) {
    Credentials credentials{id_in_head, Secret()};
    const std::optional<BadRequest> bad = AddAgentId(id_in_body, credentials);
    if (bad) return bad->reason;
    EXPECT_EQ(credentials.agent_id, id);
    return v1::REASON_UNSPECIFIED;
  };
  EXPECT_EQ(add("luna1", "", "luna1"), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(add("", "luna1", "luna1"), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(add("luna1", "luna1", "luna1"), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(add("", "", ""), v1::AGENT_ID_MISSING);
  EXPECT_EQ(add("luna1", "luna2", ""), v1::AGENT_ID_CONFLICT);
  EXPECT_EQ(add("", "../luna1", ""), v1::AGENT_ID_MALFORMED);
}

}  // namespace
}  // namespace edgeplane::gateway
