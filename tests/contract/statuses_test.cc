#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

class StatusContract : public StoreContract {};

TEST_P(StatusContract, TheLastStatusByTimeCounts) {
  MakeAgent("a");
  MakeAgent("b");
  EXPECT_FALSE(GetAgent("a").status.has_value());
  ASSERT_TRUE(store()
                  .RecordStatuses({{"a", {R"({"n":1})", After(5)}},
                                   {"gone", {"{}", After(5)}},
                                   {"a", {R"({"n":2})", After(4)}},
                                   {"b", {R"({"n":3})", After(5)}},
                                   {"b", {R"({"n":4})", After(5)}}})
                  .ok());
  EXPECT_EQ(GetAgent("a").status->status_json, R"({"n":1})");
  EXPECT_EQ(GetAgent("a").status->time, After(5));
  EXPECT_EQ(GetAgent("b").status->status_json, R"({"n":4})") << "of one moment the last said";
  ASSERT_TRUE(store().RecordStatuses({{"a", {R"({"n":5})", After(6)}}}).ok());
  EXPECT_EQ(GetAgent("a").status->status_json, R"({"n":5})");
  EXPECT_EQ(GetAgent("a").update_time, kStart);
  // A sync's is one of them.
  SyncRequest request = SyncBy("a", 50);
  request.status = AgentStatus{R"({"n":6})", After(5)};
  Sync(request);
  EXPECT_EQ(GetAgent("a").status->status_json, R"({"n":5})");

  // Only GetAgent gives it, and it goes with its agent.
  EXPECT_FALSE(store().ListAgents({}, {})->items[0].status.has_value());
  EXPECT_FALSE(store().GetCredentials("a")->agent.status.has_value());
  ASSERT_TRUE(store().DeleteAgent("a", After(9)).ok());
  MakeAgent("a");
  EXPECT_FALSE(GetAgent("a").status.has_value());
  EXPECT_FALSE(GetAgent("a").last_sync_time.has_value());
}

EDGEPLANE_FOR_ALL_STORES(StatusContract);

}  // namespace
}  // namespace edgeplane::storage
