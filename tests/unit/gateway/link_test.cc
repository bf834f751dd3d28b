// The link to the registry: lost, back, and what survives.
#include <gtest/gtest.h>

#include "tests/unit/gateway/support/agent_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

class LinkTest : public testing::Test {
 protected:
  ScriptedRegistry& registry() { return gateway_.registry(); }
  void Connect() { ASSERT_EQ(agent_.Upgrade("luna1"), 101); }
  void ExpectAlive() {
    ASSERT_TRUE(agent_.Send(kPing));
    EXPECT_EQ(agent_.Read(), kPong);
  }
  // Until the gateway has noticed: a further link is tried only after that.
  void LoseTheLink() {
    registry().BreakLink(/*refuse_new=*/true);
    ASSERT_TRUE(registry().AwaitLinks(2));
    ASSERT_TRUE(gateway_.AwaitMetric("edgeplane_link_up", 0));
  }
  void RestoreTheLink() {
    registry().AllowLinks();
    ASSERT_TRUE(gateway_.AwaitMetric("edgeplane_link_up", 1));
  }
  RunningGateway gateway_;
  AgentClient agent_{gateway_.port()};
};

TEST_F(LinkTest, BeginsByNamingItself) {
  ASSERT_TRUE(registry().Await(IsHello));
  EXPECT_EQ(registry().LastHello().gateway_id(), "gateway-under-test");
  EXPECT_EQ(registry().LastHello().sessions_size(), 0);
  EXPECT_TRUE(gateway_.gateway().ready());
}

TEST_F(LinkTest, ABrokenLinkCostsNoSession) {
  Connect();
  ASSERT_TRUE(registry().Await(IsOpened));
  const int64_t first_link = registry().LastHello().link();
  LoseTheLink();
  EXPECT_FALSE(gateway_.gateway().ready());
  ExpectAlive();
  RestoreTheLink();
  ExpectAlive();
  const v1::Hello hello = registry().LastHello();
  EXPECT_GT(hello.link(), first_link);
  ASSERT_EQ(hello.sessions_size(), 1);
  EXPECT_EQ(hello.sessions(0).agent_id(), "luna1");
  EXPECT_EQ(hello.sessions(0).session_id(), "session-of-luna1");
  EXPECT_EQ(registry().Count(IsClosed), 0U);
  registry().Deliver(Command("luna1", 1));
  EXPECT_TRUE(agent_.Read());
}

TEST_F(LinkTest, WhatWasNotConfirmedIsRepeatedAsItWas) {
  Connect();
  ASSERT_TRUE(registry().Await(IsOpened));
  registry().Confirm(false);
  registry().Deliver(Command("luna1", 1));
  registry().Deliver(Command("luna1", 2));
  ASSERT_TRUE(agent_.Read());
  ASSERT_TRUE(agent_.Read());
  ASSERT_TRUE(agent_.Send(AckText(1)));
  const auto first = registry().Await(IsAck);
  ASSERT_TRUE(first);
  registry().BreakLink();
  ASSERT_TRUE(registry().AwaitCount(IsAck, 2));
  const std::vector<v1::GatewayMessage> again = registry().OnLink(1);
  ASSERT_GE(again.size(), 2U);
  ASSERT_TRUE(again[0].has_hello());
  EXPECT_EQ(again[0].hello().repeats_through(), first->sequence());
  ASSERT_EQ(again[0].hello().sessions(0).unacknowledged_command_ids_size(), 1);
  EXPECT_EQ(again[0].hello().sessions(0).unacknowledged_command_ids(0), CommandId(2));
  EXPECT_EQ(again.back().SerializeAsString(), first->SerializeAsString());
  registry().Confirm(true);  // nothing is left that the end would wait for
}

TEST_F(LinkTest, WhatHappensMeanwhileIsSaidAfterwards) {
  Connect();
  ASSERT_TRUE(registry().Await(IsOpened));
  LoseTheLink();
  ASSERT_TRUE(agent_.Send(AckText(1)));
  ExpectAlive();  // so the acknowledgement has been read
  agent_.Vanish();
  ASSERT_TRUE(gateway_.AwaitMetric("edgeplane_connections", 0));
  EXPECT_EQ(registry().Count(IsAck), 0U);
  RestoreTheLink();
  const auto ack = registry().Await(IsAck);
  const auto closed = registry().Await(IsClosed);
  ASSERT_TRUE(ack && closed);
  EXPECT_LT(ack->sequence(), closed->sequence());
  EXPECT_EQ(registry().LastHello().repeats_through(), closed->sequence());
}

TEST_F(LinkTest, NobodyIsAdmittedWithoutALink) {
  LoseTheLink();
  EXPECT_EQ(agent_.Upgrade("luna1"), 503);
  EXPECT_EQ(agent_.header("Retry-After"), "5");
  EXPECT_TRUE(registry().admits().empty());
  RestoreTheLink();
  AgentClient again(gateway_.port());
  EXPECT_EQ(again.Upgrade("luna1"), 101);
}

TEST_F(LinkTest, ALinkWithoutAWelcomeIsNone) {
  registry().Welcome(false);
  registry().BreakLink();
  ASSERT_TRUE(registry().AwaitCount(IsHello, 2));
  EXPECT_EQ(gateway_.Metric("edgeplane_link_up"), 0);
  EXPECT_EQ(agent_.Upgrade("luna1"), 503);
}

}  // namespace
}  // namespace edgeplane::gateway
