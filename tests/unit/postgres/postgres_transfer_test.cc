// A store is moved out of a database that others work on, and into one.
#include "storage/postgres/postgres_transfer.h"

#include <gmock/gmock.h>

#include <future>

#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage {
namespace {

using testing::HasSubstr;

class PostgresTransferTest : public PostgresFixture {
 protected:
  auto OpenSource() { return OpenPostgresSource(settings_.connection); }

  Outsider outsider_{connection_};
};

// To a state from before, a table that was rewritten is empty.
TEST_F(PostgresTransferTest, AnExportWaitsForWhoeverChangesTheSchema) {
  Open();
  ASSERT_TRUE(MakeAgent("a").ok());
  outsider_.Execute(
      "BEGIN; ALTER TABLE agents ADD COLUMN site text NOT NULL DEFAULT random()::text");
  auto opening = std::async(std::launch::async, [this] { return OpenSource(); });
  Outsider(connection_).AwaitWaiting(1);
  outsider_.Execute("COMMIT");
  const auto source = opening.get();
  ASSERT_TRUE(source.ok()) << source.error().message;
  size_t agents = 0;
  const Status read = (*source)->Read(transfer::AllTables().front(), [&](const auto&) -> Status {
    ++agents;
    return {};
  });
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(agents, 1U);
}

TEST_F(PostgresTransferTest, AnotherProgramsTablesStayAsTheyAre) {
  outsider_.Execute("CREATE TABLE schema_migrations (version text); CREATE TABLE agents (x text)");
  const auto source = OpenSource();
  ASSERT_FALSE(source.ok());
  EXPECT_THAT(source.error().message, HasSubstr("There is no edgeplane store"));
  const auto sink = OpenPostgresSink(settings_.connection);
  ASSERT_FALSE(sink.ok());
  EXPECT_THAT(sink.error().message, HasSubstr("another program"));
  EXPECT_EQ(outsider_.Execute("SELECT count(*) FROM pg_tables WHERE schemaname = "
                              "current_schema()"),
            "2");
}

// It has the tables to itself for as long as its text takes.
TEST_F(PostgresTransferTest, WhoComesDuringAnImportIsToldAndDoesNotWaitForIt) {
  const auto sink = OpenPostgresSink(settings_.connection);
  ASSERT_TRUE(sink.ok()) << sink.error().message;
  settings_.write_timeout = std::chrono::seconds(4);  // a quarter for locks
  const auto store = PostgresStore::Open(settings_, &metrics_);
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(store.error().message, HasSubstr("as an import"));
}

}  // namespace
}  // namespace edgeplane::storage
