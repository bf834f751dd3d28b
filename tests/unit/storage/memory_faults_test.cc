#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"

namespace edgeplane::storage {
namespace {

using Code = v1::ErrorReason;

Error Unavailable() { return MakeError(Code::STORE_UNAVAILABLE, "No."); }

Agent Named(const std::string& agent_id) {
  Agent agent;
  agent.agent_id = agent_id;
  return agent;
}

TEST(MemoryFaultsTest, TheNthCallFailsAndChangesNothing) {
  MemoryStore store;
  store.FailOperation(2, Unavailable());
  EXPECT_TRUE(store.CreateAgent(Named("a"), std::nullopt).ok());
  const Result<Agent> failed = store.CreateAgent(Named("b"), std::nullopt);
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, Code::STORE_UNAVAILABLE);
  EXPECT_EQ(failed.error().message, "No.");
  const Result<Agent> missing = store.GetAgent("b");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::AGENT_NOT_FOUND);
  EXPECT_TRUE(store.CreateAgent(Named("b"), std::nullopt).ok()) << "once only";
}

TEST(MemoryFaultsTest, CountsFromWhereItStands) {
  MemoryStore store;
  EXPECT_TRUE(store.CheckWritable().ok());
  EXPECT_TRUE(store.CheckWritable().ok());
  store.FailOperation(1, Unavailable());
  store.FailOperation(2, Unavailable());
  EXPECT_FALSE(store.CountAgents().ok()) << "reading calls count too";
  EXPECT_FALSE(store.CheckWritable().ok());
  EXPECT_TRUE(store.CheckWritable().ok());
}

TEST(MemoryFaultsTest, ADoubtIsCarriedOut) {
  MemoryStore store;
  store.DoubtOperation(1);
  const Result<Agent> made = store.CreateAgent(Named("a"), std::nullopt);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::STORE_IN_DOUBT);
  EXPECT_TRUE(store.GetAgent("a").ok());
}

TEST(MemoryFaultsTest, AReadIsNeverInDoubt) {
  MemoryStore store;
  store.DoubtOperation(1);
  EXPECT_TRUE(store.CountAgents().ok());
  EXPECT_TRUE(store.CountAgents().ok());
  EXPECT_FALSE(store.CheckWritable().ok()) << "it waits for the next write";
  EXPECT_TRUE(store.CheckWritable().ok());
}

}  // namespace
}  // namespace edgeplane::storage
