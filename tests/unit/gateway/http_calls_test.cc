// POST /edge/command/ack and /edge/ack_command, and GET /edge/agents/ID.
#include <gtest/gtest.h>

#include "gateway/ack_text.h"
#include "gateway/agent_text.h"
#include "tests/unit/gateway/support/http_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

v1::Refusal RefusalFor(RunningGateway& gateway, v1::Reason reason) {
  const auto message = gateway.registry().Await(
      [&](const auto& m) { return m.has_refusal() && m.refusal().reason() == reason; });
  EXPECT_TRUE(message) << v1::Reason_Name(reason);
  return message ? message->refusal() : v1::Refusal();
}

// --- acknowledgements ---

std::string Ack(const std::string& members = R"(,"success":true,"error":null)") {
  return R"({"command_id":")" + CommandId(1) + '"' + members + "}";
}

void AnswerAcks(RunningGateway& gateway, v1::AcknowledgeResponse::Verdict verdict) {
  gateway.registry().OnAcknowledge([verdict](const auto&) {
    v1::AcknowledgeResponse response;
    response.set_verdict(verdict);
    response.set_agent_id("luna1");
    return response;
  });
}

TEST(HttpAck, IsDurableBeforeItIsAnsweredOnEitherPath) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  for (const char* path : {"/edge/command/ack", "/edge/ack_command"}) {
    const HttpAnswer answer = client.Post(
        path, Ack(R"(,"success":false,"error":"no network","timestamp":"t","result":{"tries":3})"));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"acknowledged":true})");
    EXPECT_EQ(answer.header("Connection"), "keep-alive");
  }
  const auto acks = gateway.registry().acknowledges();
  ASSERT_EQ(acks.size(), 2U);
  EXPECT_EQ(acks[0].caller().agent_id(), "luna1");
  EXPECT_EQ(acks[0].caller().bearer(), "secret-of-the-agent");
  EXPECT_EQ(acks[0].caller().gateway_id(), "gateway-under-test");
  EXPECT_EQ(acks[0].caller().peer_address().rfind("127.0.0.1:", 0), 0U);
  EXPECT_EQ(acks[0].command_id(), CommandId(1));
  EXPECT_EQ(acks[0].outcome(), v1::CommandAck::FAILED);
  EXPECT_EQ(acks[0].status(), "failure");
  EXPECT_EQ(acks[0].error(), "no network");
  EXPECT_EQ(acks[0].result_json(), R"({"tries":3})");
  EXPECT_GT(acks[0].time().seconds(), 0);
  EXPECT_GT(acks[0].ordinal(), 0);
  EXPECT_EQ(acks[1].ordinal(), acks[0].ordinal());
  EXPECT_EQ(gateway.Metric(R"(edgeplane_messages_received_total{type="command_ack"})"), 2);
}

TEST(HttpAck, WithoutATimestampHasNoName) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Post("/edge/command/ack", Ack()).status, 200);
  EXPECT_EQ(gateway.registry().acknowledges()[0].ordinal(), 0);
}

TEST(HttpAck, NeedsNoAgentId) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Call("POST", "/edge/command/ack", kWithoutId, Ack()).status, 200);
  EXPECT_EQ(gateway.registry().acknowledges()[0].caller().agent_id(), "");
}

TEST(HttpAck, ForACommandThatIsNotThereKeepsTheConnection) {
  RunningGateway gateway;
  HttpClient client(gateway.port());
  AnswerAcks(gateway, v1::AcknowledgeResponse::COMMAND_UNKNOWN);
  HttpAnswer answer = client.Post("/edge/command/ack", Ack());
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, kCommandUnknownText);
  EXPECT_EQ(answer.header("Connection"), "keep-alive");
  AnswerAcks(gateway, v1::AcknowledgeResponse::NOT_DELIVERED);
  answer = client.Post("/edge/command/ack", Ack());
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body, kNotDeliveredText);
  EXPECT_EQ(answer.header("Connection"), "keep-alive");
  AnswerAcks(gateway, v1::AcknowledgeResponse::APPLIED);
  EXPECT_EQ(client.Post("/edge/command/ack", Ack()).status, 200);
}

TEST(HttpAck, IsRefusedAsTheRegistryDecides) {
  RunningGateway gateway;
  gateway.registry().OnAcknowledge([](const auto&) {
    v1::AcknowledgeResponse response;
    response.mutable_refused()->set_reason(v1::SECRET_MISMATCH);
    response.mutable_refused()->set_agent_id("luna7");
    return response;
  });
  HttpClient client(gateway.port());
  const HttpAnswer answer = client.Call("POST", "/edge/command/ack", kWithoutId, Ack());
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(client.Ended());
  // Whom it was found to be of, where the request does not say.
  EXPECT_EQ(RefusalFor(gateway, v1::SECRET_MISMATCH).agent_id(), "luna7");
  HttpClient other(gateway.port());
  EXPECT_EQ(other.Post("/edge/command/ack", Ack()).status, 401);
  EXPECT_TRUE(gateway.registry().Await(
      [](const auto& m) { return m.has_refusal() && m.refusal().agent_id() == "luna1"; }));
}

TEST(HttpAck, ThatSaysNothingIsMalformed) {
  RunningGateway gateway;
  for (const std::string& body : {std::string("{}"), Ack(""), Ack(R"(,"success":"perhaps")"),
                                  std::string(R"({"command_id":"x","success":true})")}) {
    HttpClient client(gateway.port());
    EXPECT_EQ(client.Post("/edge/command/ack", body).status, 400) << body;
  }
  EXPECT_EQ(RefusalFor(gateway, v1::MALFORMED_REQUEST).agent_id(), "luna1");
  EXPECT_TRUE(gateway.registry().acknowledges().empty());
}

TEST(HttpAck, CountsAgainstTheSameRateAsASync) {
  RunningGateway gateway([](GatewaySettings& s) { s.messages_per_minute = 2; });
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Post("/edge/command/ack", Ack()).status, 200);
  EXPECT_EQ(client.Post("/edge/sync", "{}").status, 200);
  const HttpAnswer answer = client.Post("/edge/ack_command", Ack());
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "30");
  RefusalFor(gateway, v1::REQUEST_RATE);
}

// Behind one address there may be many agents, and such calls name none.
TEST(HttpAck, WithoutAnIdCountsAgainstItsBearer) {
  RunningGateway gateway([](GatewaySettings& s) { s.messages_per_minute = 1; });
  const auto status = [&](const std::string& secret) {
    HttpClient client(gateway.port());
    return client.Call("POST", "/edge/command/ack", {{"Authorization", "Bearer " + secret}}, Ack())
        .status;
  };
  EXPECT_EQ(status("secret-of-one-agent"), 200);
  EXPECT_EQ(status("secret-of-another-agent"), 200);
  EXPECT_EQ(status("secret-of-one-agent"), 429);
  EXPECT_EQ(gateway.registry().acknowledges().size(), 2U);
}

TEST(HttpAck, ARegistryThatDoesNotAnswerIsUnavailable) {
  RunningGateway gateway([](GatewaySettings& s) { s.admit_timeout = milliseconds(200); });
  gateway.registry().OnAcknowledge([](const auto&) { return std::nullopt; });
  HttpClient client(gateway.port());
  const HttpAnswer answer = client.Post("/edge/command/ack", Ack());
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  RefusalFor(gateway, v1::REGISTRY_UNAVAILABLE);
}

// --- an operator's question ---

const HttpClient::Headers kAsOperator = {{"Authorization", "Bearer token-of-the-operator"}};

TEST(HttpAgent, IsDescribedToAnOperator) {
  RunningGateway gateway;
  v1::DescribeAgentResponse response;
  response.mutable_description()->mutable_agent()->set_agent_id("luna-1");
  gateway.registry().OnDescribeAgent([response](const auto&) { return response; });
  HttpClient client(gateway.port());
  const HttpAnswer answer = client.Call("GET", "/edge/agents/luna%2D1", kAsOperator);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, AgentText(response.description()));
  EXPECT_EQ(answer.header("Connection"), "keep-alive");
  const auto calls = gateway.registry().describes();
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_EQ(calls[0].agent_id(), "luna-1");
  EXPECT_EQ(calls[0].bearer(), "token-of-the-operator");
  EXPECT_EQ(calls[0].gateway_id(), "gateway-under-test");
}

TEST(HttpAgent, ThatIsNotThereIsSaidSo) {
  RunningGateway gateway;
  gateway.registry().OnDescribeAgent([](const auto&) {
    v1::DescribeAgentResponse response;
    response.set_unknown(true);
    return response;
  });
  HttpClient client(gateway.port());
  const HttpAnswer answer = client.Call("GET", "/edge/agents/nobody", kAsOperator);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, kAgentUnknownText);
  EXPECT_EQ(answer.header("X-Refusal-Id"), "");
  EXPECT_EQ(answer.header("Connection"), "keep-alive");
}

// In the ledger under nobody's name: the agent was not refused anything.
TEST(HttpAgent, IsNotForStrangers) {
  RunningGateway gateway;
  gateway.registry().OnDescribeAgent([](const auto&) {
    v1::DescribeAgentResponse response;
    response.mutable_refused()->set_reason(v1::OPERATOR_TOKEN_UNKNOWN);
    return response;
  });
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Call("GET", "/edge/agents/luna1", kAsLuna1).status, 401);
  const v1::Refusal refusal = RefusalFor(gateway, v1::OPERATOR_TOKEN_UNKNOWN);
  EXPECT_EQ(refusal.agent_id(), "");
  EXPECT_EQ(refusal.presented().path(), "/edge/agents/luna1");
  HttpClient silent(gateway.port());
  EXPECT_EQ(silent.Call("GET", "/edge/agents/luna1", {}).status, 401);
  EXPECT_EQ(RefusalFor(gateway, v1::CREDENTIALS_MISSING).agent_id(), "");
}

TEST(HttpAgent, AnIdThatIsNoneIsRefused) {
  RunningGateway gateway;
  for (const char* path :
       {"/edge/agents/a%2Fb", "/edge/agents/luna1/", "/edge/agents/%FF", "/edge/agents/-"}) {
    HttpClient client(gateway.port());
    EXPECT_EQ(client.Call("GET", path, kAsOperator).status, 400) << path;
  }
  RefusalFor(gateway, v1::AGENT_ID_MALFORMED);
  EXPECT_TRUE(gateway.registry().describes().empty());
}

TEST(HttpAgent, AskingCostsTheAgentNothing) {
  RunningGateway gateway([](GatewaySettings& s) { s.messages_per_minute = 1; });
  gateway.registry().OnDescribeAgent([](const auto&) {
    v1::DescribeAgentResponse response;
    response.set_unknown(true);
    return response;
  });
  HttpClient client(gateway.port());
  EXPECT_EQ(client.Call("GET", "/edge/agents/luna1", kAsOperator).status, 404);
  EXPECT_EQ(client.Post("/edge/sync", "{}").status, 200);
  EXPECT_EQ(client.Call("GET", "/edge/agents/luna1", kAsOperator).status, 429);
  RefusalFor(gateway, v1::REQUEST_RATE);
}

}  // namespace
}  // namespace edgeplane::gateway
