// From a request to its answer: admitted, refused, or not decided.
#include <gtest/gtest.h>

#include "base/uuid.h"
#include "tests/unit/gateway/support/agent_client.h"
#include "tests/unit/gateway/support/running_gateway.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

bool IsRefusal(const v1::GatewayMessage& message) { return message.has_refusal(); }

ScriptedRegistry::Decision Always(const v1::AdmitResponse& response) {
  return [response](const v1::AdmitRequest&) { return response; };
}

TEST(Admission, AdmitsAndTellsTheRegistry) {
  RunningGateway gateway;
  AgentClient agent(gateway.port());
  ASSERT_EQ(agent.Upgrade("luna1"), 101);
  EXPECT_EQ(agent.header("Sec-WebSocket-Extensions"), "");
  EXPECT_EQ(agent.header("Server"), "edgeplane");
  const auto opened =
      gateway.registry().Await([](const auto& m) { return m.has_session_opened(); });
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->session_opened().agent_id(), "luna1");
  EXPECT_EQ(opened->session_opened().session_id(), "session-of-luna1");
  EXPECT_EQ(opened->session_opened().epoch(), 1);
  const auto admits = gateway.registry().admits();
  ASSERT_EQ(admits.size(), 1U);
  EXPECT_EQ(admits[0].bearer(), "secret-of-the-agent");
  EXPECT_EQ(admits[0].gateway_id(), "gateway-under-test");
  EXPECT_EQ(admits[0].peer_address().rfind("127.0.0.1:", 0), 0U);
  EXPECT_EQ(gateway.Metric("edgeplane_connections"), 1);
}

TEST(Admission, RefusesAsTheRegistryDecidesAndReportsItByTheIdItGave) {
  RunningGateway gateway;
  gateway.registry().Decide(
      Always(ScriptedRegistry::Refused(v1::SECRET_MISMATCH, "For the operator only.")));
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 401);
  EXPECT_EQ(agent.header("WWW-Authenticate"), "Bearer");
  const std::string id = agent.header("X-Refusal-Id");
  EXPECT_TRUE(IsUuid(id));
  EXPECT_NE(agent.body().find(id), std::string::npos);
  EXPECT_EQ(agent.body().find("operator"), std::string::npos);
  const auto refusal = gateway.registry().Await(IsRefusal);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->refusal().refusal_id(), id);
  EXPECT_EQ(refusal->refusal().reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(refusal->refusal().agent_id(), "luna1");
  EXPECT_EQ(refusal->refusal().detail(), "For the operator only.");
  EXPECT_EQ(refusal->refusal().http_status(), 401);
  EXPECT_EQ(refusal->refusal().presented().path(), "/edge/ws");
  EXPECT_EQ(refusal->refusal().presented().scheme(), "Bearer");
  EXPECT_EQ(refusal->refusal().DebugString().find("secret-of-the-agent"), std::string::npos);
}

TEST(Admission, RefusesWithoutAskingWhereTheRequestSaysEnough) {
  RunningGateway gateway;
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1", ""), 401);
  EXPECT_EQ(gateway.registry().Await(IsRefusal)->refusal().reason(), v1::CREDENTIALS_MISSING);
  EXPECT_TRUE(gateway.registry().admits().empty());
}

TEST(Admission, ARegistryThatDoesNotAnswerIsUnavailableInTime) {
  RunningGateway gateway([](GatewaySettings& s) { s.admit_timeout = milliseconds(200); });
  gateway.registry().Decide([](const auto&) { return std::nullopt; });
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 503);
  EXPECT_NE(agent.header("Retry-After"), "");
  EXPECT_EQ(gateway.registry().Await(IsRefusal)->refusal().reason(), v1::REGISTRY_UNAVAILABLE);
}

TEST(Admission, ARegistryThatIsAliveButTurnsLoadAwayIsOverloaded) {
  RunningGateway gateway;
  gateway.registry().FailCalls(v1::ErrorReason::SERVER_OVERLOADED);
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 503);
  EXPECT_NE(agent.header("Retry-After"), "");
  EXPECT_EQ(gateway.registry().Await(IsRefusal)->refusal().reason(), v1::OVERLOADED);
}

TEST(Admission, ARegistryThatFailsIsUnavailable) {
  RunningGateway gateway;
  gateway.registry().FailCalls(v1::ErrorReason::STORE_UNAVAILABLE);
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 503);
  EXPECT_EQ(gateway.registry().Await(IsRefusal)->refusal().reason(), v1::REGISTRY_UNAVAILABLE);
}

TEST(Admission, ComesBackWhenTheRegistryWantsItBack) {
  RunningGateway gateway;
  v1::AdmitResponse response = ScriptedRegistry::Refused(v1::TAKEOVER_FLAPPING, "Two of them.");
  response.mutable_refused()->mutable_retry_after()->set_seconds(77);
  response.mutable_refused()->mutable_expected()->set_session_peer_address("192.0.2.1:4711");
  gateway.registry().Decide(Always(response));
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 429);
  EXPECT_EQ(agent.header("Retry-After"), "77");
  const auto refusal = gateway.registry().Await(IsRefusal);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->refusal().reason(), v1::TAKEOVER_FLAPPING);
  EXPECT_EQ(refusal->refusal().expected().session_peer_address(), "192.0.2.1:4711");
}

TEST(Admission, AnEmptyDecisionIsNone) {
  RunningGateway gateway;
  gateway.registry().Decide(Always(v1::AdmitResponse()));
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 503);
}

TEST(Admission, LimitsAttemptsByAgentAndAddress) {
  RunningGateway gateway([](GatewaySettings& s) { s.upgrade_attempts_per_minute = 2; });
  gateway.registry().Decide(Always(ScriptedRegistry::Refused(v1::AGENT_UNKNOWN)));
  for (int i = 0; i < 2; ++i) {
    AgentClient agent(gateway.port());
    EXPECT_EQ(agent.Upgrade("luna1"), 401);
  }
  AgentClient agent(gateway.port());
  EXPECT_EQ(agent.Upgrade("luna1"), 429);
  EXPECT_EQ(agent.header("Retry-After"), "30");
  AgentClient other(gateway.port());
  EXPECT_EQ(other.Upgrade("luna2"), 401);
  EXPECT_EQ(gateway.registry().admits().size(), 3U);
}

TEST(Admission, LimitsConnectionsOfOneAddress) {
  RunningGateway gateway([](GatewaySettings& s) { s.max_connections_per_address = 1; });
  {
    AgentClient first(gateway.port());
    ASSERT_EQ(first.Upgrade("luna1"), 101);
    AgentClient second(gateway.port());
    EXPECT_EQ(second.ReadRawToEnd(), "");
    EXPECT_EQ(gateway.registry().Await(IsRefusal)->refusal().reason(), v1::ADDRESS_LIMIT);
  }
  ASSERT_TRUE(gateway.AwaitMetric("edgeplane_sockets", 0));
  AgentClient third(gateway.port());
  EXPECT_EQ(third.Upgrade("luna1"), 101);
}

TEST(Admission, ASlowRequestIsToldSo) {
  RunningGateway gateway([](GatewaySettings& s) { s.request_head_timeout = milliseconds(100); });
  AgentClient silent(gateway.port());
  const auto answer = silent.ReadRawToEnd();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->rfind("HTTP/1.1 408 ", 0), 0U) << *answer;
  AgentClient slow(gateway.port());
  ASSERT_TRUE(slow.WriteRaw("GET /edge/ws HTTP/1.1\r\nHost: a"));
  EXPECT_EQ(slow.ReadRawToEnd()->rfind("HTTP/1.1 408 ", 0), 0U);
  ASSERT_TRUE(gateway.registry().AwaitCount(IsRefusal, 2));
}

TEST(Admission, AHeadMayComeByteByByteAndFramesBehindIt) {
  RunningGateway gateway;
  AgentClient agent(gateway.port());
  const std::string request = UpgradeRequest("luna1");
  for (const char c : request.substr(0, request.size() - 1)) {
    ASSERT_TRUE(agent.WriteRaw({&c, 1}));
  }
  ASSERT_TRUE(agent.WriteRaw("\n" + ClientFrame(kTextFrame, R"({"type":"ping"})")));
  EXPECT_EQ(agent.ReadRawUntil("\r\n\r\n").rfind("HTTP/1.1 101 ", 0), 0U);
  EXPECT_NE(agent.ReadRawUntil("}").find(R"({"type":"pong"})"), std::string::npos);
}

TEST(Admission, AnAgentThatLeavesMeanwhileLeavesNoSession) {
  RunningGateway gateway;
  AgentClient agent(gateway.port());
  gateway.registry().Decide([&](const auto&) {
    agent.Vanish();
    return ScriptedRegistry::Admitted("session-1", 3);
  });
  ASSERT_TRUE(agent.WriteRaw(UpgradeRequest("luna1")));
  const auto closed =
      gateway.registry().Await([](const auto& m) { return m.has_session_closed(); });
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->session_closed().session_id(), "session-1");
  EXPECT_EQ(closed->session_closed().epoch(), 3);
  ASSERT_TRUE(gateway.AwaitMetric("edgeplane_sockets", 0));
  EXPECT_EQ(gateway.Metric("edgeplane_connections"), 0);
}

TEST(Admission, HealthKeepsItsConnection) {
  RunningGateway gateway;
  AgentClient client(gateway.port());
  const std::string request = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_TRUE(client.WriteRaw(request + request));
  for (int i = 0; i < 2; ++i) {
    const std::string answer = client.ReadRawUntil("}");
    EXPECT_EQ(answer.rfind("HTTP/1.1 200 OK\r\n", 0), 0U) << answer;
    EXPECT_NE(answer.find(R"({"status":"healthy","version":")"), std::string::npos) << answer;
  }
  ASSERT_TRUE(client.WriteRaw("GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_EQ(client.ReadRawToEnd()->rfind("HTTP/1.1 404 ", 0), 0U);
}

TEST(Admission, PlainHttpOnTheTlsPortIsExplained) {
  RunningGateway gateway({}, /*tls=*/true);
  AgentClient agent(gateway.tls_port());
  ASSERT_TRUE(agent.WriteRaw(UpgradeRequest("luna1")));
  EXPECT_TRUE(agent.ReadRawToEnd());
  const auto refusal = gateway.registry().Await(IsRefusal);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->refusal().reason(), v1::TLS_HANDSHAKE_FAILED);
  EXPECT_NE(refusal->refusal().detail().find("Plain HTTP"), std::string::npos);
  AgentClient other(gateway.port());
  ASSERT_TRUE(other.WriteRaw("\x16\x03\x01"));
  EXPECT_EQ(other.ReadRawToEnd()->rfind("HTTP/1.1 400 ", 0), 0U);
}

}  // namespace
}  // namespace edgeplane::gateway
