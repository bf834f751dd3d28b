// What a gateway reports over its link.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "services/registry/link.h"
#include "tests/unit/registry/link_fixture.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using Ended = std::vector<std::pair<std::string, v1::Disconnect>>;
using H = RegistryHarness;

TEST_F(LinkTest, ConfirmsAcknowledgements) {
  Connect();
  const std::string id = Deliver();
  Say(h_.AckOf(2, fence_, id, 1, v1::CommandAck::RECEIVED));
  EXPECT_EQ(Confirmed(gateway_.outlet->Take()), 2);
  EXPECT_EQ(h_.StateOf(id), CommandState::kReceived);
  Say(h_.AckOf(3, fence_, id, 2));
  EXPECT_EQ(Confirmed(gateway_.outlet->Take()), 3);
  EXPECT_EQ(h_.StateOf(id), CommandState::kCompleted);
}

TEST_F(LinkTest, AnAcknowledgementRepeatedIsAppliedOnce) {
  Connect();
  const std::string id = Deliver();
  Say(h_.AckOf(2, fence_, id, 1));
  const size_t steps = h_.store.GetCommand(id)->history.size();
  Say(h_.AckOf(2, fence_, id, 1));
  EXPECT_EQ(h_.store.GetCommand(id)->history.size(), steps);
  EXPECT_NE(h_.metrics_registry.Render().find(
                "edgeplane_acks_rejected_total{verdict=\"already_applied\"} 1"),
            std::string::npos);
}

TEST_F(LinkTest, OneBatchIsOneStepAndOneConfirmation) {
  Connect();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Deliver());
  gateway_.outlet->Take();
  {
    // All of them wait before the first is looked at.
    std::promise<void> release;
    ASSERT_TRUE(h_.pool.Continue([&] { release.get_future().wait(); }));
    for (int i = 0; i < 5; ++i) {
      gateway_.link->Receive(h_.AckOf(i + 2, fence_, ids[static_cast<size_t>(i)], i + 1));
    }
    // Were they applied one by one, the second would fail. It hits the next claim.
    h_.store.FailOperation(2, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    release.set_value();
    h_.Settle();
  }
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(Confirmed(sent), 6);
  for (const std::string& id : ids) EXPECT_EQ(h_.StateOf(id), CommandState::kCompleted);
}

TEST_F(LinkTest, ClosedSessionsEndInTheStore) {
  Connect();
  const std::string written = Deliver();
  const std::string unwritten = Deliver(1);
  gateway_.outlet->Take();
  Say(H::ClosedOf(2, fence_, {written}));
  EXPECT_EQ(Confirmed(gateway_.outlet->Take()), 2);
  EXPECT_FALSE(h_.store.GetAgent("a")->session);
  EXPECT_FALSE(h_.directory.Find("a"));
  EXPECT_EQ(h_.StateOf(written), CommandState::kQueued);
  EXPECT_EQ(h_.store.GetCommand(written)->deliveries, 1);
  EXPECT_EQ(h_.StateOf(unwritten), CommandState::kQueued);
  EXPECT_EQ(h_.store.GetCommand(unwritten)->deliveries, 0);
}

// The gateway wrote the end of the session before the command had come to it.
TEST_F(LinkTest, ADeliveryThatCrossesTheEndOfItsSessionDoesNotCount) {
  Connect();
  const v1::GatewayMessage closed = H::ClosedOf(2, fence_);
  const std::string id = Deliver(1);
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
  Say(closed);
  EXPECT_EQ(h_.StateOf(id), CommandState::kQueued);
  EXPECT_EQ(h_.store.GetCommand(id)->deliveries, 0);

  const storage::Fence next = h_.OpenSession("a");
  Say(H::OpenedOf(3, next));
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
  EXPECT_EQ(h_.store.GetCommand(id)->deliveries, 1);
}

TEST_F(LinkTest, WhatMayHaveBeenWrittenIsInDoubtWhereNobodyKnows) {
  Connect();
  const std::string id = Deliver(1);
  v1::GatewayMessage closed = H::ClosedOf(2, fence_);
  closed.mutable_session_closed()->clear_written();
  Say(closed);
  EXPECT_EQ(h_.StateOf(id), CommandState::kInDoubt);
}

TEST_F(LinkTest, WhatMovesWithASessionIsCountedAndTold) {
  Connect();
  const std::string id = Deliver(1);
  int told = 0;
  const auto subscription = h_.signals.Subscribe(id, [&] { ++told; });
  Say(H::ClosedOf(2, fence_, {id}));
  EXPECT_EQ(h_.StateOf(id), CommandState::kInDoubt);
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(h_.Shows("edgeplane_commands_total{state=\"IN_DOUBT\"} 1"));
}

TEST_F(LinkTest, ManySessionsThatCloseAtOnceAreConfirmedTogether) {
  Connect();
  std::vector<storage::Fence> fences = {fence_};
  for (int i = 0; i < 40; ++i) {
    h_.AddAgent("many" + std::to_string(i));
    fences.push_back(h_.OpenSession("many" + std::to_string(i)));
  }
  std::promise<void> release;
  ASSERT_TRUE(h_.pool.Continue([&] { release.get_future().wait(); }));
  int64_t sequence = 1;
  for (const storage::Fence& fence : fences) gateway_.link->Receive(H::ClosedOf(++sequence, fence));
  release.set_value();
  h_.Settle();
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(Confirmed(sent), sequence);
  EXPECT_EQ(h_.store.CountAgents()->connected, 0);
}

TEST_F(LinkTest, RefusalsAreRecorded) {
  Connect();
  const std::string id = NewUuid(h_.clock.Now());
  Say(h_.RefusalOf(2, id, 1));
  Say(h_.RefusalOf(3, id, 7));
  Say(h_.RefusalOf(2, id, 1));
  EXPECT_EQ(h_.store.GetRefusal(id)->count, 7);
  EXPECT_EQ(h_.store.GetRefusal(id)->gateway_id, "g1");
  EXPECT_EQ(Confirmed(gateway_.outlet->Take()), 3);
}

// A message that is not as it must be would be no better when repeated for ever.
TEST_F(LinkTest, LeavesOutWhatCannotBeReadAndConfirmsTheRest) {
  Connect();
  const std::string id = Deliver();
  v1::GatewayMessage bad = h_.AckOf(2, fence_, "no uuid", 1);
  Say(std::move(bad));
  v1::GatewayMessage unknown;
  unknown.set_sequence(3);
  Say(std::move(unknown));
  Say(h_.AckOf(4, fence_, id, 2));
  EXPECT_EQ(Confirmed(gateway_.outlet->Take()), 4);
  EXPECT_EQ(h_.StateOf(id), CommandState::kCompleted);
}

TEST_F(LinkTest, AnOlderSessionDoesNotEnterOverANewerOne) {
  Connect();
  const storage::Fence newer = h_.OpenSession("a");
  Say(H::OpenedOf(2, newer));
  gateway_.outlet->Take();
  Say(H::OpenedOf(3, fence_));
  EXPECT_EQ(EndedSessions(gateway_.outlet->Take()), (Ended{{fence_.session_id, v1::SUPERSEDED}}));
  EXPECT_EQ(h_.directory.Find("a")->fence.session_id, newer.session_id);
  // Nor does its end end the newer one.
  Say(H::ClosedOf(4, fence_));
  EXPECT_TRUE(h_.directory.Find("a"));
  EXPECT_TRUE(h_.store.GetAgent("a")->session);
}

TEST_F(LinkTest, ReadsNoMoreThanItMayHold) {
  RegistrySettings settings = HarnessSettings();
  settings.link_inbox_max = 3;
  RegistryHarness h(settings);
  LinkedGatewayUnderTest gateway = h.JoinedLink();
  std::promise<void> release;
  ASSERT_TRUE(h.pool.Continue([&] { release.get_future().wait(); }));
  const std::string id = NewUuid(h.clock.Now());
  EXPECT_TRUE(gateway.link->Receive(h.RefusalOf(1, id, 1)));
  EXPECT_TRUE(gateway.link->Receive(h.RefusalOf(2, id, 2)));
  EXPECT_FALSE(gateway.link->Receive(h.RefusalOf(3, id, 3)));
  EXPECT_EQ(gateway.outlet->resumed(), 0);
  release.set_value();
  h.Settle();
  EXPECT_EQ(gateway.outlet->resumed(), 1);
  EXPECT_EQ(Confirmed(gateway.outlet->Take()), 3);
}

}  // namespace
}  // namespace edgeplane::registry
