#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CommandContract : public StoreContract {};

TEST_P(CommandContract, EnqueuesWithEveryField) {
  MakeAgent("a");
  NewCommand command = CommandFor("a", 1);
  command.type = "größer";
  command.payload_json = R"({"k":"v","n":[1,2]})";
  command.immediate = true;
  command.max_deliveries = 3;
  command.idempotency_key = "key";
  const Result<Enqueued> made = store().EnqueueCommand(command, 1);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(made->created);
  for (const Command& got : {made->command, Get(Id(1))}) {
    EXPECT_EQ(got.command_id, Id(1));
    EXPECT_EQ(got.agent_id, "a");
    EXPECT_EQ(got.type, "größer");
    EXPECT_EQ(got.payload_json, command.payload_json);
    EXPECT_TRUE(got.immediate);
    EXPECT_EQ(got.state, CommandState::kQueued);
    EXPECT_EQ(got.max_deliveries, 3);
    EXPECT_EQ(got.deliveries, 0);
    EXPECT_EQ(got.idempotency_key, "key");
    EXPECT_EQ(got.create_time, kStart);
    EXPECT_EQ(got.expire_time, kStart + std::chrono::hours(1));
    EXPECT_EQ(got.update_time, kStart);
    EXPECT_EQ(got.error, "");
    ASSERT_EQ(got.history.size(), 1u);
    EXPECT_EQ(got.history[0].number, 1);
    EXPECT_EQ(got.history[0].time, kStart);
    EXPECT_EQ(got.history[0].state, CommandState::kQueued);
    EXPECT_EQ(got.history[0].channel, Channel::kApi);
    EXPECT_EQ(got.history[0].session_id, "");
    EXPECT_EQ(got.history[0].detail, "");
  }
}

TEST_P(CommandContract, RefusesUnknownAgentsAndTakenIds) {
  EXPECT_EQ(CodeOf(store().EnqueueCommand(CommandFor("a", 1), 10)), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().GetCommand(Id(1))), Code::COMMAND_NOT_FOUND);
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  EXPECT_EQ(CodeOf(store().EnqueueCommand(CommandFor("a", 1), 10)), Code::INTERNAL);
  EXPECT_THAT(StatesOf(Get(Id(1))), ElementsAre(CommandState::kQueued));
}

TEST_P(CommandContract, BoundsTheUnfinishedOfOneAgent) {
  MakeAgent("a");
  MakeAgent("b");
  EXPECT_EQ(CodeOf(store().EnqueueCommand(CommandFor("a", 1), 0)), Code::COMMAND_QUEUE_FULL);
  ASSERT_TRUE(store().EnqueueCommand(CommandFor("a", 1), 2).ok());
  ASSERT_TRUE(store().EnqueueCommand(CommandFor("a", 2), 2).ok());
  EXPECT_EQ(CodeOf(store().EnqueueCommand(CommandFor("a", 3), 2)), Code::COMMAND_QUEUE_FULL);
  ASSERT_TRUE(store().EnqueueCommand(CommandFor("b", 4), 2).ok()) << "each agent for itself";
  // A delivered one is unfinished still; a cancelled one is not.
  ClaimAll(Open("a", 1));
  EXPECT_EQ(CodeOf(store().EnqueueCommand(CommandFor("a", 3), 2)), Code::COMMAND_QUEUE_FULL);
  ASSERT_TRUE(store().CancelCommand(Id(1), "", After(1)).ok());
  EXPECT_TRUE(store().EnqueueCommand(CommandFor("a", 3), 2).ok());
}

TEST_P(CommandContract, AKeyFoundAgainGivesTheCommandAsItIsNow) {
  MakeAgent("a");
  MakeAgent("b");
  NewCommand command = CommandFor("a", 1);
  command.idempotency_key = "key";
  Enqueue(command);
  ClaimAll(Open("a", 1));

  NewCommand again = command;
  again.command_id = Id(2);
  again.create_time = After(50);
  again.expire_time = After(50) + again.ttl;
  Result<Enqueued> got = store().EnqueueCommand(again, 0);
  ASSERT_TRUE(got.ok()) << "before any other check";
  EXPECT_FALSE(got->created);
  EXPECT_EQ(got->command.command_id, Id(1));
  EXPECT_EQ(got->command.expire_time, command.expire_time);
  EXPECT_THAT(StatesOf(got->command), ElementsAre(CommandState::kQueued, CommandState::kDelivered));
  EXPECT_EQ(CodeOf(store().GetCommand(Id(2))), Code::COMMAND_NOT_FOUND);

  // The key of another agent is another key.
  again.agent_id = "b";
  got = store().EnqueueCommand(again, 10);
  ASSERT_TRUE(got.ok());
  EXPECT_TRUE(got->created);

  // Even of an agent that is gone.
  ASSERT_TRUE(store().DeleteAgent("a", After(60)).ok());
  again.agent_id = "a";
  got = store().EnqueueCommand(again, 10);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->command.state, CommandState::kCancelled);
}

TEST_P(CommandContract, AKeyWithOtherContentIsRefused) {
  MakeAgent("a");
  NewCommand command = CommandFor("a", 1);
  command.idempotency_key = "key";
  Enqueue(command);
  std::vector<NewCommand> others(5, command);
  others[0].type = "other";
  others[1].payload_json = "{}";
  others[2].immediate = true;
  others[3].max_deliveries = 1;
  others[4].ttl += std::chrono::microseconds(1);
  for (NewCommand& other : others) {
    other.command_id = Id(2);
    EXPECT_EQ(CodeOf(store().EnqueueCommand(other, 10)), Code::IDEMPOTENCY_KEY_REUSED);
  }
  EXPECT_EQ(CodeOf(store().GetCommand(Id(2))), Code::COMMAND_NOT_FOUND);
}

TEST_P(CommandContract, CommandsWithoutAKeyAreNeverTheSame) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  EXPECT_EQ(Enqueue(CommandFor("a", 2)).command_id, Id(2));
}

TEST_P(CommandContract, ClaimsImmediateFirstAndElseInOrder) {
  MakeAgent("a");
  // Ids and times against the order of enqueueing: only that order counts.
  for (const int number : {5, 3, 4, 1, 2}) {
    NewCommand command = CommandFor("a", number);
    command.immediate = number == 4 || number == 2;
    command.create_time = After(-number);
    Enqueue(command);
  }
  const Fence fence = Open("a", 1);
  EXPECT_THAT(ClaimIds(fence), ElementsAre(Id(4), Id(2), Id(5), Id(3), Id(1)));
  EXPECT_THAT(ClaimIds(fence), IsEmpty());
}

TEST_P(CommandContract, AClaimMakesThemDelivered) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  const Fence fence = Open("a", 7);
  Claim claim = ClaimBy(fence);
  claim.channel = Channel::kHttp;
  const Result<std::vector<Command>> claimed = store().ClaimCommands(claim);
  ASSERT_TRUE(claimed.ok());
  ASSERT_EQ(claimed->size(), 1u);
  for (const Command& got : {claimed->front(), Get(Id(1))}) {
    EXPECT_EQ(got.state, CommandState::kDelivered);
    EXPECT_EQ(got.deliveries, 1);
    EXPECT_EQ(got.update_time, After(2));
    EXPECT_EQ(got.payload_json, R"({"text":"hello"})");
    ASSERT_EQ(got.history.size(), 2u);
    EXPECT_EQ(got.history[1].number, 2);
    EXPECT_EQ(got.history[1].time, After(2));
    EXPECT_EQ(got.history[1].channel, Channel::kHttp);
    EXPECT_EQ(got.history[1].session_id, Id(7));
  }
}

TEST_P(CommandContract, AClaimKeepsItsLimits) {
  MakeAgent("a");
  for (int i = 1; i <= 4; ++i) {
    NewCommand command = CommandFor("a", i);
    // 100 bytes, of which some are not ASCII: bytes count, not characters.
    command.payload_json = R"({"k":")" + std::string(90, 'x') + "ü" + R"("})";
    ASSERT_EQ(command.payload_json.size(), 100u);
    Enqueue(command);
  }
  const Fence fence = Open("a", 1);
  Claim claim = ClaimBy(fence);
  const auto claimed = [&]() {
    const Result<std::vector<Command>> commands = store().ClaimCommands(claim);
    EXPECT_TRUE(commands.ok());
    return commands.ok() ? commands->size() : 0;
  };
  claim.count_max = 0;
  EXPECT_EQ(claimed(), 0u);
  claim.count_max = 100;
  claim.bytes_max = 10;
  EXPECT_EQ(claimed(), 1u) << "the first whatever its size";
  claim.bytes_max = 199;
  EXPECT_EQ(claimed(), 1u);
  claim.bytes_max = 200;
  EXPECT_EQ(claimed(), 2u);
}

TEST_P(CommandContract, AClaimLeavesOutTheExpiredAndOthersCommands) {
  MakeAgent("a");
  MakeAgent("b");
  NewCommand command = CommandFor("a", 1);
  command.expire_time = After(2);  // the claim's own time
  Enqueue(command);
  command = CommandFor("a", 2);
  command.expire_time = After(2) + std::chrono::microseconds(1);
  Enqueue(command);
  Enqueue(CommandFor("b", 3));
  EXPECT_THAT(ClaimIds(Open("a", 1)), ElementsAre(Id(2)));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
}

TEST_P(CommandContract, OnlyTheOpenSessionClaims) {
  MakeAgent("a");
  MakeAgent("b");
  Enqueue(CommandFor("a", 1));
  const Fence fence = Open("a", 1);
  const Fence of_b = Open("b", 2);
  for (const Fence& wrong :
       {Fence{"a", Id(9), fence.epoch}, Fence{"a", Id(1), fence.epoch - 1},
        Fence{"a", of_b.session_id, of_b.epoch}, Fence{"nobody", Id(1), fence.epoch}}) {
    EXPECT_EQ(CodeOf(store().ClaimCommands(ClaimBy(wrong))), Code::SESSION_FENCED);
  }
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
}

TEST_P(CommandContract, CancelsWhatIsNotFinal) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  const Result<Command> cancelled = store().CancelCommand(Id(1), "no longer", After(4));
  ASSERT_TRUE(cancelled.ok());
  for (const Command& got : {*cancelled, Get(Id(1))}) {
    EXPECT_EQ(got.state, CommandState::kCancelled);
    EXPECT_EQ(got.update_time, After(4));
    ASSERT_EQ(got.history.size(), 2u);
    EXPECT_EQ(got.history[1].channel, Channel::kApi);
    EXPECT_EQ(got.history[1].detail, "no longer");
    EXPECT_EQ(got.history[1].session_id, "");
  }
  EXPECT_EQ(CodeOf(store().CancelCommand(Id(1), "again", After(5))), Code::COMMAND_FINAL);
  EXPECT_EQ(CodeOf(store().CancelCommand(Id(2), "", After(5))), Code::COMMAND_NOT_FOUND);
  EXPECT_EQ(Get(Id(1)).history.size(), 2u);
}

TEST_P(CommandContract, ExpiresWhatIsOverAndNotMoreThanAsked) {
  MakeAgent("a");
  for (int i = 1; i <= 4; ++i) {
    NewCommand command = CommandFor("a", i);
    command.expire_time = After(10 + i);
    Enqueue(command);
  }
  ASSERT_TRUE(store().CancelCommand(Id(1), "", After(1)).ok());
  ClaimAll(Open("a", 1));  // a delivered command expires like a queued one
  Result<std::vector<Command>> expired = store().ExpireCommands(After(11), 10);
  ASSERT_TRUE(expired.ok());
  EXPECT_THAT(*expired, IsEmpty()) << "what is final does not expire";
  expired = store().ExpireCommands(After(13), 1);
  ASSERT_TRUE(expired.ok());
  EXPECT_EQ(expired->size(), 1u);
  const Result<std::vector<Command>> more = store().ExpireCommands(After(13), 10);
  ASSERT_TRUE(more.ok());
  ASSERT_EQ(more->size(), 1u);
  for (const std::string& id : {Id(2), Id(3)}) {
    const Command got = Get(id);
    EXPECT_THAT(StatesOf(got), ElementsAre(CommandState::kQueued, CommandState::kDelivered,
                                           CommandState::kExpired));
    EXPECT_EQ(got.history.back().channel, Channel::kSystem);
    EXPECT_EQ(got.history.back().time, After(13));
  }
  EXPECT_EQ(more->front().history.size(), 3u);
  EXPECT_EQ(Get(Id(4)).state, CommandState::kDelivered);
}

TEST_P(CommandContract, CountsByState) {
  const auto counts = [&] { return PairsOf(store().CountCommands()); };
  using testing::Pair;
  using testing::UnorderedElementsAre;
  EXPECT_THAT(counts(), IsEmpty());
  MakeAgent("a");
  for (int i = 1; i <= 3; ++i) Enqueue(CommandFor("a", i));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair(CommandState::kQueued, 3)));
  ASSERT_TRUE(store().CancelCommand(Id(1), "", After(1)).ok());
  const Fence fence = Open("a", 1);
  ClaimAll(fence);
  AckOne(AckBy(fence, Id(2), CommandEvent::kAckCompleted, 1));
  EXPECT_THAT(counts(), UnorderedElementsAre(Pair(CommandState::kCancelled, 1),
                                             Pair(CommandState::kDelivered, 1),
                                             Pair(CommandState::kCompleted, 1)));
  // A call that fails counts nothing.
  EXPECT_FALSE(store().EnqueueCommand(CommandFor("a", 3), 10).ok());
  EXPECT_THAT(counts(), testing::SizeIs(3));
}

EDGEPLANE_FOR_ALL_STORES(CommandContract);

}  // namespace
}  // namespace edgeplane::storage
