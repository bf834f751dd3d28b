// What the gateway does with its lease, over a real link.
#include <gtest/gtest.h>

#include "tests/unit/gateway/support/agent_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

constexpr std::chrono::microseconds kOverAtOnce{1};

class LinkLeaseTest : public testing::Test {
 protected:
  ScriptedRegistry& registry() { return gateway_.registry(); }
  // The next link has a lease that is over before it is there.
  void LoseTheLease() {
    registry().GrantLease(kOverAtOnce);
    registry().BreakLink();
    ASSERT_TRUE(registry().AwaitLinks(2));
  }
  RunningGateway gateway_;
  AgentClient agent_{gateway_.port()};
};

TEST_F(LinkLeaseTest, WithoutOneAgentsAreSentAwayAndNoneIsTaken) {
  ASSERT_EQ(agent_.Upgrade("luna1"), 101);
  ASSERT_TRUE(registry().Await(IsOpened));
  LoseTheLease();
  EXPECT_EQ(agent_.ReadClose(), 0);  // too late for words
  EXPECT_TRUE(gateway_.AwaitMetric("edgeplane_connections_closed_total{reason=\"LEASE_LOST\"}", 1));
  const auto closed = registry().Await(IsClosed);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->session_closed().reason(), v1::LEASE_LOST);

  EXPECT_FALSE(gateway_.gateway().ready());
  const size_t asked = registry().admits().size();
  AgentClient next(gateway_.port());
  EXPECT_EQ(next.Upgrade("luna1"), 503);
  EXPECT_EQ(registry().admits().size(), asked);
}

TEST_F(LinkLeaseTest, WithANewOneAllIsAsBefore) {
  ASSERT_EQ(agent_.Upgrade("luna1"), 101);
  ASSERT_TRUE(registry().Await(IsOpened));
  LoseTheLease();
  EXPECT_EQ(agent_.ReadClose(), 0);  // too late for words
  registry().GrantLease(std::chrono::hours(1));
  registry().BreakLink();
  ASSERT_TRUE(registry().AwaitLinks(3));
  ASSERT_TRUE(gateway_.AwaitMetric("edgeplane_link_up", 1));
  AgentClient next(gateway_.port());
  ASSERT_EQ(next.Upgrade("luna2"), 101);
  ASSERT_TRUE(registry().AwaitCount(IsOpened, 2));
  registry().Deliver(Command("luna2", 1));
  EXPECT_TRUE(next.Read());
}

TEST_F(LinkLeaseTest, IsRenewedAgainAndAgain) {
  registry().GrantLease(std::chrono::seconds(1));
  registry().BreakLink();
  ASSERT_TRUE(registry().AwaitCount(IsRenewal, 3));
  int64_t last = 0;
  for (const v1::GatewayMessage& message : registry().OnLink(1)) {
    if (!IsRenewal(message)) continue;
    EXPECT_GT(message.renew_lease().number(), last);
    last = message.renew_lease().number();
  }
}

// Somebody may wait for it to be closed, and it may have been admitted here.
TEST_F(LinkLeaseTest, ASessionThatIsEndedBeforeItIsHereIsClosedAndNeverOpened) {
  const std::string session_id = "session-of-luna1";
  registry().EndSession(session_id, v1::SUPERSEDED);
  const auto closed = registry().Await(IsClosed);
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->session_closed().session_id(), session_id);
  EXPECT_EQ(closed->session_closed().epoch(), 0);
  EXPECT_TRUE(closed->session_closed().has_written());
  EXPECT_EQ(agent_.Upgrade("luna1"), 503);
  AgentClient other(gateway_.port());
  EXPECT_EQ(other.Upgrade("luna2"), 101);
}

TEST_F(LinkLeaseTest, WhatIsForAnAgentComesTooLateWhenItIsOver) {
  ASSERT_EQ(agent_.Upgrade("luna1"), 101);
  ASSERT_TRUE(registry().Await(IsOpened));
  LoseTheLease();
  EXPECT_EQ(agent_.ReadClose(), 0);  // by now it is known
  const auto closed = registry().Await(IsClosed);
  ASSERT_TRUE(closed);
  registry().Deliver(Command("luna1", 1));
  // The link ends over it, so that the registry takes it back.
  ASSERT_TRUE(registry().AwaitLinks(3));
  EXPECT_EQ(closed->session_closed().written().command_ids_size(), 0);
}

}  // namespace
}  // namespace edgeplane::gateway
