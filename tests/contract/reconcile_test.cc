#include "tests/contract/session_contract.h"

namespace edgeplane::storage {
namespace {

class ReconcileContract : public SessionContract {};

std::vector<std::string> SessionIds(const std::vector<Fence>& fences) {
  std::vector<std::string> ids;
  for (const Fence& fence : fences) ids.push_back(fence.session_id);
  return ids;
}

TEST_P(ReconcileContract, EndsWhatTheGatewayDoesNotHold) {
  for (const char* id : {"a", "b", "c", "d"}) MakeAgent(id);
  const Fence held = Open("a", 1, "gw-1");
  const Fence lost = Open("b", 2, "gw-1");
  const Fence elsewhere = Open("c", 3, "gw-2");
  Enqueue(CommandFor("b", 1));
  EXPECT_THAT(ClaimIds(lost), ElementsAre(Id(1)));

  const Fence wrong_epoch{"d", Id(4), 1};
  const Result<Reconciled> result = store().ReconcileGateway(
      {"gw-1"}, {{held, {}}, {wrong_epoch, {}}, {elsewhere, {}}}, After(9));
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(SessionIds(result->ended), ElementsAre(Id(2)));
  EXPECT_EQ(result->ended[0].agent_id, "b");
  EXPECT_EQ(result->ended[0].epoch, lost.epoch);
  EXPECT_THAT(SessionIds(result->stale), UnorderedElementsAre(Id(4), Id(3)));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  EXPECT_EQ(Get(Id(1)).deliveries, 1) << "it may have got there";
  EXPECT_EQ(CodeOf(store().ClaimCommands(ClaimBy(lost))), Code::SESSION_FENCED);
  EXPECT_TRUE(store().ClaimCommands(ClaimBy(held)).ok());
  EXPECT_TRUE(store().ClaimCommands(ClaimBy(elsewhere)).ok());
}

TEST_P(ReconcileContract, TellsASupersededSessionFromTheOpenOne) {
  MakeAgent("a");
  const Fence old = Open("a", 1, "gw-1");
  const Fence open = Open("a", 2, "gw-1");
  const Result<Reconciled> result =
      store().ReconcileGateway({"gw-1"}, {{old, {}}, {open, {}}}, After(9));
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->ended, IsEmpty());
  EXPECT_THAT(SessionIds(result->stale), ElementsAre(Id(1)));
  EXPECT_TRUE(End(open));
}

TEST_P(ReconcileContract, ReturnsWhatNeverArrived) {
  MakeAgent("a");
  const Fence fence = Open("a", 1, "gw-1");
  for (int i = 1; i <= 3; ++i) Delivered(fence, i, 1);
  AckOne(AckBy(fence, Id(3), CommandEvent::kAckReceived, 1));
  const Result<Reconciled> result =
      store().ReconcileGateway({"gw-1"}, {{fence, {Id(2)}}}, After(9));
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->ended, IsEmpty());
  EXPECT_THAT(result->stale, IsEmpty());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
  EXPECT_EQ(Get(Id(1)).deliveries, 0);
  EXPECT_EQ(Get(Id(2)).state, CommandState::kDelivered);
  EXPECT_EQ(Get(Id(3)).state, CommandState::kReceived);
  EXPECT_THAT(ClaimIds(fence), ElementsAre(Id(1)));
}

TEST_P(ReconcileContract, LeavesWhatMayHaveArrived) {
  MakeAgent("a");
  const Fence fence = Open("a", 1, "gw-1");
  Delivered(fence, 1, 1);
  HeldSession held{fence, {}};
  held.unacknowledged_known = false;
  ASSERT_TRUE(store().ReconcileGateway({"gw-1"}, {held}, After(9)).ok());
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
}

TEST_P(ReconcileContract, NothingWithNothingIsNothing) {
  const Result<Reconciled> result = store().ReconcileGateway({"gw-1"}, {}, kStart);
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->ended, IsEmpty());
  EXPECT_THAT(result->stale, IsEmpty());
}

EDGEPLANE_FOR_ALL_STORES(ReconcileContract);

}  // namespace
}  // namespace edgeplane::storage
