#include "tests/contract/session_contract.h"

namespace edgeplane::storage {
namespace {

TEST_P(SessionContract, OpensOnlyForAnEnabledAgent) {
  EXPECT_EQ(CodeOf(store().OpenSession(RequestFor("a", 1))), Code::AGENT_NOT_FOUND);
  MakeAgent("a");
  ASSERT_TRUE(store().DisableAgent("a", "", kStart).ok());
  EXPECT_EQ(CodeOf(store().OpenSession(RequestFor("a", 1))), Code::AGENT_IS_DISABLED);
  ASSERT_TRUE(store().EnableAgent("a", kStart).ok());
  EXPECT_TRUE(store().OpenSession(RequestFor("a", 1)).ok());
}

TEST_P(SessionContract, TheNewerSessionSupersedesTheOlder) {
  MakeAgent("a");
  const Fence first = Open("a", 1, "gw-1");
  const SessionGrant second = Grant(RequestFor("a", 2, "gw-2"));
  EXPECT_GT(second.epoch, first.epoch);
  ASSERT_TRUE(second.superseded.has_value());
  EXPECT_EQ(second.superseded->session_id, Id(1));
  EXPECT_EQ(second.superseded->agent_id, "a");
  EXPECT_EQ(second.superseded->gateway_id, "gw-1");
  EXPECT_EQ(second.superseded->peer_address, "192.0.2.1:4711");
  EXPECT_EQ(second.superseded->open_time, After(1));
  EXPECT_EQ(second.superseded->epoch, first.epoch);
  EXPECT_FALSE(End(first)) << "the superseded one is not the open one";
  EXPECT_EQ(CodeOf(store().ClaimCommands(ClaimBy(first))), Code::SESSION_FENCED);
  EXPECT_TRUE(End({"a", Id(2), second.epoch}));
}

TEST_P(SessionContract, NothingIsSupersededWhereNothingWasOpen) {
  MakeAgent("a");
  EXPECT_TRUE(End(Open("a", 1)));
  EXPECT_FALSE(Grant(RequestFor("a", 2)).superseded.has_value());
}

TEST_P(SessionContract, EndsOnlyTheVerySession) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  EXPECT_FALSE(End({"a", Id(2), fence.epoch}));
  EXPECT_FALSE(End({"a", Id(1), fence.epoch + 1}));
  EXPECT_FALSE(End({"b", Id(1), fence.epoch}));
  EXPECT_TRUE(End(fence));
  EXPECT_FALSE(End(fence));
  const Result<Agent> agent = store().GetAgent("a");
  ASSERT_TRUE(agent.ok());
  EXPECT_FALSE(agent->session.has_value());
}

TEST_P(SessionContract, UnansweredCommandsGoBackAsTheirDeliveriesAllow) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  Delivered(fence, 1, 0);
  Delivered(fence, 2, 1);
  Delivered(fence, 3, 2);
  EXPECT_TRUE(End(fence));

  const Command any = Get(Id(1));
  EXPECT_EQ(any.state, CommandState::kQueued);
  EXPECT_EQ(any.deliveries, 1);
  EXPECT_EQ(any.update_time, After(5));
  EXPECT_EQ(any.history.back().number, 3);
  EXPECT_EQ(any.history.back().channel, Channel::kSystem);
  EXPECT_EQ(any.history.back().session_id, "");
  EXPECT_NE(any.history.back().detail, "");
  EXPECT_EQ(Get(Id(2)).state, CommandState::kInDoubt);
  EXPECT_EQ(Get(Id(3)).state, CommandState::kQueued);

  // Once more, and the last one has been delivered as often as it may be.
  const Fence second = Open("a", 2);
  EXPECT_THAT(ClaimIds(second), ElementsAre(Id(1), Id(3)));
  EXPECT_TRUE(End(second));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  EXPECT_EQ(Get(Id(1)).deliveries, 2);
  EXPECT_EQ(Get(Id(3)).state, CommandState::kInDoubt);
}

TEST_P(SessionContract, SupersedingReleasesAsEndingDoes) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  Delivered(fence, 1, 0);
  Delivered(fence, 2, 1);
  const Fence second = Open("a", 2);
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  EXPECT_EQ(Get(Id(2)).state, CommandState::kInDoubt);
  EXPECT_THAT(ClaimIds(second), ElementsAre(Id(1)));
}

TEST_P(SessionContract, SaysWhatMovedWithASession) {
  MakeAgent("a");
  const Fence first = Open("a", 1, "gw-1");
  Delivered(first, 1, 0);
  Delivered(first, 2, 1);
  Delivered(first, 3, 1);
  AckOne(AckBy(first, Id(3), CommandEvent::kAckReceived, 1));
  const SessionGrant second = Grant(RequestFor("a", 2, "gw-1"));
  const Moved released = {{Id(1), CommandState::kQueued}, {Id(2), CommandState::kInDoubt}};
  EXPECT_THAT(MovedOf(second.moved), UnorderedElementsAreArray(released));

  const Fence fence{"a", Id(2), second.epoch};
  EXPECT_THAT(ClaimIds(fence), ElementsAre(Id(1)));
  const auto reconciled = store().ReconcileGateway({"gw-1"}, {{fence, {}}}, After(3));
  ASSERT_TRUE(reconciled.ok());
  EXPECT_EQ(MovedOf(reconciled->moved), (Moved{{Id(1), CommandState::kQueued}}));

  EXPECT_THAT(ClaimIds(fence), ElementsAre(Id(1)));
  EXPECT_TRUE(End(fence));
  EXPECT_EQ(MovedOf(moved_), (Moved{{Id(1), CommandState::kQueued}}));

  EXPECT_THAT(ClaimIds(Open("a", 3, "gw-1")), ElementsAre(Id(1)));
  const auto gone = store().ReconcileGateway({"gw-1"}, {}, After(4));
  ASSERT_TRUE(gone.ok());
  EXPECT_EQ(MovedOf(gone->moved), (Moved{{Id(1), CommandState::kQueued}}));
}

TEST_P(SessionContract, WhatTheAgentHasStaysWithIt) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  Delivered(fence, 1, 1);
  Delivered(fence, 2, 1);
  Delivered(fence, 3, 1);
  AckOne(AckBy(fence, Id(1), CommandEvent::kAckReceived, 1));
  AckOne(AckBy(fence, Id(2), CommandEvent::kAckExecuting, 2));
  AckOne(AckBy(fence, Id(3), CommandEvent::kAckFailed, 3));
  // Even if the gateway should think it never wrote them.
  EXPECT_TRUE(End(fence, Ids{}));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kReceived);
  EXPECT_EQ(Get(Id(2)).state, CommandState::kExecuting);
  EXPECT_EQ(Get(Id(3)).state, CommandState::kFailed);
  EXPECT_EQ(Get(Id(1)).history.size(), 3u);
}

TEST_P(SessionContract, UnwrittenCommandsDoNotCountAsDelivered) {
  MakeAgent("a");
  MakeAgent("b");
  Enqueue(CommandFor("b", 9));
  const Fence fence = Open("a", 1);
  Delivered(fence, 1, 1);
  Delivered(fence, 2, 1);
  EXPECT_TRUE(End(fence, Ids{Id(1), Id(9), Id(77)}));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kInDoubt);
  const Command unwritten = Get(Id(2));
  EXPECT_EQ(unwritten.state, CommandState::kQueued);
  EXPECT_EQ(unwritten.deliveries, 0);
  EXPECT_EQ(unwritten.history.back().channel, Channel::kSystem);
  EXPECT_EQ(Get(Id(9)).history.size(), 1u);

  const Fence second = Open("a", 2);
  EXPECT_EQ(AckOne(AckBy(second, Id(2), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kNotDelivered);
  EXPECT_THAT(ClaimIds(second), ElementsAre(Id(2)));
}

TEST_P(SessionContract, ReleasedCommandsKeepTheirPlaceInTheQueue) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  Delivered(fence, 1, 0);
  Enqueue(CommandFor("a", 2));
  EXPECT_TRUE(End(fence));
  EXPECT_THAT(ClaimIds(Open("a", 2)), ElementsAre(Id(1), Id(2)));
}

// An agent that a command makes crash comes back for it until it expires.
TEST_P(SessionContract, TheHistoryOfACommandDeliveredAgainAndAgainIsBounded) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  constexpr int kSessions = kHistoryMax;  // of two steps each
  for (int i = 1; i <= kSessions; ++i) {
    const Fence fence = Open("a", i);
    ASSERT_THAT(ClaimIds(fence), ElementsAre(Id(1)));
    ASSERT_TRUE(End(fence));
  }
  Command got = Get(Id(1));
  ASSERT_EQ(got.history.size(), static_cast<size_t>(kHistoryMax));
  EXPECT_EQ(got.deliveries, kSessions);
  EXPECT_EQ(got.history.front().number, 1);
  EXPECT_EQ(got.history.front().channel, Channel::kApi);
  for (size_t i = 1; i < got.history.size(); ++i) {
    EXPECT_EQ(got.history[i].number, kSessions * 2 + 1 - kHistoryMax + static_cast<int32_t>(i) + 1);
  }
  EXPECT_EQ(got.history.back().state, CommandState::kQueued);

  // What the agent says in the end is all there, and is applied once.
  const Fence last = Open("a", 1000);
  const std::vector<Command> claimed = ClaimAll(last);
  ASSERT_EQ(claimed.size(), 1u);
  EXPECT_EQ(claimed[0].history.size(), static_cast<size_t>(kHistoryMax));
  const Ack received = AckBy(last, Id(1), CommandEvent::kAckReceived, 1);
  EXPECT_EQ(AckOne(received).verdict, AckVerdict::kApplied);
  EXPECT_EQ(AckOne(received).verdict, AckVerdict::kAlreadyApplied);
  AckOne(AckBy(last, Id(1), CommandEvent::kAckExecuting, 2));
  AckOne(AckBy(last, Id(1), CommandEvent::kAckCompleted, 3));
  got = Get(Id(1));
  EXPECT_EQ(got.history.size(), static_cast<size_t>(kHistoryMax) + 3);
  EXPECT_EQ(got.history.back().state, CommandState::kCompleted);
}

EDGEPLANE_FOR_ALL_STORES(SessionContract);

}  // namespace
}  // namespace edgeplane::storage
