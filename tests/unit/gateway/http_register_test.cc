// POST /edge/register.
#include <gtest/gtest.h>

#include "tests/unit/gateway/support/http_client.h"
#include "tests/unit/gateway/support/running_gateway.h"

namespace edgeplane::gateway {
namespace {

v1::Refusal RefusalFor(RunningGateway& gateway, v1::Reason reason) {
  const auto message = gateway.registry().Await(
      [&](const auto& m) { return m.has_refusal() && m.refusal().reason() == reason; });
  EXPECT_TRUE(message) << v1::Reason_Name(reason);
  return message ? message->refusal() : v1::Refusal();
}

constexpr char kSecret[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
constexpr char kRegister[] = R"({"user_phone":"+1 555-1234568","registration_token":"ejt_token"})";

TEST(HttpRegister, NeedsNoAuthorization) {
  RunningGateway gateway;
  gateway.registry().OnRegister([](const v1::RegisterRequest& request) {
    v1::RegisterResponse response;
    response.mutable_registered()->set_agent_id("edge_15551234568");
    if (request.issue_secret()) response.mutable_registered()->set_secret(kSecret);
    return response;
  });
  HttpClient client(gateway.port());
  HttpAnswer answer = client.Call("POST", "/edge/register", {}, kRegister);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"edge_agent_id":"edge_15551234568"})");
  EXPECT_EQ(answer.header("Connection"), "keep-alive");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  answer =
      client.Call("POST", "/edge/register", {},
                  R"({"user_phone":15551234568,"apple_id":null,"version":"1","capabilities":[],)"
                  R"("auth_token":"ejt_token","issue_secret":true})");
  EXPECT_EQ(answer.body,
            R"({"edge_agent_id":"edge_15551234568","secret":")" + std::string(kSecret) + R"("})");
  const auto calls = gateway.registry().registers();
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].user_phone(), "+15551234568");
  EXPECT_EQ(calls[0].registration_token(), "ejt_token");
  EXPECT_EQ(calls[0].gateway_id(), "gateway-under-test");
  EXPECT_EQ(calls[0].peer_address().rfind("127.0.0.1:", 0), 0U);
  EXPECT_FALSE(calls[0].issue_secret());
  EXPECT_EQ(calls[1].user_phone(), "15551234568");
  EXPECT_TRUE(calls[1].issue_secret());
}

TEST(HttpRegister, IsRefusedAlikeForWhateverIsWrongWithTheToken) {
  RunningGateway gateway([](GatewaySettings& s) { s.upgrade_attempts_per_minute = 1000; });
  std::string first;
  const auto expect = [&](v1::Reason reason, const std::string& body) {
    HttpClient client(gateway.port());
    const HttpAnswer answer = client.Call("POST", "/edge/register", {}, body);
    EXPECT_EQ(answer.status, 401) << v1::Reason_Name(reason);
    std::string bytes = answer.head + answer.body;
    const std::string id = answer.header("X-Refusal-Id");
    for (size_t at; (at = bytes.find(id)) != std::string::npos;) bytes.replace(at, id.size(), "ID");
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first);
    EXPECT_EQ(RefusalFor(gateway, reason).agent_id(), "");
  };
  for (const v1::Reason reason : {v1::JOIN_TOKEN_EXPIRED, v1::JOIN_TOKEN_EXHAUSTED,
                                  v1::JOIN_TOKEN_REVOKED, v1::JOIN_TOKEN_PHONE_MISMATCH}) {
    gateway.registry().OnRegister([reason](const auto&) {
      v1::RegisterResponse response;
      response.mutable_refused()->set_reason(reason);
      return response;
    });
    expect(reason, kRegister);
  }
  const size_t asked = gateway.registry().registers().size();
  expect(v1::JOIN_TOKEN_UNKNOWN,
         R"({"user_phone":"1","registration_token":")" + std::string(1025, 'x') + R"("})");
  EXPECT_EQ(gateway.registry().registers().size(), asked);
}

TEST(HttpRegister, MayNotHaveItsTokenInTheUrl) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Call("POST", "/edge/register?registration_token=x", {}, kRegister).status, 400);
  RefusalFor(gateway, v1::SECRET_IN_URL);
}

TEST(HttpRegister, IsLimitedByPhoneAndAddress) {
  RunningGateway gateway([](GatewaySettings& s) { s.upgrade_attempts_per_minute = 1; });
  gateway.registry().OnRegister([](const auto&) {
    v1::RegisterResponse response;
    response.mutable_registered()->set_agent_id("edge_15551234568");
    return response;
  });
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Call("POST", "/edge/register", {}, kRegister).status, 200);
  const HttpAnswer answer = client.Call("POST", "/edge/register", {}, kRegister);
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "60");
  RefusalFor(gateway, v1::ATTEMPT_RATE);
  HttpClient other(gateway.port());
  EXPECT_EQ(
      other.Call("POST", "/edge/register", {}, R"({"user_phone":"2","auth_token":"t"})").status,
      200);
}

}  // namespace
}  // namespace edgeplane::gateway
