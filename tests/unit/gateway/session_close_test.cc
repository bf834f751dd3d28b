// The closing handshake when the gateway begins it.
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <vector>

#include "tests/unit/gateway/support/agent_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

const std::string kSession = "session-of-luna1";

// The whole close frame the gateway sends.
std::string CloseOf(int code, const std::string& reason) {
  std::string frame = "\x88";
  frame += static_cast<char>(reason.size() + 2);
  frame += static_cast<char>(code >> 8);
  frame += static_cast<char>(code & 0xff);
  return frame + reason;
}

class SessionCloseTest : public testing::Test {
 protected:
  void Start(const RunningGateway::Adjust& adjust = {}) {
    gateway_.emplace(adjust);
    agent_.emplace(gateway_->port());
    ASSERT_TRUE(agent_->WriteRaw(UpgradeRequest("luna1")));
    ASSERT_EQ(agent_->ReadRawUntil("\r\n\r\n").rfind("HTTP/1.1 101 ", 0), 0U);
    ASSERT_TRUE(registry().Await(IsOpened));
  }
  ScriptedRegistry& registry() { return gateway_->registry(); }
  void BeginToClose() {
    registry().EndSession(kSession, v1::RESTART);
    EXPECT_EQ(agent_->ReadRawUntil("restart"), CloseOf(1012, "restart"));
  }
  void ExpectClosed() {
    agent_->ShutDown();
    const auto closed = registry().Await(IsClosed);
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->session_closed().reason(), v1::RESTART);
    EXPECT_TRUE(gateway_->AwaitMetric("edgeplane_sockets", 0));
  }

  std::optional<RunningGateway> gateway_;
  std::optional<AgentClient> agent_;
};

TEST_F(SessionCloseTest, SaysCloseOnceAndEndsWithTheAnswer) {
  Start();
  BeginToClose();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kCloseFrame, "\x03\xf4")));
  EXPECT_EQ(agent_->ReadRawToEnd(), "");
  ExpectClosed();
}

// A command that is done, and nobody knows: it would be done twice.
TEST_F(SessionCloseTest, AcknowledgementsOnTheirWayStillCount) {
  Start();
  BeginToClose();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kTextFrame, AckText(1)) + ClientFrame(kPingFrame, "x") +
                               ClientFrame(kTextFrame, AckText(2))));
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kCloseFrame, "\x03\xf4")));
  ASSERT_TRUE(registry().AwaitCount(IsAck, 2));
  EXPECT_EQ(agent_->ReadRawToEnd(), "") << "something was said after the close";
  ExpectClosed();
  EXPECT_EQ(registry().Count(IsAck), 2U);
}

TEST_F(SessionCloseTest, HalfAMessageMayBeOnItsWay) {
  Start();
  const std::string frame = ClientFrame(kTextFrame, AckText(1));
  ASSERT_TRUE(agent_->WriteRaw(frame.substr(0, 20)));
  BeginToClose();
  ASSERT_TRUE(agent_->WriteRaw(frame.substr(20) + ClientFrame(kCloseFrame, "\x03\xf4")));
  ASSERT_TRUE(registry().AwaitCount(IsAck, 1));
  EXPECT_EQ(agent_->ReadRawToEnd(), "");
  ExpectClosed();
}

TEST_F(SessionCloseTest, WhoIsSentAwayIsHeardWithinItsRateOnly) {
  Start([](GatewaySettings& s) { s.messages_per_minute = 5; });
  BeginToClose();
  std::string flood;
  for (int i = 0; i < 50; ++i) flood += ClientFrame(kTextFrame, AckText(i));
  ASSERT_TRUE(agent_->WriteRaw(flood + ClientFrame(kCloseFrame, "\x03\xf4")));
  ExpectClosed();
  EXPECT_EQ(registry().Count(IsAck), 5U);
}

// Beast's own close operation and its read operation wait for each other here.
TEST_F(SessionCloseTest, ABrokenProtocolMeanwhileDoesNotHangIt) {
  Start();
  const std::string frame = ClientFrame(kTextFrame, "1234567890\xff\xfe\xfd");
  ASSERT_TRUE(agent_->WriteRaw(frame.substr(0, 10)));
  BeginToClose();
  ASSERT_TRUE(agent_->WriteRaw(frame.substr(10)));
  EXPECT_EQ(agent_->ReadRawToEnd(), "");
  ExpectClosed();
}

TEST_F(SessionCloseTest, WhoNeverAnswersIsCutOff) {
  Start([](GatewaySettings& s) { s.close_timeout = milliseconds(100); });
  BeginToClose();
  EXPECT_EQ(agent_->ReadRawToEnd(), "");
  ExpectClosed();
}

TEST_F(SessionCloseTest, WhoOnlyEndsTheConnectionIsLetGo) {
  Start([](GatewaySettings& s) { s.close_timeout = kPatience; });
  BeginToClose();
  agent_->ShutDown();
  EXPECT_EQ(agent_->ReadRawToEnd(), "");
  ExpectClosed();
}

TEST_F(SessionCloseTest, BothMayCloseAtOnce) {
  Start();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kCloseFrame, "\x03\xe8")));
  registry().EndSession(kSession, v1::RESTART);
  EXPECT_TRUE(agent_->ReadRawToEnd());
  agent_->ShutDown();
  ASSERT_TRUE(registry().Await(IsClosed));
  EXPECT_EQ(registry().Count(IsClosed), 1U);
}

TEST_F(SessionCloseTest, ADrainSendsEveryAgentAwayWith1012) {
  gateway_.emplace();
  std::vector<std::unique_ptr<AgentClient>> agents;
  for (int i = 0; i < 5; ++i) {
    agents.push_back(std::make_unique<AgentClient>(gateway_->port()));
    ASSERT_EQ(agents.back()->Upgrade("luna" + std::to_string(i)), 101);
  }
  std::future<bool> drained = std::async(std::launch::async, [&] {
    return gateway_->EndsInTime([](Gateway& gateway) { gateway.Drain(); });
  });
  for (const auto& agent : agents) EXPECT_EQ(agent->ReadClose(), 1012);
  EXPECT_TRUE(drained.get());
  EXPECT_THROW(AgentClient{gateway_->port()}, std::runtime_error);
  ASSERT_TRUE(registry().AwaitCount(IsClosed, 5));
  EXPECT_FALSE(gateway_->gateway().ready());
}

}  // namespace
}  // namespace edgeplane::gateway
