// A database that an earlier edgeplane has filled.
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "base/crypto.h"
#include "base/encoding.h"
#include "tests/unit/storage/sqlite_fixture.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;

constexpr Time kNow{Duration(1'770'000'000'000'000)};

class SqliteUpgradeTest : public SqliteFixture {
 protected:
  // The file as the first migration, and nothing else, has left it.
  void MakeFirst() {
    std::ifstream file(EDGEPLANE_SOURCE_DIR "/storage/migrations/sqlite/0001_initial.sql");
    std::ostringstream sql;
    sql << file.rdbuf();
    Execute(sql.str());
    Execute(
        "CREATE TABLE schema_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
        "sha256 TEXT NOT NULL, applied_time INTEGER NOT NULL) STRICT;"
        "INSERT INTO schema_migrations VALUES (1, '0001_initial', '" +
        HexEncode(Sha256(sql.str())) + "', 1)");
  }
};

TEST_F(SqliteUpgradeTest, WhatTheFirstSchemaHeldGoesOn) {
  MakeFirst();
  Execute(R"(
    INSERT INTO agents VALUES ('a', '+1 (555) 123', '', '{}', '[]', 0, '', NULL, 1, 1);
    INSERT INTO agent_secrets VALUES ('a', 1, x'00', '0a1b2c3d', 1, NULL);
    INSERT INTO sessions VALUES ('a', 's', 'gw', 'peer', 1, 1);
    INSERT INTO commands (sequence, command_id, agent_id, state, deliveries, steps, update_time,
                          deliver_time, immediate, max_deliveries, create_time, expire_time,
                          content_digest, type, error, payload_json)
    VALUES (1, 'delivered', 'a', 2, 1, 2, 1, 1, 0, 0, 1, 9000000000000000, x'00', 't', '', '{}'),
           (2, 'queued', 'a', 1, 0, 1, 1, NULL, 0, 0, 1, 9000000000000000, x'00', 't', '', '{}');
    INSERT INTO command_steps VALUES (1, 1, 1, 1, 1, '', NULL, ''), (1, 2, 1, 2, 2, 's', NULL, ''),
                                     (2, 1, 1, 1, 1, '', NULL, '');
  )");
  Open();
  const Result<Agent> agent = store().GetAgent("a");
  ASSERT_TRUE(agent.ok()) << agent.error().message;
  EXPECT_EQ(agent->secret_fingerprint, "0a1b2c3d");
  ASSERT_TRUE(agent->session.has_value());
  EXPECT_FALSE(agent->last_sync_time.has_value());
  EXPECT_EQ(agent->config_version, 0);

  // Nobody knows what the session was opened with, so it does not lapse.
  EXPECT_TRUE(store().RotateSecret("a", {"new", "11111111", kNow, {}}, kNow).ok());
  const auto lapsed = store().ListLapsedSessions(kNow, {}, 10);
  ASSERT_TRUE(lapsed.ok());
  EXPECT_TRUE(lapsed->empty());

  // What was delivered went to the session, and goes back with it.
  const Result<std::vector<Command>> overdue = store().ReleaseOverdue(kNow, kNow, 10);
  ASSERT_TRUE(overdue.ok());
  EXPECT_TRUE(overdue->empty());
  ASSERT_TRUE(store().EndSession({{"a", "s", 1}, kNow, {}}).ok());
  const Result<Command> command = store().GetCommand("delivered");
  ASSERT_TRUE(command.ok());
  EXPECT_EQ(command->state, CommandState::kQueued);
  EXPECT_EQ(command->result_json, "");

  // Its phone is found.
  ASSERT_TRUE(store()
                  .CreateJoinToken({.join_token_id = "j",
                                    .sha256 = std::string(32, 'x'),
                                    .expire_time = kNow + Duration(1)})
                  .ok());
  const Result<Joined> joined =
      store().RegisterAgent({std::string(32, 'x'), "1555123", "edge_1555123", {}, kNow});
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->agent_id, "a");

  SyncRequest sync;
  sync.agent_id = "a";
  sync.sync_id = "sync";
  sync.count_max = 10;
  sync.now = kNow;
  const Result<SyncOutcome> outcome = store().SyncAgent(sync);
  ASSERT_TRUE(outcome.ok());
  std::vector<std::string> ids;
  for (const Command& given : outcome->commands) ids.push_back(given.command_id);
  EXPECT_THAT(ids, ElementsAre("delivered", "queued"));
}

}  // namespace
}  // namespace edgeplane::storage
