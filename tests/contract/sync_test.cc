#include "tests/contract/handed_out.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SyncContract : public HandedOutContract {};

TEST_P(SyncContract, IsForAnEnabledAgentAndChangesNothingElse) {
  SyncRequest request = SyncBy("a", 50);
  request.events = {{.event_id = "e1", .receive_time = After(2)}};
  EXPECT_EQ(CodeOf(store().SyncAgent(request)), Code::AGENT_NOT_FOUND);
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  ASSERT_TRUE(store().DisableAgent("a", "", kStart).ok());
  EXPECT_EQ(CodeOf(store().SyncAgent(request)), Code::AGENT_IS_DISABLED);
  const auto events = store().ReadEvents({}, 0, 10, 1000);
  ASSERT_TRUE(events.ok());
  EXPECT_THAT(*events, IsEmpty());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  EXPECT_FALSE(GetAgent("a").last_sync_time.has_value());
}

TEST_P(SyncContract, HandsOutTheQueueAsAClaimDoes) {
  MakeAgent("a");
  for (int i = 1; i <= 4; ++i) {
    NewCommand command = CommandFor("a", i);
    command.immediate = i == 3;
    if (i == 2) command.expire_time = After(2);
    Enqueue(command);
  }
  SyncRequest request = SyncBy("a", 50);
  request.count_max = 2;
  const SyncOutcome outcome = Sync(request);
  EXPECT_THAT(IdsOf(outcome.commands), ElementsAre(Id(3), Id(1)));
  EXPECT_THAT(outcome.received, IsEmpty());
  EXPECT_FALSE(outcome.config.has_value());
  const Command given = Get(Id(3));
  EXPECT_EQ(given.state, CommandState::kDelivered);
  EXPECT_EQ(given.deliveries, 1);
  ASSERT_EQ(given.history.size(), 2u);
  EXPECT_EQ(given.history[1].channel, Channel::kHttp);
  EXPECT_EQ(given.history[1].session_id, Id(50));
  EXPECT_EQ(given.history[1].time, After(2));
  EXPECT_EQ(outcome.commands[0].payload_json, R"({"text":"hello"})");
  EXPECT_THAT(IdsOf(Sync(SyncBy("a", 51)).commands), ElementsAre(Id(4)));
  EXPECT_THAT(Sync(SyncBy("a", 52)).commands, IsEmpty());
  EXPECT_EQ(GetAgent("a").last_sync_time, After(2));
}

TEST_P(SyncContract, PayloadsAreBoundedButForTheFirst) {
  MakeAgent("a");
  for (int i = 1; i <= 3; ++i) Enqueue(CommandFor("a", i));
  SyncRequest request = SyncBy("a", 50);
  request.bytes_max = 1;
  EXPECT_THAT(IdsOf(Sync(request).commands), ElementsAre(Id(1)));
  request.bytes_max = 2 * Get(Id(1)).payload_json.size();
  EXPECT_THAT(IdsOf(Sync(request).commands), ElementsAre(Id(2), Id(3)));
}

TEST_P(SyncContract, WhatASyncDeliveredIsNotHandedOutOverTheSession) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  Enqueue(CommandFor("a", 1));
  EXPECT_EQ(Sync(SyncBy("a", 50)).commands.size(), 1u);
  EXPECT_THAT(ClaimIds(fence), IsEmpty());
  Enqueue(CommandFor("a", 2));
  EXPECT_THAT(ClaimIds(fence), ElementsAre(Id(2)));
  EXPECT_THAT(Sync(SyncBy("a", 51)).commands, IsEmpty());
}

TEST_P(SyncContract, WhatASyncDeliveredSurvivesTheSession) {
  MakeAgent("a");
  const Fence first = Open("a", 1, "gw-1");
  Enqueue(CommandFor("a", 1));
  Sync(SyncBy("a", 50));
  Enqueue(CommandFor("a", 2));
  EXPECT_THAT(ClaimIds(first), ElementsAre(Id(2)));

  const Fence second = Open("a", 2, "gw-1");  // superseded
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
  EXPECT_EQ(Get(Id(2)).state, CommandState::kQueued);
  ASSERT_TRUE(store().ReconcileGateway({"gw-1"}, {{second, {}}}, After(5)).ok());  // unheld
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
  ASSERT_TRUE(store().EndSession({second, After(6), {}}).ok());  // ended
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
  Open("a", 3, "gw-1");
  ASSERT_TRUE(store().ReconcileGateway({"gw-1"}, {}, After(7)).ok());  // lost
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
  EXPECT_EQ(Get(Id(1)).history.size(), 2u);

  // Delivered over a session later on, it is that session's.
  ASSERT_TRUE(store().ReleaseOverdue(After(100), After(101), 10).ok());
  const Fence fourth = Open("a", 4);
  EXPECT_THAT(ClaimIds(fourth), ElementsAre(Id(1), Id(2)));
  ASSERT_TRUE(store().EndSession({fourth, After(102), {}}).ok());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
}

TEST_P(SyncContract, TheNamedCommandAndThoseWithItAreReceived) {
  Synced(3, 50);
  Enqueue(CommandFor("a", 4));
  Sync(SyncBy("a", 51));
  EXPECT_THAT(Named(Id(2), 52), ElementsAre(Id(1), Id(2), Id(3)));
  const Command received = Get(Id(3));
  EXPECT_EQ(received.state, CommandState::kReceived);
  EXPECT_EQ(received.history.back().channel, Channel::kHttp);
  EXPECT_EQ(received.history.back().session_id, Id(52));
  EXPECT_EQ(received.history.back().time, After(9));
  EXPECT_NE(received.history.back().detail, "");
  EXPECT_EQ(Get(Id(4)).state, CommandState::kDelivered) << "another sync's";

  // Named again and again: nothing moves, nothing is recorded.
  EXPECT_THAT(Named(Id(2), 53), IsEmpty());
  EXPECT_EQ(Get(Id(2)).history.size(), 3u);
}

TEST_P(SyncContract, NamingWhatIsAnsweredStillSpeaksForThoseWithIt) {
  Synced(2, 50);
  AckOne(HttpAckOf("a", Id(2), CommandEvent::kAckCompleted, 1));
  EXPECT_THAT(Named(Id(2), 51), ElementsAre(Id(1)));
  EXPECT_EQ(Get(Id(2)).history.size(), 3u);
}

TEST_P(SyncContract, WhatIsNamedIsNotHandedOutInTheSameAnswer) {
  Synced(2, 50);
  ASSERT_TRUE(store().ReleaseOverdue(After(100), After(101), 10).ok());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  SyncRequest request = SyncBy("a", 51);
  request.last_command_id = Id(1);
  request.now = After(102);
  const SyncOutcome outcome = Sync(request);
  EXPECT_THAT(IdsOf(outcome.received), ElementsAre(Id(1), Id(2)));
  EXPECT_THAT(outcome.commands, IsEmpty());
  using enum CommandState;
  EXPECT_THAT(StatesOf(Get(Id(1))), ElementsAre(kQueued, kDelivered, kQueued, kReceived));
}

TEST_P(SyncContract, ANamedCommandOfASessionSpeaksForItselfOnly) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  for (int i = 1; i <= 2; ++i) Enqueue(CommandFor("a", i));
  ClaimAll(fence);
  EXPECT_THAT(Named(Id(2), 50), ElementsAre(Id(2)));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
  // A received one stays with the agent when the session ends.
  ASSERT_TRUE(store().EndSession({fence, After(10), {}}).ok());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  EXPECT_EQ(Get(Id(2)).state, CommandState::kReceived);
}

TEST_P(SyncContract, NamingWhatMeansNothingIsNoError) {
  Synced(1, 50, 1);
  MakeAgent("b");
  Enqueue(CommandFor("b", 9));
  Sync(SyncBy("b", 51));
  Enqueue(CommandFor("a", 2));
  SyncRequest none = SyncBy("a", 52);
  none.count_max = 0;
  for (const std::string& id : {Id(9), Id(77), std::string("no uuid"), Id(2)}) {
    none.last_command_id = id;
    const SyncOutcome outcome = Sync(none);
    EXPECT_THAT(outcome.received, IsEmpty()) << id;
    EXPECT_THAT(outcome.commands, IsEmpty()) << id;
  }
  EXPECT_EQ(Get(Id(9)).state, CommandState::kDelivered);
  EXPECT_EQ(Get(Id(2)).state, CommandState::kQueued) << "never handed out";
  // Nor is it one to speak of what has ended.
  ASSERT_TRUE(store().ReleaseOverdue(After(100), After(101), 10).ok());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kInDoubt);
  EXPECT_THAT(Named(Id(1), 53), IsEmpty());
  EXPECT_EQ(Get(Id(1)).history.size(), 3u);
}

TEST_P(SyncContract, BringsEventsAndStatus) {
  MakeAgent("a");
  SyncRequest request = SyncBy("a", 50);
  Event event{.agent_id = "not read",
              .event_id = "e1",
              .event_type = "sms",
              .thread_id = "t",
              .details_json = R"({"k":1})",
              .receive_time = After(1),
              .channel = Channel::kWebSocket};
  event.sequence = 77;
  Event second = event;
  second.event_id = "e2";
  request.events = {event, second, event};
  request.status = AgentStatus{R"({"uptime_seconds":5})", After(2)};
  EXPECT_EQ(Sync(request).events_stored, 2u);
  EXPECT_EQ(Sync(request).events_stored, 0u);
  const auto events = store().ReadEvents({}, 0, 10, 1000);
  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ((*events)[0].agent_id, "a");
  EXPECT_EQ((*events)[0].event_id, "e1");
  EXPECT_EQ((*events)[0].channel, Channel::kHttp);
  EXPECT_EQ((*events)[0].receive_time, After(1));
  EXPECT_GT((*events)[1].sequence, (*events)[0].sequence);
  const Agent agent = GetAgent("a");
  ASSERT_TRUE(agent.status.has_value());
  EXPECT_EQ(agent.status->status_json, R"({"uptime_seconds":5})");
  EXPECT_EQ(agent.status->time, After(2));
  EXPECT_EQ(agent.update_time, kStart) << "polling is no change of the agent";

  Sync(SyncBy("a", 51));
  EXPECT_TRUE(GetAgent("a").status.has_value()) << "none said, the last one stays";
}

EDGEPLANE_FOR_ALL_STORES(SyncContract);

}  // namespace
}  // namespace edgeplane::storage
