// POST /edge/sync: what reaches the registry, and what reaches the agent.
#include <gtest/gtest.h>

#include "base/timestamp.h"
#include "base/uuid.h"
#include "gateway/agent_message.h"
#include "tests/unit/gateway/support/sync_fixture.h"

namespace edgeplane::gateway {
namespace {

v1::SyncResponse Refusal(v1::Reason reason) {
  v1::SyncResponse response;
  response.mutable_refused()->set_reason(reason);
  response.mutable_refused()->set_detail("For the operator only.");
  response.mutable_refused()->mutable_presented()->set_fingerprint("01234567");
  return response;
}

TEST_F(HttpSyncTest, TellsTheRegistryWhatTheAgentSaysAndTheAgentWhatWaits) {
  Start();
  v1::SyncResponse response = WithCommands(2);
  response.mutable_result()->set_config_json(R"({"interval":30})");
  Answer(response);
  const HttpAnswer answer = client_->Post(
      "/edge/sync",
      R"({"edge_agent_id":"luna1","last_command_id":"0191f6a2-7c4b-7000-8000-0123456789ab",)"
      R"("pending_events":[{"event_id":"e","event_type":"t","details":{}},{"event_id":7,"event_type":"t"}],)"
      R"("status":{"scheduled_messages":0,"active_rules":1,"uptime_seconds":2}})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.body, R"({"commands":[)" + CommandData(Command("luna1", 1)) + ',' +
                             CommandData(Command("luna1", 2)) +
                             R"(],"ack_events":["e",7],"config_updates":{"interval":30}})");
  const auto syncs = registry().syncs();
  ASSERT_EQ(syncs.size(), 1U);
  EXPECT_EQ(syncs[0].caller().agent_id(), "luna1");
  EXPECT_EQ(syncs[0].caller().bearer(), "secret-of-the-agent");
  EXPECT_EQ(syncs[0].caller().gateway_id(), "gateway-under-test");
  EXPECT_EQ(syncs[0].caller().peer_address().rfind("127.0.0.1:", 0), 0U);
  EXPECT_TRUE(IsUuid(syncs[0].sync_id()));
  EXPECT_EQ(syncs[0].last_command_id(), "0191f6a2-7c4b-7000-8000-0123456789ab");
  ASSERT_EQ(syncs[0].events_size(), 2);
  EXPECT_EQ(syncs[0].events(1).event_id(), "7");
  EXPECT_EQ(syncs[0].status_json(),
            R"({"active_rules":1,"scheduled_messages":0,"uptime_seconds":2})");
  EXPECT_GT(syncs[0].time().seconds(), 0);
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="event"})"), 2);
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="status"})"), 1);
  EXPECT_EQ(client_->Post("/edge/sync", "{}").status, 200);  // the first one is over
  ExpectNoneUnanswered();
}

TEST_F(HttpSyncTest, KeepsTheConnectionAndNamesEachExchange) {
  Start();
  for (int i = 0; i < 3; ++i) {
    const HttpAnswer answer = client_->Post("/edge/sync", "{}");
    EXPECT_EQ(answer.body, R"({"commands":[],"ack_events":[]})");
    EXPECT_EQ(answer.header("Connection"), "keep-alive");
  }
  const auto syncs = registry().syncs();
  ASSERT_EQ(syncs.size(), 3U);
  EXPECT_NE(syncs[0].sync_id(), syncs[1].sync_id());
}

TEST_F(HttpSyncTest, TheIdMayStandInTheUrlTheHeaderOrTheBody) {
  Start();
  EXPECT_EQ(client_->Call("POST", "/edge/sync", kWithoutId, R"({"edge_agent_id":"luna1"})").status,
            200);
  EXPECT_EQ(client_->Call("POST", "/edge/sync?edge_agent_id=luna1", kWithoutId, "{}").status, 200);
  EXPECT_EQ(client_->Post("/edge/sync", "{}").status, 200);
  for (const auto& sync : registry().syncs()) EXPECT_EQ(sync.caller().agent_id(), "luna1");
}

TEST_F(HttpSyncTest, IdsThatAreMissingOrDisagreeAreRefused) {
  Start();
  ExpectRefused(client_->Call("POST", "/edge/sync", kWithoutId, "{}"), 400, v1::AGENT_ID_MISSING);
  client_.emplace(gateway_->port());
  ExpectRefused(client_->Post("/edge/sync", R"({"edge_agent_id":"luna2"})"), 400,
                v1::AGENT_ID_CONFLICT);
  client_.emplace(gateway_->port());
  ExpectRefused(client_->Call("POST", "/edge/sync", kWithoutId, R"({"edge_agent_id":"a b"})"), 400,
                v1::AGENT_ID_MALFORMED);
  client_.emplace(gateway_->port());
  ExpectRefused(client_->Call("POST", "/edge/sync?token=abc", kAsLuna1, "{}"), 400,
                v1::SECRET_IN_URL);
  client_.emplace(gateway_->port());
  ExpectRefused(client_->Call("POST", "/edge/sync", {{"X-Edge-Agent-Id", "luna1"}}, "{}"), 401,
                v1::CREDENTIALS_MISSING);
  EXPECT_TRUE(registry().syncs().empty());
  const auto conflict = registry().Await([](const auto& m) {
    return m.has_refusal() && m.refusal().reason() == v1::AGENT_ID_CONFLICT;
  });
  EXPECT_EQ(conflict->refusal().agent_id(), "luna1");
}

TEST_F(HttpSyncTest, IsRefusedLikeAnUpgradeByteForByte) {
  Start();
  std::string first;
  for (const v1::Reason reason : {v1::AGENT_UNKNOWN, v1::SECRET_MISMATCH, v1::TOKEN_EXPIRED}) {
    Answer(Refusal(reason));
    client_.emplace(gateway_->port());
    const HttpAnswer answer = client_->Post("/edge/sync", "{}");
    ExpectRefused(answer, 401, reason);
    EXPECT_EQ(answer.body.find("operator"), std::string::npos);
    std::string bytes = answer.head + answer.body;
    const std::string id = answer.header("X-Refusal-Id");
    for (size_t at; (at = bytes.find(id)) != std::string::npos;) bytes.replace(at, id.size(), "ID");
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first);
    EXPECT_TRUE(client_->Ended());
  }
  ExpectNoneUnanswered();
}

TEST_F(HttpSyncTest, HonoursWhenTheRegistryWantsItBack) {
  Start();
  v1::SyncResponse response = Refusal(v1::REQUEST_RATE);
  response.mutable_refused()->mutable_retry_after()->set_seconds(41);
  response.mutable_refused()->mutable_retry_after()->set_nanos(1);
  Answer(response);
  const HttpAnswer answer = client_->Post("/edge/sync", "{}");
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.header("Retry-After"), "42");
}

TEST_F(HttpSyncTest, MalformedEventsAreLeftOutAndCounted) {
  Start();
  const HttpAnswer answer = client_->Post(
      "/edge/sync",
      R"({"pending_events":[{"event_type":"t"},{"event_id":"e","event_type":"t"},9]})");
  EXPECT_EQ(answer.body, R"({"commands":[],"ack_events":["e"]})");
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="malformed"})"), 2);
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="event"})"), 1);
}

TEST_F(HttpSyncTest, IsLimitedByAgentAndAddress) {
  Start([](GatewaySettings& s) { s.messages_per_minute = 2; });
  EXPECT_EQ(client_->Post("/edge/sync", "{}").status, 200);
  EXPECT_EQ(client_->Post("/edge/sync", "{}").status, 200);
  const HttpAnswer answer = client_->Post("/edge/sync", "{}");
  ExpectRefused(answer, 429, v1::REQUEST_RATE);
  EXPECT_EQ(answer.header("Retry-After"), "30");
  EXPECT_TRUE(client_->Ended());
  client_.emplace(gateway_->port());
  EXPECT_EQ(client_->Call("POST", "/edge/sync", kWithoutId, R"({"edge_agent_id":"luna2"})").status,
            200);
  // Whether or not it polls, an agent may connect.
  AgentClient agent(gateway_->port());
  EXPECT_EQ(agent.Upgrade("luna1"), 101);
}

TEST_F(HttpSyncTest, ReachesTheRegistryWhileTheLinkIsDown) {
  Start();
  registry().BreakLink(/*refuse_new=*/true);
  ASSERT_TRUE(registry().AwaitLinks(2));
  EXPECT_EQ(client_->Post("/edge/sync", "{}").status, 200);
  EXPECT_EQ(registry().Count(IsRefusal), 0U);
}

}  // namespace
}  // namespace edgeplane::gateway
