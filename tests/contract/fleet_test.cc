#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

class FleetContract : public StoreContract {};

TEST_P(FleetContract, CountsAgents) {
  Result<AgentCounts> counts = store().CountAgents();
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->agents, 0);
  for (const char* id : {"a", "b", "c", "d"}) MakeAgent(id);
  Open("a", 1);
  Open("b", 2);
  Open("b", 3);
  ASSERT_TRUE(store().DisableAgent("b", "", kStart).ok());
  ASSERT_TRUE(store().DeleteAgent("d", kStart).ok());
  counts = store().CountAgents();
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->agents, 3);
  EXPECT_EQ(counts->connected, 2);
  EXPECT_EQ(counts->disabled, 1);
}

TEST_P(FleetContract, KeepsAdminTokensByName) {
  const AdminToken first{"first", std::string(32, '\0'), "admin", kStart};
  AdminToken second{"second", std::string(32, '\xff'), "admin", After(1)};
  ASSERT_TRUE(store().PutAdminToken(second).ok());
  ASSERT_TRUE(store().PutAdminToken(first).ok());
  second.sha256 = std::string(32, 'x');
  ASSERT_TRUE(store().PutAdminToken(second).ok());
  const Result<std::vector<AdminToken>> tokens = store().ListAdminTokens();
  ASSERT_TRUE(tokens.ok());
  ASSERT_EQ(tokens->size(), 2u);
  EXPECT_EQ((*tokens)[0].name, "first");
  EXPECT_EQ((*tokens)[0].sha256, std::string(32, '\0'));
  EXPECT_EQ((*tokens)[0].role, "admin");
  EXPECT_EQ((*tokens)[0].create_time, kStart);
  EXPECT_EQ((*tokens)[1].sha256, std::string(32, 'x'));
}

TEST_P(FleetContract, AFactIsPutOnce) {
  Result<std::optional<std::string>> fact = store().GetFact("key_check");
  ASSERT_TRUE(fact.ok());
  EXPECT_FALSE(fact->has_value());
  Result<std::string> put = store().PutFactOnce("key_check", "one");
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(*put, "one");
  put = store().PutFactOnce("key_check", "two");
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(*put, "one");
  fact = store().GetFact("key_check");
  ASSERT_TRUE(fact.ok());
  EXPECT_EQ(*fact, "one");
}

TEST_P(FleetContract, FactsAreSmall) {
  EXPECT_EQ(CodeOf(store().PutFactOnce("", "x")), Code::INVALID_FIELD);
  EXPECT_EQ(CodeOf(store().PutFactOnce(std::string(65, 'n'), "x")), Code::INVALID_FIELD);
  EXPECT_EQ(CodeOf(store().PutFactOnce("n", std::string(1025, 'v'))), Code::INVALID_FIELD);
  EXPECT_TRUE(store().PutFactOnce(std::string(64, 'n'), std::string(1024, 'v')).ok());
}

TEST_P(FleetContract, IsWritable) { EXPECT_TRUE(store().CheckWritable().ok()); }

EDGEPLANE_FOR_ALL_STORES(FleetContract);

}  // namespace
}  // namespace edgeplane::storage
