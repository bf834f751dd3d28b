// What callers are told when the database cannot keep up, or is in the way.
#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage {
namespace {

using testing::HasSubstr;

class PostgresFailuresTest : public PostgresFixture {
 protected:
  PostgresFailuresTest() { settings_.writers = 1; }
  void OpenWithAgents() {
    Open();
    ASSERT_TRUE(MakeAgent("a").ok());
    ASSERT_TRUE(MakeAgent("b").ok());
  }
  // Commands of type "say" fail so many times with this SQLSTATE.
  void FailInserts(const std::string& sqlstate, int times) {
    outsider_.Execute(
        "CREATE SEQUENCE failures;"
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.type = 'say' AND nextval('failures') <= " +
        std::to_string(times) + " THEN RAISE EXCEPTION 'as told' USING ERRCODE = '" + sqlstate +
        "'; END IF;"
        "RETURN NEW; END $$;"
        "CREATE TRIGGER fail BEFORE INSERT ON commands FOR EACH ROW EXECUTE FUNCTION fail()");
  }
  std::string Attempts() { return outsider_.Execute("SELECT last_value FROM failures"); }

  Outsider outsider_{connection_};
};

TEST_F(PostgresFailuresTest, AConflictIsTriedAgain) {
  OpenWithAgents();
  FailInserts("40001", 2);
  EXPECT_EQ(Enqueue("a", "c1"), Code::UNSPECIFIED);
  EXPECT_EQ(Attempts(), "3");
}

TEST_F(PostgresFailuresTest, ADeadlockIsTriedAgain) {
  OpenWithAgents();
  FailInserts("40P01", 1);
  EXPECT_EQ(Enqueue("a", "c1"), Code::UNSPECIFIED);
}

TEST_F(PostgresFailuresTest, AConflictIsNotTriedForEver) {
  OpenWithAgents();
  FailInserts("40001", 1000);
  EXPECT_EQ(Enqueue("a", "c1"), Code::STORE_UNAVAILABLE);
  EXPECT_EQ(Attempts(), "5");
}

TEST_F(PostgresFailuresTest, AFullDiskIsTold) {
  OpenWithAgents();
  FailInserts("53100", 1);
  const auto made = store().EnqueueCommand(CommandFor("a", "c1"), 10);
  ASSERT_EQ(CodeOf(made), Code::STORE_UNAVAILABLE);
  EXPECT_THAT(made.error().message, HasSubstr("disk is full"));
  const Status writable = store().CheckWritable();
  ASSERT_FALSE(writable.ok()) << "small writes may get through, and readiness has to be red";
  EXPECT_THAT(writable.error().message, HasSubstr("disk is full"));
  EXPECT_EQ(Enqueue("a", "c1"), Code::UNSPECIFIED) << "and passes";
}

TEST_F(PostgresFailuresTest, AStatementThatFailsFailsOnlyWhoNeedsIt) {
  settings_.write_queue_max = 8;
  OpenWithAgents();
  FailInserts("XX000", 1000);
  outsider_.Execute("BEGIN; SELECT 1 FROM agents WHERE agent_id = 'a' FOR UPDATE");
  // The first call keeps the writer until the others have come together.
  std::thread first([&] { EXPECT_TRUE(store().EnableAgent("a", kStart).ok()); });
  Outsider(connection_).AwaitWaiting(1);
  std::atomic<int> failed = 0;
  std::atomic<int> made = 0;
  std::latch one_refused(1);  // then the others are all in the queue
  std::vector<std::thread> calls;
  for (int i = 0; i < 9; ++i) {
    calls.emplace_back([&, i] {
      NewCommand command = CommandFor("b", "c" + std::to_string(i));
      if (i % 3 != 0) command.type = "sing";
      const ErrorCode code = CodeOf(store().EnqueueCommand(command, 1000));
      if (code == Code::UNSPECIFIED && i % 3 != 0) ++made;
      if (code == Code::INTERNAL && i % 3 == 0) ++failed;
      if (code == Code::SERVER_OVERLOADED) one_refused.count_down();
    });
  }
  one_refused.wait();
  outsider_.Execute("COMMIT");
  first.join();
  for (std::thread& call : calls) call.join();
  EXPECT_EQ(made + failed, 8);
  EXPECT_GE(failed, 2);
}

TEST_F(PostgresFailuresTest, AnAgentThatSomebodySitsOnFailsOnlyItself) {
  OpenWithAgents();
  Close();
  settings_.write_timeout = std::chrono::milliseconds(400);
  settings_.batch_max = 1;  // or the other call may wait for the lock with it
  settings_.writers = 2;
  Open();
  outsider_.Execute("BEGIN; SELECT 1 FROM agents WHERE agent_id = 'a' FOR UPDATE");
  std::thread sat_on([&] { EXPECT_EQ(Enqueue("a", "c1"), Code::STORE_UNAVAILABLE); });
  EXPECT_EQ(Enqueue("b", "c2"), Code::UNSPECIFIED);
  sat_on.join();
  outsider_.Execute("COMMIT");
  while (Enqueue("a", "c3") != Code::UNSPECIFIED) {
  }
  EXPECT_FALSE(store().GetCommand("c1").ok()) << "nothing was changed";
}

TEST_F(PostgresFailuresTest, AFullQueueRefusesAtOnce) {
  OpenWithAgents();
  Close();
  settings_.write_queue_max = 2;
  Open();
  outsider_.Execute("BEGIN; SELECT 1 FROM agents WHERE agent_id = 'a' FOR UPDATE");
  std::thread first([&] { EXPECT_EQ(Enqueue("a", "first"), Code::UNSPECIFIED); });
  Outsider(connection_).AwaitWaiting(1);
  std::atomic<int> made = 0;
  std::latch refused(3);
  std::vector<std::thread> calls;
  for (int i = 0; i < 5; ++i) {
    calls.emplace_back([&, i] {
      const ErrorCode code = Enqueue("b", "c" + std::to_string(i));
      if (code == Code::UNSPECIFIED) ++made;
      if (code == Code::SERVER_OVERLOADED) refused.count_down();
    });
  }
  refused.wait();
  outsider_.Execute("COMMIT");
  first.join();
  for (std::thread& call : calls) call.join();
  EXPECT_EQ(made, 2);
}

TEST_F(PostgresFailuresTest, WhoWaitsTogetherSharesACommit) {
  OpenWithAgents();
  Close();
  settings_.write_queue_max = 10;
  Open();
  outsider_.Execute("BEGIN; SELECT 1 FROM agents WHERE agent_id = 'a' FOR UPDATE");
  std::thread first([&] { EXPECT_EQ(Enqueue("a", "first"), Code::UNSPECIFIED); });
  Outsider(connection_).AwaitWaiting(1);
  std::latch one_refused(1);  // then the others are all in the queue
  std::vector<std::thread> calls;
  for (int i = 0; i < 11; ++i) {
    calls.emplace_back([&, i] {
      if (Enqueue("b", "c" + std::to_string(i)) == Code::SERVER_OVERLOADED)
        one_refused.count_down();
    });
  }
  one_refused.wait();
  outsider_.Execute("COMMIT");
  first.join();
  for (std::thread& call : calls) call.join();
  // Two of the agents, the first, and the ten.
  EXPECT_THAT(registry_.Render(), HasSubstr("edgeplane_store_batch_size_sum 13"));
  EXPECT_THAT(registry_.Render(), HasSubstr("edgeplane_store_batch_size_count 4"));
}

TEST_F(PostgresFailuresTest, AReadThatFindsNoConnectionIsTold) {
  settings_.readers = 0;
  settings_.read_timeout = std::chrono::milliseconds(10);
  Open();
  EXPECT_EQ(CodeOf(store().CountAgents()), Code::STORE_UNAVAILABLE);
  EXPECT_THAT(registry_.Render(),
              HasSubstr("edgeplane_store_errors_total{operation=\"count_agents\"} 1"));
}

TEST_F(PostgresFailuresTest, AReadThatTakesTooLongIsGivenUpAndTheNextIsNot) {
  settings_.readers = 1;
  OpenWithAgents();
  Close();
  settings_.read_timeout = std::chrono::milliseconds(300);
  Open();
  outsider_.Execute("BEGIN; LOCK TABLE facts IN ACCESS EXCLUSIVE MODE");
  EXPECT_EQ(CodeOf(store().GetFact("f")), Code::STORE_UNAVAILABLE);
  outsider_.Execute("COMMIT");
  while (!store().GetFact("f").ok()) {
  }
}

TEST_F(PostgresFailuresTest, ADamagedColumnFailsOnlyWhoNeedsIt) {
  OpenWithAgents();
  outsider_.Execute("UPDATE agents SET allowed_addresses = '{' WHERE agent_id = 'a'");
  EXPECT_EQ(CodeOf(store().GetAgent("a")), Code::STORE_CORRUPT);
  EXPECT_TRUE(store().GetAgent("b").ok());
  EXPECT_EQ(CodeOf(store().DisableAgent("a", "", kStart)), Code::STORE_CORRUPT);
  EXPECT_TRUE(store().DisableAgent("b", "", kStart).ok());
}

// A text that PostgreSQL cannot hold fails its own call, whoever is with it.
TEST_F(PostgresFailuresTest, ATextThatCannotBeKeptIsADefectOfItsCaller) {
  OpenWithAgents();
  NewCommand command = CommandFor("a", "c1");
  command.payload_json = std::string("a\0b", 3);
  EXPECT_EQ(CodeOf(store().EnqueueCommand(command, 10)), Code::INTERNAL);
  EXPECT_EQ(Enqueue("a", "c1"), Code::UNSPECIFIED);
}

}  // namespace
}  // namespace edgeplane::storage
