// How what a sync delivered goes back to the queue.
#include "tests/contract/handed_out.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SyncReturnContract : public HandedOutContract {};

TEST_P(SyncReturnContract, AnUnansweredSyncTakesItsCommandsBackUncounted) {
  Synced(3, 50, 1);
  AckOne(HttpAckOf("a", Id(3), CommandEvent::kAckReceived, 1));
  Enqueue(CommandFor("a", 4));
  Sync(SyncBy("a", 51));
  Enqueue(CommandFor("a", 5));
  const Fence fence = Open("a", 1);
  ClaimAll(fence);

  const Result<SyncReturned> other = store().ReturnSync("b", Id(50), After(8));
  ASSERT_TRUE(other.ok());
  EXPECT_THAT(other->commands, IsEmpty());
  Result<SyncReturned> returned = store().ReturnSync("a", Id(50), After(8));
  ASSERT_TRUE(returned.ok());
  EXPECT_THAT(IdsOf(returned->commands), ElementsAre(Id(1), Id(2)));
  EXPECT_FALSE(returned->config) << "it handed out none";
  EXPECT_EQ(returned->commands[0].state, CommandState::kQueued);
  EXPECT_EQ(Get(Id(1)).deliveries, 0);
  EXPECT_EQ(Get(Id(1)).history.back().channel, Channel::kSystem);
  EXPECT_EQ(Get(Id(1)).history.back().time, After(8));
  EXPECT_EQ(Get(Id(3)).state, CommandState::kReceived);
  EXPECT_EQ(Get(Id(4)).state, CommandState::kDelivered);
  EXPECT_EQ(Get(Id(5)).state, CommandState::kDelivered);

  returned = store().ReturnSync("a", Id(50), After(8));
  ASSERT_TRUE(returned.ok());
  EXPECT_THAT(returned->commands, IsEmpty());
  returned = store().ReturnSync("a", Id(1), After(8));  // the session's id
  ASSERT_TRUE(returned.ok());
  EXPECT_THAT(returned->commands, IsEmpty());
  // What never got there is not answered by what names a companion.
  EXPECT_THAT(Named(Id(3), 52), IsEmpty());
  EXPECT_EQ(AckOne(HttpAckOf("a", Id(1), CommandEvent::kAckCompleted, 0)).verdict,
            AckVerdict::kApplied)
      << "sync 52 has handed it out again";
}

TEST_P(SyncReturnContract, AnUnansweredSyncBindsItsCommandsNoMore) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  for (int i = 1; i <= 2; ++i) Enqueue(CommandFor("a", i));
  ClaimAll(fence);
  ASSERT_TRUE(store().EndSession({fence, After(3), {}}).ok());
  EXPECT_EQ(Sync(SyncBy("a", 50)).commands.size(), 2u);
  ASSERT_TRUE(store().ReturnSync("a", Id(50), After(8)).ok());
  EXPECT_EQ(Get(Id(1)).deliveries, 1);
  // The agent can have got it over the session only, and of 1 says nothing.
  SyncRequest request = SyncBy("a", 51);
  request.last_command_id = Id(2);
  request.count_max = 0;
  EXPECT_THAT(IdsOf(Sync(request).received), ElementsAre(Id(2)));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
}

TEST_P(SyncReturnContract, WhatIsOverdueGoesBackAsItsDeliveriesAllow) {
  MakeAgent("a");
  const int32_t max_deliveries[] = {0, 1, 2};
  for (int i = 0; i < 3; ++i) {
    NewCommand command = CommandFor("a", i + 1);
    command.max_deliveries = max_deliveries[i];
    Enqueue(command);
    SyncRequest request = SyncBy("a", 50 + i);
    request.now = After(20 - i);
    EXPECT_EQ(Sync(request).commands.size(), 1u);
  }
  Enqueue(CommandFor("a", 4));
  ClaimAll(Open("a", 1));

  Result<std::vector<Command>> released = store().ReleaseOverdue(After(18), After(30), 10);
  ASSERT_TRUE(released.ok());
  EXPECT_THAT(*released, IsEmpty()) << "delivered at 18, which is not before";
  released = store().ReleaseOverdue(After(21), After(30), 2);
  ASSERT_TRUE(released.ok());
  EXPECT_THAT(IdsOf(*released), ElementsAre(Id(3), Id(2))) << "those that wait longest";
  EXPECT_EQ((*released)[0].state, CommandState::kQueued);
  EXPECT_EQ((*released)[0].deliveries, 1);
  EXPECT_EQ((*released)[0].history.back().time, After(30));
  EXPECT_EQ((*released)[0].history.back().channel, Channel::kSystem);
  EXPECT_EQ((*released)[1].state, CommandState::kInDoubt);
  released = store().ReleaseOverdue(After(21), After(30), 10);
  ASSERT_TRUE(released.ok());
  EXPECT_THAT(IdsOf(*released), ElementsAre(Id(1)));
  EXPECT_EQ(Get(Id(4)).state, CommandState::kDelivered) << "a session's";

  SyncRequest again = SyncBy("a", 60);
  again.now = After(31);
  EXPECT_THAT(IdsOf(Sync(again).commands), ElementsAre(Id(1), Id(3)));
  released = store().ReleaseOverdue(After(32), After(33), 10);
  ASSERT_TRUE(released.ok());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  EXPECT_EQ(Get(Id(3)).state, CommandState::kInDoubt);
}

TEST_P(SyncReturnContract, WhatIsAnsweredIsNotOverdue) {
  Synced(2, 50);
  AckOne(HttpAckOf("a", Id(1), CommandEvent::kAckExecuting, 1));
  EXPECT_THAT(Named(Id(2), 51), ElementsAre(Id(2)));
  const auto released = store().ReleaseOverdue(After(100), After(101), 10);
  ASSERT_TRUE(released.ok());
  EXPECT_THAT(*released, IsEmpty());
}

EDGEPLANE_FOR_ALL_STORES(SyncReturnContract);

}  // namespace
}  // namespace edgeplane::storage
