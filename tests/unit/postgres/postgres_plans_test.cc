// No statement may read a table that grows from end to end, even when it was planned
// while the table was empty.
#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <sstream>

#include "storage/postgres/statement_text.h"
#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string SqlOf(std::string_view name) {
  for (const auto& [each, sql] : postgres::AllStatements()) {
    if (each == name) return std::string(sql);
  }
  ADD_FAILURE() << "no statement " << name;
  return "";
}

// How many parameters the statement has.
int ParametersOf(const std::string& sql) {
  int largest = 0;
  const std::regex parameter("\\$([0-9]+)");
  for (std::sregex_iterator at(sql.begin(), sql.end(), parameter), end; at != end; ++at) {
    largest = std::max(largest, std::stoi((*at)[1]));
  }
  return largest;
}

class PostgresPlansTest : public PostgresFixture {
 protected:
  void SetUp() override {
    Open();
    Close();
    handle_ = PQconnectdb(connection_.c_str());
    // As a session of the store has it.
    const char* limits[] = {"0", "0", "0"};
    PGresult* set = PQexecParams(handle_, SqlOf("set_session").c_str(), 3, nullptr, limits, nullptr,
                                 nullptr, 0);
    EXPECT_EQ(PQresultStatus(set), PGRES_TUPLES_OK) << PQerrorMessage(handle_);
    PQclear(set);
  }
  void TearDown() override { PQfinish(handle_); }

  // Empty for what has none, such as COMMIT.
  std::string PlanOf(const std::string& name, const std::string& sql) {
    if (!std::regex_search(
            sql, std::regex("^(SELECT|INSERT|UPDATE|DELETE|WITH)", std::regex::multiline))) {
      return "";
    }
    PQclear(PQexec(handle_, ("PREPARE " + name + " AS " + sql).c_str()));
    std::string explain = "EXPLAIN (COSTS OFF) EXECUTE " + name;
    for (int i = 0; i < ParametersOf(sql); ++i) explain += i == 0 ? "(NULL" : ", NULL";
    if (ParametersOf(sql) > 0) explain += ')';
    PGresult* result = PQexec(handle_, explain.c_str());
    EXPECT_EQ(PQresultStatus(result), PGRES_TUPLES_OK) << name << PQerrorMessage(handle_);
    std::string plan;
    for (int i = 0; i < PQntuples(result); ++i) {
      plan += PQgetvalue(result, i, 0);
      plan += '\n';
    }
    PQclear(result);
    return plan;
  }
  std::string PlanOf(const std::string& name) { return PlanOf(name, SqlOf(name)); }

 private:
  PGconn* handle_ = nullptr;
};

// The lines that read one of these tables without a condition on an index.
std::string WholeReads(const std::string& plan) {
  const std::regex read(
      "(Scan|Scan using \\w+) on (agents|agent_secrets|sessions|commands|command_steps|refusals|"
      "events|join_tokens|agent_configs|agent_statuses|audit|command_counts|writers)\\b");
  std::istringstream lines(plan);
  std::string line, next, found;
  std::getline(lines, line);
  while (std::getline(lines, next)) {
    const bool has_condition =
        next.find("Index Cond") != std::string::npos || next.find("Recheck") != std::string::npos;
    if (std::regex_search(line, read) && !has_condition) found += line + '\n';
    line = next;
  }
  if (std::regex_search(line, read)) found += line + '\n';
  return found;
}

TEST_F(PostgresPlansTest, NoStatementReadsATableThatGrowsFromEndToEnd) {
  int plans = 0;
  for (const auto& [name, sql] : postgres::AllStatements()) {
    // Counts of agents, and of each agent's states; once a start.
    if (name == "count_agents" || name == "count_commands" || name == "forget_writers") continue;
    const std::string plan = PlanOf(std::string(name), std::string(sql));
    if (!plan.empty()) ++plans;
    EXPECT_EQ(WholeReads(plan), "") << name << '\n' << plan;
  }
  EXPECT_GT(plans, 60);
}

TEST_F(PostgresPlansTest, EachListHasItsIndexAndItsOrder) {
  const std::map<std::string, std::string> expected = {
      {"find_commands_by_key", "Index Scan using commands_by_key"},
      {"find_agents_by_phone", "agents_by_phone"},
      {"list_agent_audit", "audit_by_agent"},
      {"list_audit", "audit_by_time"},
      {"list_method_audit", "audit_by_method"},
      {"prune_audit", "audit_by_time"},
      {"list_agent_commands", "commands_by_agent"},
      {"list_agent_refusals", "refusals_by_agent"},
      {"list_agent_events", "events_by_agent"},
      {"list_commands", "Index Scan Backward using commands_pkey"},
      {"list_events", "Index Scan Backward using events_pkey"},
      {"list_expired", "commands_by_expiry"},
      {"list_join_tokens", "Index Scan Backward using join_tokens_pkey"},
      {"list_lapsed_sessions", "sessions_by_lapse"},
      {"list_overdue", "commands_by_delivery"},
      {"list_refusals", "refusals_by_time"},
      {"list_type_events", "events_by_type"},
      {"prune_events", "events_by_time"},
      {"read_agent_events", "events_by_agent"},
      {"read_events", "Index Scan using events_pkey"},
      {"read_type_events", "events_by_type"},
  };
  for (const auto& [name, index] : expected) {
    const std::string plan = PlanOf(name);
    EXPECT_THAT(plan, HasSubstr(index)) << name;
    EXPECT_THAT(plan, Not(HasSubstr("Sort"))) << name << '\n' << plan;
  }
}

TEST_F(PostgresPlansTest, AQueueIsReadInItsOrderAndNoFurther) {
  const std::string plan = PlanOf("list_queues");
  EXPECT_THAT(plan, HasSubstr("Limit"));
  EXPECT_THAT(plan, HasSubstr("commands_unfinished"));
  // One sort, of what was found in all the queues.
  EXPECT_EQ(plan.find("Sort Key"), plan.rfind("Sort Key")) << plan;
  EXPECT_THAT(PlanOf("list_delivered"), HasSubstr("commands_unfinished"));
  EXPECT_THAT(PlanOf("list_synced"), HasSubstr("commands_by_sync"));
}

}  // namespace
}  // namespace edgeplane::storage
