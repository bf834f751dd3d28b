// Stop never hangs, in whatever phase the connections are.
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

#include "tests/unit/gateway/support/agent_client.h"
#include "tests/unit/gateway/support/http_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class StopTest : public testing::Test {
 protected:
  // Nothing that would end a connection by itself strikes while a test runs.
  void Start(const RunningGateway::Adjust& adjust = {}) {
    gateway_.emplace(
        [&](GatewaySettings& s) {
          s.request_head_timeout = hours(1);
          s.keep_alive_timeout = hours(1);
          s.session_idle_timeout = hours(1);
          s.write_timeout = hours(1);
          s.close_timeout = hours(1);
          if (adjust) adjust(s);
        },
        /*tls=*/true);
  }
  bool Stops() {
    return gateway_->EndsInTime([](Gateway& gateway) { gateway.Stop(); });
  }
  ScriptedRegistry& registry() { return gateway_->registry(); }
  AgentClient& Connect(bool tls = false) {
    agent_.emplace(tls ? gateway_->tls_port() : gateway_->port(), /*small_receive_buffer=*/true);
    EXPECT_TRUE(gateway_->AwaitMetric("edgeplane_sockets", 1));
    return *agent_;
  }
  AgentClient& Open() {
    AgentClient& agent = Connect();
    EXPECT_EQ(agent.Upgrade("luna1"), 101);
    EXPECT_TRUE(registry().Await(IsOpened));
    return agent;
  }
  void ExpectClosed(v1::Disconnect reason = v1::RESTART) {
    const auto closed = registry().Await(IsClosed);
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->session_closed().reason(), reason)
        << v1::Disconnect_Name(closed->session_closed().reason());
  }

  std::optional<RunningGateway> gateway_;
  std::optional<AgentClient> agent_;
};

TEST_F(StopTest, WithoutConnections) {
  Start();
  EXPECT_TRUE(Stops());
  EXPECT_TRUE(Stops());  // once more changes nothing
}

TEST_F(StopTest, WithAConnectionThatSaysNothing) {
  Start();
  AgentClient& agent = Connect();
  EXPECT_TRUE(Stops());
  EXPECT_TRUE(agent.ReadRawToEnd());
}

TEST_F(StopTest, WithAHandshakeHalfDone) {
  Start();
  AgentClient& agent = Connect(/*tls=*/true);
  ASSERT_TRUE(agent.WriteRaw("\x16\x03\x01\x02"));
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, WithAHeadHalfSent) {
  Start();
  AgentClient& agent = Connect();
  ASSERT_TRUE(agent.WriteRaw("GET /edge/ws HTTP/1.1\r\nHost"));
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, WithABodyHalfSent) {
  Start();
  AgentClient& agent = Connect();
  ASSERT_TRUE(agent.WriteRaw("GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf"));
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, WithASyncHalfSent) {
  Start();
  AgentClient& agent = Connect();
  ASSERT_TRUE(
      agent.WriteRaw("POST /edge/sync HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n"
                     "Authorization: Bearer x\r\n\r\n{"));
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, WithASyncThatIsNotAnswered) {
  Start([](GatewaySettings& s) { s.admit_timeout = milliseconds(500); });
  registry().OnSync([](const auto&) { return std::nullopt; });
  AgentClient& agent = Connect();
  ASSERT_TRUE(agent.WriteRaw(HttpClient::Request("POST", "/edge/sync", kAsLuna1, "{}")));
  ASSERT_TRUE(registry().AwaitSyncs(1));
  EXPECT_TRUE(Stops());
  // Whoever stops still says that nothing of it arrived.
  EXPECT_TRUE(registry().Await([](const auto& m) { return m.has_sync_unanswered(); }));
}

TEST_F(StopTest, BetweenTwoRequests) {
  Start();
  AgentClient& agent = Connect();
  ASSERT_TRUE(agent.WriteRaw("GET /health HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_NE(agent.ReadRawUntil("}"), "");
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, WithARefusalThatIsNotFetched) {
  Start();
  AgentClient& agent = Connect();
  ASSERT_TRUE(agent.WriteRaw("GET /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_NE(agent.ReadRawUntil("}"), "");
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, WithAnAdmissionThatIsNotAnswered) {
  Start([](GatewaySettings& s) { s.admit_timeout = milliseconds(500); });
  registry().Decide([](const auto&) { return std::nullopt; });
  AgentClient& agent = Connect();
  ASSERT_TRUE(agent.WriteRaw(UpgradeRequest("luna1")));
  ASSERT_TRUE(registry().AwaitAdmits(1));
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, WithAnOpenSession) {
  Start();
  Open();
  EXPECT_TRUE(Stops());
  ExpectClosed();
}

TEST_F(StopTest, WithHalfAMessage) {
  Start();
  AgentClient& agent = Open();
  ASSERT_TRUE(agent.WriteRaw(ClientFrame(kTextFrame, "half", 100)));
  EXPECT_TRUE(Stops());
  ExpectClosed();
}

TEST_F(StopTest, WithAnAgentThatDoesNotRead) {
  Start([](GatewaySettings& s) { s.max_outgoing_bytes = 64 * 1024 * 1024; });
  Open();
  for (int i = 0; i < 60; ++i) registry().Deliver(Command("luna1", i, 200'000));
  ASSERT_TRUE(registry().Await(IsWritten));
  EXPECT_TRUE(Stops());
  ExpectClosed();
}

TEST_F(StopTest, WithAnAgentThatDoesNotAnswerItsClose) {
  Start();
  AgentClient& agent = Open();
  registry().EndSession("session-of-luna1", v1::SUPERSEDED);
  EXPECT_NE(agent.ReadRawUntil("superseded"), "");
  EXPECT_TRUE(Stops());
  ExpectClosed(v1::SUPERSEDED);
}

TEST_F(StopTest, WithAnAgentThatStaysAfterItsClose) {
  Start();
  AgentClient& agent = Open();
  ASSERT_TRUE(agent.WriteRaw(ClientFrame(kCloseFrame, "\x03\xe8")));
  EXPECT_EQ(agent.ReadRaw(4), std::string("\x88\x02\x03\xe8"));
  EXPECT_TRUE(Stops());
  ExpectClosed(v1::PEER_CLOSED);
}

// Sessions stop reading when the registry confirms nothing; then neither the
// socket nor a timer of theirs ends them.
TEST_F(StopTest, WithSessionsThatHaveStoppedReading) {
  constexpr int kCongestion = 49'152;
  Start([](GatewaySettings& s) { s.messages_per_minute = 1'000'000; });
  AgentClient& agent = Open();
  registry().Confirm(false);
  std::string acks;
  for (int i = 0; i < kCongestion + 1; ++i) acks += ClientFrame(kTextFrame, AckText(i));
  ASSERT_TRUE(agent.WriteRaw(acks));
  ASSERT_TRUE(registry().AwaitCount(IsAck, kCongestion));
  registry().Confirm(true);  // from the next report on, which is the end of it
  EXPECT_TRUE(Stops());
  ExpectClosed();
}

TEST_F(StopTest, WhileTheRegistryIsGone) {
  Start();
  Open();
  registry().BreakLink(/*refuse_new=*/true);
  ASSERT_TRUE(registry().AwaitLinks(2));
  EXPECT_TRUE(Stops());
}

// What is under way is answered; what comes then is sent away.
TEST_F(StopTest, ADrainAnswersWhatItFinds) {
  Start();
  v1::SyncResponse response;
  *response.mutable_result()->add_commands() = Command("luna1", 1);
  std::promise<void> draining;
  registry().OnSync([&, ready = draining.get_future().share()](const auto&) {
    ready.wait();
    return response;
  });
  HttpClient early(gateway_->port());
  HttpClient late(gateway_->port());
  ASSERT_EQ(late.Call("GET", "/health", {}).status, 200);
  ASSERT_TRUE(early.Send(HttpClient::Request("POST", "/edge/sync", kAsLuna1, "{}")));
  ASSERT_TRUE(registry().AwaitSyncs(1));
  auto drained = std::async(std::launch::async, [&] { gateway_->gateway().Drain(); });
  while (gateway_->gateway().ready()) std::this_thread::yield();
  const HttpAnswer refused = late.Post("/edge/sync", "{}");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.header("Retry-After"), "");
  EXPECT_TRUE(registry().Await(
      [](const auto& m) { return m.has_refusal() && m.refusal().reason() == v1::DRAINING; }));
  draining.set_value();
  const HttpAnswer answered = early.Receive();
  EXPECT_EQ(answered.status, 200);
  EXPECT_NE(answered.body.find(CommandId(1)), std::string::npos);
  EXPECT_EQ(answered.header("Connection"), "close");
  EXPECT_TRUE(early.Ended());
  EXPECT_TRUE(Stops());
  drained.get();
}

// Else it could stay for keep-alive-timeout, far beyond what a drain may take.
TEST_F(StopTest, ADrainLeavesNoConnectionOpenBehindAnAnswer) {
  Start();
  v1::SyncResponse response;
  for (int i = 0; i < 50; ++i) {
    *response.mutable_result()->add_commands() = Command("luna1", i, 60'000);
  }
  registry().OnSync([&](const auto&) { return response; });
  AgentClient& agent = Connect();
  ASSERT_TRUE(agent.WriteRaw(HttpClient::Request("POST", "/edge/sync", kAsLuna1, "{}")));
  // It says keep-alive, and takes longer than the drain to begin.
  EXPECT_NE(agent.ReadRawUntil("\r\n\r\n").find("keep-alive"), std::string::npos);
  auto drained = std::async(std::launch::async, [&] { gateway_->gateway().Drain(); });
  while (gateway_->gateway().ready()) std::this_thread::yield();
  EXPECT_TRUE(agent.ReadRawToEnd());
  agent.Vanish();
  drained.get();
  EXPECT_TRUE(Stops());
}

// An agent that is sent away is heard until it goes: events as well.
TEST_F(StopTest, LastWordsAreTakenWhileDraining) {
  Start();
  AgentClient& agent = Open();
  auto drained = std::async(std::launch::async, [&] { gateway_->gateway().Drain(); });
  EXPECT_NE(agent.ReadRawUntil("restart"), "");
  ASSERT_TRUE(agent.WriteRaw(
      ClientFrame(kTextFrame, AckText(1)) +
      ClientFrame(kTextFrame, R"({"type":"event","data":{"event_id":1,"event_type":"t"}})") +
      ClientFrame(kCloseFrame, "\x03\xf4")));
  EXPECT_TRUE(registry().Await(IsAck));
  EXPECT_TRUE(registry().Await([](const auto& m) { return m.has_event(); }));
  agent.Vanish();
  ExpectClosed();
  drained.get();
  EXPECT_TRUE(Stops());
}

TEST_F(StopTest, AfterADrain) {
  Start([](GatewaySettings& s) { s.close_timeout = milliseconds(200); });
  Open();
  EXPECT_TRUE(gateway_->EndsInTime([](Gateway& gateway) {
    gateway.Drain();
    gateway.Stop();
  }));
  ExpectClosed();
}

}  // namespace
}  // namespace edgeplane::gateway
