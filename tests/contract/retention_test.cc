// What has grown old goes; what is not over, or not old, stays. (Events: with
// the other tests of events.)
#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class RetentionContract : public StoreContract {
 protected:
  void SetUp() override { MakeAgent("a"); }

  void CancelAt(int number, int seconds) {
    ASSERT_TRUE(store().CancelCommand(Id(number), "", After(seconds)).ok());
  }
  size_t PruneCommands(int before, size_t count_max) {
    const Result<size_t> pruned = store().PruneCommands(After(before), count_max);
    EXPECT_TRUE(pruned.ok());
    return pruned.ok() ? *pruned : 0;
  }
  std::vector<std::string> Commands() {
    const Result<Page<Command>> page = store().ListCommands({}, {});
    EXPECT_TRUE(page.ok());
    return page.ok() ? IdsOf(page->items) : std::vector<std::string>{};
  }
};

TEST_P(RetentionContract, PrunesTheFinalCommandsThatAreOldest) {
  for (int i = 1; i <= 4; ++i) Enqueue(CommandFor("a", i));
  CancelAt(1, 9);
  CancelAt(2, 7);
  CancelAt(3, 8);
  EXPECT_EQ(PruneCommands(7, 10), 0u) << "the oldest is of 7, which is not before";
  EXPECT_EQ(PruneCommands(9, 1), 1u);
  EXPECT_THAT(Commands(), ElementsAre(Id(4), Id(3), Id(1)));
  EXPECT_EQ(PruneCommands(9, 10), 1u);
  EXPECT_EQ(CodeOf(store().GetCommand(Id(3))), Code::COMMAND_NOT_FOUND);
  EXPECT_THAT(Commands(), ElementsAre(Id(4), Id(1)));
  EXPECT_EQ(PruneCommands(1000, 10), 1u);
  EXPECT_THAT(Commands(), ElementsAre(Id(4))) << "which is not over";
  EXPECT_THAT(PairsOf(store().CountCommands()),
              ElementsAre(testing::Pair(CommandState::kQueued, 1)));
}

TEST_P(RetentionContract, LeavesEveryCommandThatIsNotOver) {
  const Fence fence = Open("a", 1);
  for (int i = 1; i <= 3; ++i) Enqueue(CommandFor("a", i));
  ClaimAll(fence);
  AckOne(AckBy(fence, Id(2), CommandEvent::kAckReceived, 1));
  AckOne(AckBy(fence, Id(3), CommandEvent::kAckExecuting, 2));
  Enqueue(CommandFor("a", 4));
  EXPECT_EQ(PruneCommands(100'000, 10), 0u);
  EXPECT_THAT(Commands(), UnorderedElementsAre(Id(1), Id(2), Id(3), Id(4)));
}

TEST_P(RetentionContract, WhatHappensLaterKeepsACommand) {
  const Fence fence = Open("a", 1);
  Enqueue(CommandFor("a", 1));
  ClaimAll(fence);
  Ack ack = AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1);
  ack.time = After(5);
  AckOne(ack);
  ack.ordinal = 2;  // agents say it twice
  ack.time = After(20);
  AckOne(ack);
  EXPECT_EQ(PruneCommands(10, 10), 0u);
  EXPECT_EQ(Get(Id(1)).history.size(), 4u);
  EXPECT_EQ(PruneCommands(21, 10), 1u);
}

TEST_P(RetentionContract, AGatewayWhoseClockIsWrongMakesNoCommandOld) {
  const Fence fence = Open("a", 1);
  NewCommand command = CommandFor("a", 1);
  command.create_time = After(50);
  command.expire_time = After(500);
  Enqueue(command);
  ClaimAll(fence);
  Ack ack = AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1);
  ack.time = Time();
  AckOne(ack);
  EXPECT_EQ(PruneCommands(50, 10), 0u);
  EXPECT_EQ(PruneCommands(51, 10), 1u);
}

TEST_P(RetentionContract, AKeyIsFreeAgain) {
  NewCommand command = CommandFor("a", 1);
  command.idempotency_key = "once";
  Enqueue(command);
  CancelAt(1, 5);
  ASSERT_EQ(PruneCommands(6, 10), 1u);
  command.command_id = Id(2);
  EXPECT_EQ(Enqueue(command).command_id, Id(2));
  EXPECT_EQ(Get(Id(2)).history.size(), 1u) << "and nothing of the earlier one is left";
}

TEST_P(RetentionContract, PrunesTheRefusalsThatAreOldest) {
  std::vector<Refusal> refusals;
  for (int i = 1; i <= 3; ++i) {
    Refusal refusal;
    refusal.refusal_id = Id(i);
    refusal.reason = 1;
    refusal.agent_id = "a";
    refusal.create_time = After(i);
    refusal.last_time = After(10 - i);
    refusals.push_back(refusal);
  }
  ASSERT_TRUE(store().RecordRefusals(refusals).ok());
  const auto prune = [&](int before, size_t count_max) {
    const Result<size_t> pruned = store().PruneRefusals(After(before), count_max);
    EXPECT_TRUE(pruned.ok());
    return pruned.ok() ? *pruned : 0;
  };
  EXPECT_EQ(prune(7, 10), 0u) << "the oldest was last seen at 7, which is not before";
  EXPECT_EQ(prune(100, 1), 1u);
  EXPECT_EQ(CodeOf(store().GetRefusal(Id(3))), Code::REFUSAL_NOT_FOUND);
  EXPECT_EQ(prune(9, 10), 1u);
  EXPECT_TRUE(store().GetRefusal(Id(1)).ok());
  EXPECT_EQ(prune(100, 10), 1u);
  EXPECT_THAT(store().ListRefusals({}, {})->items, IsEmpty());
}

EDGEPLANE_FOR_ALL_STORES(RetentionContract);

}  // namespace
}  // namespace edgeplane::storage
