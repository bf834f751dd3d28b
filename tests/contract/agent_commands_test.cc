#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

class AgentCommandsContract : public StoreContract {};

TEST_P(AgentCommandsContract, CountsTheUnfinishedOfOneAgent) {
  const auto counts = [&](const std::string& agent_id) {
    return PairsOf(store().CountAgentCommands(agent_id));
  };
  using testing::Pair;
  using testing::UnorderedElementsAre;
  EXPECT_THAT(counts("a"), testing::IsEmpty());
  MakeAgent("a");
  MakeAgent("b");
  EXPECT_THAT(counts("a"), testing::IsEmpty());
  for (int i = 1; i <= 4; ++i) Enqueue(CommandFor("a", i));
  Enqueue(CommandFor("b", 5));
  ASSERT_TRUE(store().CancelCommand(Id(1), "", After(1)).ok());
  const Fence fence = Open("a", 1);
  ClaimAll(fence);
  AckOne(AckBy(fence, Id(2), CommandEvent::kAckCompleted, 1));
  AckOne(AckBy(fence, Id(3), CommandEvent::kAckReceived, 2));
  EXPECT_THAT(counts("a"), UnorderedElementsAre(Pair(CommandState::kDelivered, 1),
                                                Pair(CommandState::kReceived, 1)));
  EXPECT_THAT(counts("b"), UnorderedElementsAre(Pair(CommandState::kQueued, 1)));
}

EDGEPLANE_FOR_ALL_STORES(AgentCommandsContract);

}  // namespace
}  // namespace edgeplane::storage
