// No statement may read a table that grows from end to end.
#include <gmock/gmock.h>

#include <map>

#include "storage/sqlite/statement_text.h"
#include "tests/unit/storage/sqlite_fixture.h"

namespace edgeplane::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

class SqlitePlansTest : public SqliteFixture {
 protected:
  void SetUp() override {
    Open();
    Close();
    ASSERT_EQ(sqlite3_open(settings_.path.c_str(), &database_), SQLITE_OK);
  }
  void TearDown() override { sqlite3_close(database_); }

  // One line for each step of the plan (sqlite.org/eqp.html).
  std::string PlanOf(std::string_view sql) {
    const std::string explain = "EXPLAIN QUERY PLAN " + std::string(sql);
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, explain.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_) << " in " << sql;
    std::string plan;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      plan += reinterpret_cast<const char*>(sqlite3_column_text(statement, 3));
      plan += '\n';
    }
    sqlite3_finalize(statement);
    return plan;
  }
  std::map<std::string, std::string> AllPlans() {
    std::map<std::string, std::string> plans;
    for (const auto& [name, sql] : sqlite::AllStatements()) {
      plans.emplace(name, PlanOf(sql));
    }
    return plans;
  }

 private:
  sqlite3* database_ = nullptr;
};

TEST_F(SqlitePlansTest, NoStatementScansATableThatGrows) {
  const auto plans = AllPlans();
  ASSERT_GT(plans.size(), 40u);
  for (const auto& [name, plan] : plans) {
    if (name == "count_agents") continue;  // counts, over indexes alone
    for (const char* table :
         {"agents", "agent_secrets", "sessions", "commands", "command_steps", "refusals", "events",
          "join_tokens", "agent_configs", "agent_statuses", "audit"}) {
      EXPECT_THAT(plan, Not(HasSubstr(std::string("SCAN ") + table + "\n"))) << name;
      EXPECT_THAT(plan, Not(HasSubstr(std::string("SCAN ") + table + " "))) << name;
    }
  }
}

TEST_F(SqlitePlansTest, EachListHasItsIndexAndItsOrder) {
  auto plans = AllPlans();
  const std::map<std::string, std::string> expected = {
      {"check_enqueue", "USING COVERING INDEX commands_unfinished (agent_id=? AND state=?)"},
      {"find_command_by_key", "USING INDEX commands_by_key (agent_id=? AND idempotency_key=?)"},
      {"find_agents_by_phone", "USING INDEX agents_by_phone (phone_digits=?)"},
      {"find_join_token", "USING INDEX sqlite_autoindex_join_tokens_2 (sha256=?)"},
      {"insert_event", "USING COVERING INDEX events_by_id (agent_id=? AND event_id=?)"},
      {"list_agent_audit", "USING INDEX audit_by_agent (agent_id=? AND "},
      {"list_agent_commands", "USING INDEX commands_by_agent (agent_id=? AND rowid<?)"},
      {"list_agent_refusals",
       "USING INDEX refusals_by_agent (agent_id=? AND (create_time,refusal_id)<(?,?))"},
      {"list_agent_events", "USING INDEX events_by_agent (agent_id=? AND rowid<?)"},
      {"list_audit", "USING INDEX audit_by_time"},
      {"list_method_audit", "USING INDEX audit_by_method (method=? AND "},
      {"prune_audit", "USING COVERING INDEX audit_by_time (create_time<?)"},
      {"list_agents", "(agent_id>? AND agent_id<?)"},
      {"list_commands", "USING INTEGER PRIMARY KEY (rowid<?)"},
      {"list_delivered", "USING COVERING INDEX commands_unfinished (agent_id=? AND state=?)"},
      {"list_events", "USING INTEGER PRIMARY KEY (rowid<?)"},
      {"list_expired", "USING INDEX commands_by_expiry (expire_time<?)"},
      {"list_gateway_sessions", "USING INDEX sessions_by_gateway (gateway_id=?)"},
      {"list_join_tokens", "USING INTEGER PRIMARY KEY (rowid<?)"},
      {"list_lapsed_sessions", "USING INDEX sessions_by_lapse ("},
      {"list_overdue", "USING INDEX commands_by_delivery (deliver_time<?)"},
      {"list_queue", "USING INDEX commands_unfinished (agent_id=? AND state=?)"},
      {"list_refusals", "USING INDEX refusals_by_time"},
      {"list_type_events", "USING INDEX events_by_type (event_type=? AND rowid<?)"},
      {"prune_events", "USING COVERING INDEX events_by_time (receive_time<?)"},
      {"read_agent_events", "USING INDEX events_by_agent (agent_id=? AND rowid>?)"},
      {"read_events", "USING INTEGER PRIMARY KEY (rowid>?)"},
      {"read_type_events", "USING INDEX events_by_type (event_type=? AND rowid>?)"},
  };
  for (const auto& [name, step] : expected) {
    EXPECT_THAT(plans[name], HasSubstr(step)) << name;
    EXPECT_THAT(plans[name], Not(HasSubstr("TEMP B-TREE"))) << name;
  }
}

TEST_F(SqlitePlansTest, WhatASyncHandedOutIsFoundWithoutTheQueue) {
  EXPECT_THAT(AllPlans()["list_synced"], HasSubstr("USING INDEX commands_by_sync "
                                                   "(deliver_session=?)"));
}

TEST_F(SqlitePlansTest, WhatIsAskedByTimeReadsOnlyThatTime) {
  auto plans = AllPlans();
  const std::string step = "USING COVERING INDEX refusals_by_last_time (last_time>?)";
  EXPECT_THAT(plans["count_refusals"], HasSubstr(step));
  EXPECT_THAT(plans["list_refusals"], HasSubstr(step)) << "the bound of the list";
}

}  // namespace
}  // namespace edgeplane::storage
