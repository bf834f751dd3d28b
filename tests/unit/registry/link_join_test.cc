// How a link begins and ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "services/registry/link.h"
#include "tests/unit/registry/link_fixture.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using Ended = std::vector<std::pair<std::string, v1::Disconnect>>;
using H = RegistryHarness;

TEST_F(LinkTest, IsWelcomedFirst) {
  const storage::Fence fence = h_.OpenSession("a");
  const std::string id = h_.Enqueue("a");
  gateway_ = h_.JoinedLink({{fence, {}}});
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_FALSE(sent[0].welcome().registry_version().empty());
  EXPECT_EQ(sent[1].deliver().command_id(), id);
  EXPECT_EQ(h_.links.Find("g1"), gateway_.link);
}

TEST_F(LinkTest, BeginsWithOneHello) {
  gateway_ = h_.OpenLink();
  Say(H::ClosedOf(1, h_.OpenSession("a")));
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::INVALID_FIELD);
  EXPECT_TRUE(h_.store.GetAgent("a")->session) << "nothing it said counts";

  gateway_ = h_.JoinedLink();
  Say(H::HelloOf({}));
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::INVALID_FIELD);
}

// This registry was slow, and the gateway has gone to another meanwhile.
TEST_F(LinkTest, IsNotBelievedWhereTheGatewayHasALaterOne) {
  h_.OpenSession("a");
  ASSERT_TRUE(h_.store.BeginLink({"g1", 20}, std::chrono::hours(1), h_.clock.Now()).ok());
  gateway_ = h_.OpenLink();
  v1::GatewayMessage hello = H::HelloOf({});
  hello.mutable_hello()->set_link(19);
  Say(hello);
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::SESSION_FENCED);
  EXPECT_TRUE(h_.store.GetAgent("a")->session) << "the later one has said that it holds it";
  gateway_ = h_.OpenLink();
  hello.mutable_hello()->set_link(21);
  Say(hello);
  EXPECT_TRUE(gateway_.outlet->Take()[0].has_welcome());
  EXPECT_FALSE(h_.store.GetAgent("a")->session);
}

TEST_F(LinkTest, SessionsMayFollowTheHello) {
  const storage::Fence a = h_.OpenSession("a");
  const storage::Fence b = h_.OpenSession("b");
  gateway_ = h_.OpenLink();
  v1::GatewayMessage hello = H::HelloOf({});
  hello.mutable_hello()->set_sessions_follow(true);
  Say(hello);
  v1::GatewayMessage more;
  H::SetFence(a, *more.mutable_held_sessions()->add_sessions());
  more.mutable_held_sessions()->set_sessions_follow(true);
  Say(more);
  EXPECT_TRUE(gateway_.outlet->Take().empty()) << "not all are named";
  more.Clear();
  H::SetFence(b, *more.mutable_held_sessions()->add_sessions());
  Say(more);
  EXPECT_TRUE(gateway_.outlet->Take()[0].has_welcome());
  EXPECT_TRUE(h_.directory.Find("a"));
  EXPECT_TRUE(h_.directory.Find("b"));

  Say(more);
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::INVALID_FIELD);
}

TEST_F(LinkTest, NothingComesBetweenHelloAndTheSessionsThatFollow) {
  gateway_ = h_.OpenLink();
  v1::GatewayMessage hello = H::HelloOf({});
  hello.mutable_hello()->set_sessions_follow(true);
  Say(hello);
  Say(H::OpenedOf(1, h_.OpenSession("a")));
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::INVALID_FIELD);
  EXPECT_EQ(h_.links.Find("g1"), nullptr);
}

TEST_F(LinkTest, ChecksTheHello) {
  for (const std::string& id : {std::string(), std::string(129, 'g')}) {
    gateway_ = h_.OpenLink();
    Say(H::HelloOf({}, id));
    EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::INVALID_FIELD);
  }
  gateway_ = h_.OpenLink();
  Say(H::HelloOf({{{"a", "no uuid", 1}, {}}}));
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::INVALID_FIELD);
  EXPECT_EQ(h_.links.Find("g1"), nullptr);
}

TEST_F(LinkTest, EndsWhenNoHelloComesInTime) {
  gateway_ = h_.OpenLink();
  const LinkedGatewayUnderTest joined = h_.JoinedLink();
  h_.clock.Advance(h_.settings.link_hello_timeout);
  h_.sweeper.Sweep();
  EXPECT_FALSE(gateway_.outlet->status());
  h_.clock.Advance(Duration(1));
  h_.sweeper.Sweep();
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::INVALID_FIELD);
  EXPECT_FALSE(joined.outlet->status()) << "a welcomed one may be silent";
}

TEST_F(LinkTest, ReconcilesWhatBothSidesKnow) {
  const storage::Fence held = h_.OpenSession("a");
  const storage::Fence lost = h_.OpenSession("b");
  h_.AddAgent("c");
  const storage::Fence stale = h_.OpenSession("c");
  h_.OpenSession("c", "g2");
  gateway_ = h_.JoinedLink({{held, {}}, {stale, {}}});
  EXPECT_EQ(EndedSessions(gateway_.outlet->Take()), (Ended{{stale.session_id, v1::SUPERSEDED}}));
  EXPECT_TRUE(h_.directory.Find("a"));
  EXPECT_FALSE(h_.directory.Find("c"));
  EXPECT_EQ(h_.store.GetAgent("b")->session, std::nullopt) << lost.session_id;
}

TEST_F(LinkTest, WhatMovesInReconcilingIsCountedAndTold) {
  Connect();
  const std::string id = Deliver(1);
  int told = 0;
  const auto subscription = h_.signals.Subscribe(id, [&] { ++told; });
  gateway_.link->End({});
  gateway_ = h_.JoinedLink();
  EXPECT_EQ(h_.StateOf(id), CommandState::kInDoubt);
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(h_.Shows("edgeplane_commands_total{state=\"IN_DOUBT\"} 1"));
}

TEST_F(LinkTest, ReconcilesAfterTheRepeats) {
  Connect();
  const std::string done = Deliver();
  const std::string unwritten = Deliver(1);
  const std::string lost = Deliver();
  gateway_.link->End({});

  // While there was no link, "a" answered one, and its session closed before
  // another was written.
  gateway_ = h_.OpenLink();
  Say(H::HelloOf({}, "g1", 3));
  EXPECT_TRUE(gateway_.outlet->Take().empty());
  EXPECT_TRUE(h_.store.GetAgent("a")->session) << "not compared yet";
  Say(h_.AckOf(2, fence_, done, 1));
  EXPECT_TRUE(gateway_.outlet->Take().empty()) << "nothing comes before Welcome";
  Say(H::ClosedOf(3, fence_));
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_TRUE(sent[0].has_welcome());
  EXPECT_EQ(Confirmed(sent), 3);
  EXPECT_EQ(h_.StateOf(done), CommandState::kCompleted);
  EXPECT_EQ(h_.StateOf(unwritten), CommandState::kQueued);
  EXPECT_EQ(h_.store.GetCommand(unwritten)->deliveries, 0);
  EXPECT_EQ(h_.StateOf(lost), CommandState::kQueued);
}

TEST_F(LinkTest, KeepsWhatIsAdmittedWhileItReconciles) {
  // Hello was written before the answer to Admit arrived.
  const storage::Fence fence = h_.OpenSession("a");
  h_.pending.Granted(fence, "g1", h_.clock.Now());
  gateway_ = h_.JoinedLink({});
  EXPECT_TRUE(h_.store.GetAgent("a")->session);
  EXPECT_TRUE(EndedSessions(gateway_.outlet->Take()).empty());
  Say(H::OpenedOf(1, fence));
  EXPECT_FALSE(h_.pending.Find("a"));
  EXPECT_TRUE(h_.directory.Find("a"));
}

TEST_F(LinkTest, NothingIsDeliveredToASessionThatIsNotOpen) {
  const storage::Fence fence = h_.OpenSession("a");
  const std::string id = h_.Enqueue("a", 1);
  ASSERT_TRUE(h_.store.SetDesiredConfig("a", "{}", false, h_.clock.Now()).ok());
  gateway_ = h_.OpenLink();
  v1::GatewayMessage hello = H::HelloOf({{fence, {}}});
  hello.mutable_hello()->mutable_sessions(0)->set_not_open(true);
  Say(hello);
  h_.control.CommandQueued("a");
  h_.control.ConfigChanged("a");
  h_.Settle();
  EXPECT_EQ(gateway_.outlet->Take().size(), 1u) << "Welcome only";
  EXPECT_EQ(h_.StateOf(id), CommandState::kQueued);
  EXPECT_TRUE(h_.store.GetAgent("a")->session) << "it is held";

  Say(H::OpenedOf(1, fence));
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  EXPECT_EQ(Delivered(sent), std::vector<std::string>{id});
  EXPECT_TRUE(std::any_of(sent.begin(), sent.end(),
                          [](const auto& message) { return message.has_deliver_config(); }));
}

TEST_F(LinkTest, ASessionThatOpensAmongTheRepeatsIsOpenWhateverHelloSaid) {
  const storage::Fence fence = h_.OpenSession("a");
  const std::string id = h_.Enqueue("a");
  gateway_ = h_.OpenLink();
  v1::GatewayMessage hello = H::HelloOf({{fence, {}}}, "g1", 1);
  hello.mutable_hello()->mutable_sessions(0)->set_not_open(true);
  Say(hello);
  Say(H::OpenedOf(1, fence));
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
}

TEST_F(LinkTest, NothingIsClaimedForAnAdmissionThatIsPending) {
  const std::string id = h_.Enqueue("a", 1);
  const storage::Fence fence = h_.OpenSession("a");
  h_.pending.Granted(fence, "g1", h_.clock.Now());
  gateway_ = h_.JoinedLink({});
  h_.control.CommandQueued("a");
  h_.Settle();
  EXPECT_FALSE(h_.directory.Find("a"));
  h_.OpenSession("a", "g2");
  EXPECT_EQ(h_.StateOf(id), CommandState::kQueued);
}

TEST_F(LinkTest, SessionsThatOpenAmongTheRepeatsAreHeld) {
  const storage::Fence fence = h_.OpenSession("a");
  const std::string id = h_.Enqueue("a");
  gateway_ = h_.OpenLink();
  gateway_.link->Receive(H::HelloOf({}, "g1", 2));
  Say(H::OpenedOf(1, fence));
  EXPECT_EQ(h_.StateOf(id), CommandState::kQueued) << "not before the comparison";
  Say(h_.RefusalOf(2, NewUuid(h_.clock.Now()), 1));
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
}

// A claim that an earlier link has under way must be made, and known lost, before
// the gateway's word on what it holds is compared.
TEST_F(LinkTest, WaitsForDeliveriesUnderWayBeforeItReconciles) {
  const storage::Fence fence = h_.OpenSession("a");
  const std::string id = h_.Enqueue("a");
  auto pass = h_.links.Gate("g1")->Enter();
  storage::Claim claim;
  claim.fence = fence;
  claim.now = h_.clock.Now();
  EXPECT_EQ(h_.store.ClaimCommands(claim)->size(), 1u);
  gateway_ = h_.OpenLink();
  gateway_.link->Receive(H::HelloOf({{fence, {}}}));
  while (gateway_.link->number() == 0) std::this_thread::yield();
  EXPECT_TRUE(gateway_.outlet->Take().empty());
  pass.reset();
  h_.Settle();
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
  EXPECT_EQ(h_.store.GetCommand(id)->deliveries, 1);
}

TEST_F(LinkTest, ASecondLinkOfTheGatewayReplacesTheFirst) {
  Connect();
  const LinkedGatewayUnderTest first = gateway_;
  gateway_ = h_.JoinedLink({{fence_, {}}});
  EXPECT_EQ(first.outlet->ended_with(), v1::ErrorReason::SESSION_FENCED);
  EXPECT_EQ(h_.links.Find("g1"), gateway_.link);
  EXPECT_EQ(h_.directory.Find("a")->link, gateway_.link);
  const std::string id = Deliver();
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
  // What the first one's stream does now changes nothing.
  first.link->End({});
  h_.links.Release(first.link.get());
  EXPECT_TRUE(h_.directory.Find("a"));
  EXPECT_FALSE(first.link->Receive(H::ClosedOf(9, fence_)));
  h_.Settle();
  EXPECT_TRUE(h_.store.GetAgent("a")->session);
}

TEST_F(LinkTest, EndsWhenReconcilingFails) {
  const storage::Fence fence = h_.OpenSession("a");
  h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  gateway_ = h_.JoinedLink({{fence, {}}});
  EXPECT_TRUE(gateway_.outlet->Take().empty());
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::STORE_UNAVAILABLE);
  EXPECT_EQ(h_.directory.size(), 0u);
  EXPECT_EQ(h_.links.Find("g1"), nullptr);
}

TEST_F(LinkTest, ClosingAllEndsEveryLinkAndTakesNoMore) {
  Connect();
  const LinkedGatewayUnderTest silent = h_.OpenLink();
  EXPECT_FALSE(h_.links.CloseAll(MakeError(v1::ErrorReason::SHUTTING_DOWN, "bye"),
                                 std::chrono::milliseconds(1)));
  for (const LinkedGatewayUnderTest& gateway : {gateway_, silent}) {
    EXPECT_EQ(gateway.outlet->ended_with(), v1::ErrorReason::SHUTTING_DOWN);
    EXPECT_TRUE(gateway.outlet->cancelled()) << "its stream did not go by itself";
    h_.links.Release(gateway.link.get());
  }
  EXPECT_TRUE(h_.links.CloseAll({}, std::chrono::milliseconds(0)));
  EXPECT_FALSE(h_.links.Adopt(std::make_shared<Link>(h_.parts, gateway_.outlet, "late")));
}

}  // namespace
}  // namespace edgeplane::registry
