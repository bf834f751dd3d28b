// An agent that comes back, on whichever channel, does not overtake what it has
// said before.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/unit/gateway/support/http_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

class ReportsFirstTest : public testing::Test {
 protected:
  // luna1 has acknowledged a command, and nobody has confirmed that.
  void Acknowledge(Duration report_wait) {
    gateway_.emplace([report_wait](GatewaySettings& s) {
      s.admit_timeout = 2 * kPatience;
      s.report_wait = report_wait;
    });
    agent_.emplace(gateway_->port());
    ASSERT_EQ(agent_->Upgrade("luna1"), 101);
    ASSERT_TRUE(registry().Await(IsOpened));
    registry().Confirm(false);
    ASSERT_TRUE(agent_->Send(AckText(1)));
    ack_ = registry().Await(IsAck);
    ASSERT_TRUE(ack_);
  }
  void Connect(AgentClient& agent, const std::string& id) {
    ASSERT_TRUE(agent.WriteRaw(UpgradeRequest(id)));
  }
  void ConfirmAll() {
    registry().Confirm(true);
    registry().ConfirmThrough(ack_->sequence() + 100);
  }
  ScriptedRegistry& registry() { return gateway_->registry(); }

  std::optional<RunningGateway> gateway_;
  std::optional<AgentClient> agent_;
  std::optional<v1::GatewayMessage> ack_;
};

// One event loop: what was asked first and comes second has waited.
TEST_F(ReportsFirstTest, AnUpgradeWaitsForTheAgentsOwnReports) {
  Acknowledge(kPatience);
  AgentClient again(gateway_->port());
  Connect(again, "luna1");
  AgentClient other(gateway_->port());
  Connect(other, "luna2");
  ASSERT_TRUE(registry().AwaitAdmits(2));
  EXPECT_EQ(registry().admits()[1].agent_id(), "luna2");
  ConfirmAll();
  ASSERT_TRUE(registry().AwaitAdmits(3));
  EXPECT_EQ(registry().admits()[2].agent_id(), "luna1");
  EXPECT_EQ(again.ReadRawUntil("\r\n\r\n").rfind("HTTP/1.1 101 ", 0), 0U);
}

TEST_F(ReportsFirstTest, ASyncWaitsForThemToo) {
  Acknowledge(kPatience);
  HttpClient poller(gateway_->port());
  ASSERT_TRUE(poller.Send(HttpClient::Request("POST", "/edge/sync", kAsLuna1, "{}")));
  HttpClient other(gateway_->port());
  EXPECT_EQ(other.Call("POST", "/edge/sync", kWithoutId, R"({"edge_agent_id":"luna2"})").status,
            200);
  ASSERT_EQ(registry().syncs().size(), 1U);
  EXPECT_EQ(registry().syncs()[0].caller().agent_id(), "luna2");
  ConfirmAll();
  EXPECT_EQ(poller.Receive().status, 200);
}

// A session counts until its end is confirmed.
TEST_F(ReportsFirstTest, AnEndIsAReportToo) {
  Acknowledge(kPatience);
  agent_->Vanish();
  ASSERT_TRUE(registry().Await(IsClosed));
  AgentClient again(gateway_->port());
  Connect(again, "luna1");
  AgentClient other(gateway_->port());
  Connect(other, "luna2");
  ASSERT_TRUE(registry().AwaitAdmits(2));
  EXPECT_EQ(registry().admits()[1].agent_id(), "luna2");
  ConfirmAll();
  EXPECT_EQ(again.ReadRawUntil("\r\n\r\n").rfind("HTTP/1.1 101 ", 0), 0U);
}

TEST_F(ReportsFirstTest, NobodyWaitsForEver) {
  Acknowledge(milliseconds(20));
  AgentClient again(gateway_->port());
  EXPECT_EQ(again.Upgrade("luna1"), 101);
  HttpClient poller(gateway_->port());
  EXPECT_EQ(poller.Post("/edge/sync", "{}").status, 200);
  ConfirmAll();
}

}  // namespace
}  // namespace edgeplane::gateway
