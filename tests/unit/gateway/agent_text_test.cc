#include "gateway/agent_text.h"

#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/reasons.h"
#include "gateway/http_path.h"

namespace edgeplane::gateway {
namespace {

TEST(AgentText, OfAnAgentThatWasNeverSeen) {
  v1::DescribeAgentResponse::Description description;
  description.mutable_agent()->set_agent_id("luna1");
  EXPECT_EQ(
      AgentText(description),
      R"({"config_version":0,"connected":false,"delivered_config_version":0,"disabled":false,)"
      R"("edge_agent_id":"luna1","labels":{},"queue":{"in_flight":0,"queued":0}})");
}

TEST(AgentText, OfOneThatIsConnectedAndWasRefusedBefore) {
  v1::DescribeAgentResponse::Description description;
  v1::Agent& agent = *description.mutable_agent();
  agent.set_agent_id("luna1");
  agent.set_user_phone("+15551234568");
  agent.set_display_name("The \"first\"");
  (*agent.mutable_labels())["site"] = "roof";
  agent.mutable_create_time()->set_seconds(1'769'850'900);
  agent.mutable_session()->set_peer_address("127.0.0.1:4711");
  agent.mutable_session()->set_gateway_id("gateway-1");
  agent.mutable_session()->mutable_open_time()->set_seconds(1'769'850'901);
  agent.mutable_last_sync_time()->set_seconds(1'769'850'902);
  agent.set_config_version(3);
  agent.set_delivered_config_version(2);
  auto& fields = *agent.mutable_status()->mutable_fields()->mutable_fields();
  fields["uptime_seconds"].set_number_value(7);
  fields["load"].set_number_value(0.25);
  fields["well"].set_bool_value(true);
  fields["none"].set_null_value(google::protobuf::NULL_VALUE);
  fields["words"].mutable_list_value()->add_values()->set_string_value("a");
  (*fields["more"].mutable_struct_value()->mutable_fields())["x"].set_number_value(1e300);
  v1::Refusal& refusal = *description.mutable_last_refusal();
  refusal.set_refusal_id("an-id");
  refusal.set_reason(v1::SECRET_MISMATCH);
  refusal.set_detail("More.");
  refusal.set_http_status(401);
  refusal.set_count(2);
  refusal.mutable_last_time()->set_seconds(1'769'850'903);
  description.set_queued_commands(4);
  description.set_commands_in_flight(1);

  const std::string text = AgentText(description);
  ASSERT_TRUE(ParseJson(text, {}).ok()) << text;
  for (
      const std::string& part :
      {std::string(R"("connected":true)"),
       std::string(R"("connected_since":"2026-01-31T09:15:01.000Z")"),
       std::string(R"("peer_address":"127.0.0.1:4711")"),
       std::string(R"("display_name":"The \"first\"")"), std::string(R"("labels":{"site":"roof"})"),
       std::string(R"("last_sync_time":"2026-01-31T09:15:02.000Z")"),
       std::string(R"("config_version":3,)"), std::string(R"("delivered_config_version":2)"),
       std::string(
           R"("status":{"load":0.25,"more":{"x":1e+300},"none":null,"uptime_seconds":7,"well":true,"words":["a"]})"),
       R"("last_refusal":{"count":2,"detail":"More.","http_status":401,)"
       R"("last_time":"2026-01-31T09:15:03.000Z","message":")" +
           TraitsOf(v1::SECRET_MISMATCH).sentence() +
           R"(","reason":"SECRET_MISMATCH","refusal_id":"an-id"})",
       std::string(R"("queue":{"in_flight":1,"queued":4})")}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(HttpPaths, AreKnownByTheirWholeName) {
  EXPECT_EQ(PathOf("/edge/ws"), HttpPath::kWebSocket);
  EXPECT_EQ(PathOf("/health"), HttpPath::kHealth);
  EXPECT_EQ(PathOf("/edge/register"), HttpPath::kRegister);
  EXPECT_EQ(PathOf("/edge/sync"), HttpPath::kSync);
  EXPECT_EQ(PathOf("/edge/command/ack"), HttpPath::kCommandAck);
  EXPECT_EQ(PathOf("/edge/ack_command"), HttpPath::kAckCommand);
  EXPECT_EQ(PathOf("/edge/agents/luna1"), HttpPath::kAgent);
  EXPECT_EQ(PathOf("/edge/agents/ID"), HttpPath::kAgent);
  EXPECT_EQ(PathOf("/edge/agents/../sync"), HttpPath::kAgent);
  for (const char* path : {"", "/", "/edge", "/edge/", "/edge/agents", "/edge/agents/",
                           "/edge/sync/", "/EDGE/SYNC", "edge/sync", "other", "/edge/wss"}) {
    EXPECT_EQ(PathOf(path), HttpPath::kOther) << path;
  }
}

TEST(HttpPaths, TakeOneMethodEach) {
  for (const char* path : {"/edge/ws", "/health", "/edge/agents/x"}) {
    EXPECT_EQ(MethodOf(PathOf(path)), "GET") << path;
  }
  for (const char* path :
       {"/edge/register", "/edge/sync", "/edge/command/ack", "/edge/ack_command"}) {
    EXPECT_EQ(MethodOf(PathOf(path)), "POST") << path;
  }
}

}  // namespace
}  // namespace edgeplane::gateway
