// What callers are told when the disk fails, stands still or cannot keep up.
#include <gmock/gmock.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "tests/unit/storage/faulty_disk.h"
#include "tests/unit/storage/sqlite_fixture.h"

namespace edgeplane::storage {
namespace {

using Code = v1::ErrorReason;
using testing::HasSubstr;

class SqliteFailuresTest : public SqliteFixture {
 protected:
  ~SqliteFailuresTest() override {
    disk_.ReleaseSyncs();
    Close();  // before the disk
  }
  ErrorCode CodeOf(const Status& status) {
    return status.ok() ? Code::UNSPECIFIED : status.error().code;
  }
  bool Exists(const std::string& agent_id) { return store().GetAgent(agent_id).ok(); }

  // Starts `count` writes of agents "w0".. while a sync is held, and returns
  // when `refused` of them have been told SERVER_OVERLOADED: then the rest wait.
  void WriteTogether(int count, int refused) {
    refusals_told_ = std::make_unique<std::latch>(refused);
    for (int i = 0; i < count; ++i) {
      writers_.emplace_back([this, i] {
        const Status made = MakeAgent("w" + std::to_string(i));
        if (made.ok()) ++made_;
        if (CodeOf(made) == Code::SERVER_OVERLOADED) {
          ++overloaded_;
          refusals_told_->count_down();
        }
      });
    }
    refusals_told_->wait();
  }
  void JoinWriters() {
    for (std::thread& writer : writers_) writer.join();
    writers_.clear();
  }

  FaultyDisk disk_;
  std::unique_ptr<std::latch> refusals_told_;  // used by the writers to their end
  std::vector<std::thread> writers_;
  std::atomic<int> made_ = 0;
  std::atomic<int> overloaded_ = 0;
};

TEST_F(SqliteFailuresTest, AFullDiskChangesNothingAndPasses) {
  Open();
  ASSERT_TRUE(MakeAgent("a").ok());
  disk_.FailWrites(SQLITE_FULL);
  const Status full = MakeAgent("b");
  EXPECT_EQ(CodeOf(full), Code::STORE_UNAVAILABLE);
  EXPECT_THAT(full.error().message, HasSubstr("disk is full"));
  EXPECT_EQ(CodeOf(store().CheckWritable()), Code::STORE_UNAVAILABLE);
  EXPECT_FALSE(Exists("b"));
  EXPECT_TRUE(Exists("a")) << "reading goes on";
  disk_.FailWrites(SQLITE_OK);
  EXPECT_TRUE(store().CheckWritable().ok());
  EXPECT_TRUE(MakeAgent("b").ok());
  EXPECT_THAT(registry_.Render(),
              HasSubstr("edgeplane_store_errors_total{operation=\"create_agent\"} 1"));
  Close();
  Open();
  EXPECT_TRUE(Exists("a") && Exists("b"));
}

TEST_F(SqliteFailuresTest, AFailedWriteChangesNothing) {
  Open();
  disk_.FailWrites(SQLITE_IOERR_WRITE);
  EXPECT_EQ(CodeOf(MakeAgent("a")), Code::STORE_UNAVAILABLE);
  disk_.FailWrites(SQLITE_OK);
  EXPECT_TRUE(MakeAgent("a").ok());
}

TEST_F(SqliteFailuresTest, AFailedSyncLeavesItInDoubt) {
  Open();
  disk_.FailSyncs(SQLITE_IOERR_FSYNC);
  EXPECT_EQ(CodeOf(MakeAgent("a")), Code::STORE_IN_DOUBT);
  disk_.FailSyncs(SQLITE_OK);
  EXPECT_FALSE(Exists("a")) << "this process, at least, went back";
  EXPECT_TRUE(MakeAgent("a").ok());
}

TEST_F(SqliteFailuresTest, ASlowDiskTellsTheStartedFromTheWaiting) {
  Open();
  Close();
  settings_.write_timeout = std::chrono::milliseconds(200);
  Open();
  disk_.HoldSyncs();
  Status started;
  std::thread first([&] { started = MakeAgent("started"); });
  disk_.AwaitSync();
  EXPECT_EQ(CodeOf(MakeAgent("waiting")), Code::STORE_UNAVAILABLE);
  first.join();
  EXPECT_EQ(CodeOf(started), Code::STORE_IN_DOUBT);
  disk_.ReleaseSyncs();
  // Until the writer has come back from the sync it may refuse as before.
  while (!store().CheckWritable().ok()) {
  }
  EXPECT_TRUE(Exists("started")) << "in doubt, and this time it was done";
  EXPECT_FALSE(Exists("waiting")) << "withdrawn for good";
}

TEST_F(SqliteFailuresTest, AFullQueueRefusesAtOnce) {
  settings_.write_queue_max = 2;
  Open();
  disk_.HoldSyncs();
  std::thread first([&] { EXPECT_TRUE(MakeAgent("first").ok()); });
  disk_.AwaitSync();
  WriteTogether(5, 3);
  disk_.ReleaseSyncs();
  first.join();
  JoinWriters();
  EXPECT_EQ(made_, 2);
  EXPECT_EQ(overloaded_, 3);
}

TEST_F(SqliteFailuresTest, WhoWaitsTogetherSharesACommit) {
  settings_.write_queue_max = 10;
  Open();
  disk_.HoldSyncs();
  std::thread first([&] { EXPECT_TRUE(MakeAgent("first").ok()); });
  disk_.AwaitSync();
  WriteTogether(11, 1);
  disk_.ReleaseSyncs();
  first.join();
  JoinWriters();
  EXPECT_EQ(made_, 10);
  const std::string metrics = registry_.Render();
  EXPECT_THAT(metrics, HasSubstr("edgeplane_store_batch_size_sum 11"));
  EXPECT_THAT(metrics, HasSubstr("edgeplane_store_batch_size_count 2"));
}

TEST_F(SqliteFailuresTest, ACommitIsSharedByNoMoreThanAllowed) {
  settings_.write_queue_max = 10;
  settings_.batch_max = 4;
  Open();
  disk_.HoldSyncs();
  std::thread first([&] { EXPECT_TRUE(MakeAgent("first").ok()); });
  disk_.AwaitSync();
  WriteTogether(11, 1);
  disk_.ReleaseSyncs();
  first.join();
  JoinWriters();
  EXPECT_EQ(made_, 10);
  EXPECT_THAT(registry_.Render(), HasSubstr("edgeplane_store_batch_size_count 4"));
}

TEST_F(SqliteFailuresTest, AFailedCommitFailsAllThatShareIt) {
  settings_.write_queue_max = 10;
  Open();
  disk_.HoldSyncs();
  std::thread first([&] { EXPECT_EQ(CodeOf(MakeAgent("first")), Code::STORE_IN_DOUBT); });
  disk_.AwaitSync();
  WriteTogether(11, 1);
  disk_.FailSyncs(SQLITE_IOERR_FSYNC);
  disk_.ReleaseSyncs();
  first.join();
  JoinWriters();
  EXPECT_EQ(made_, 0);
  disk_.FailSyncs(SQLITE_OK);
  const Result<AgentCounts> counts = store().CountAgents();
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->agents, 0);
}

TEST_F(SqliteFailuresTest, ADamagedRowFailsNoneButWhoNeedsIt) {
  Open();
  ASSERT_TRUE(MakeAgent("damaged").ok());
  Close();
  Execute("UPDATE agents SET labels = '{'");
  settings_.write_queue_max = 10;
  Open();
  disk_.HoldSyncs();
  std::thread first([&] { EXPECT_TRUE(MakeAgent("first").ok()); });
  disk_.AwaitSync();
  // One more than may wait: when it is refused, the others are all in the queue.
  std::atomic<int> corrupt = 0;
  std::latch one_refused(1);
  const auto count = [&](const Status& answer) {
    if (answer.ok()) ++made_;
    if (CodeOf(answer) == Code::STORE_CORRUPT) ++corrupt;
    if (CodeOf(answer) == Code::SERVER_OVERLOADED) one_refused.count_down();
  };
  for (int i = 0; i < 6; ++i) {
    writers_.emplace_back([&, i] { count(MakeAgent("w" + std::to_string(i))); });
    if (i == 0) continue;
    writers_.emplace_back([&] {
      const Result<Agent> agent = store().DisableAgent("damaged", "", Time{});
      count(agent.ok() ? Status() : Status(agent.error()));
    });
  }
  one_refused.wait();
  disk_.ReleaseSyncs();
  first.join();
  JoinWriters();
  EXPECT_EQ(made_ + corrupt, 10);
  EXPECT_GE(made_, 5);
  EXPECT_GE(corrupt, 4);
}

TEST_F(SqliteFailuresTest, AForeignLockIsWaitedForAndThenTold) {
  settings_.write_timeout = std::chrono::milliseconds(200);
  Open();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(settings_.path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(CodeOf(MakeAgent("a")), Code::STORE_UNAVAILABLE);
  ASSERT_EQ(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  while (!store().CheckWritable().ok()) {
  }
  EXPECT_FALSE(Exists("a"));
}

TEST_F(SqliteFailuresTest, AReadThatFindsNoConnectionIsTold) {
  settings_.readers = 0;
  settings_.read_timeout = std::chrono::milliseconds(10);
  Open();
  const Result<AgentCounts> counts = store().CountAgents();
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(counts.error().code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(registry_.Render(),
              HasSubstr("edgeplane_store_errors_total{operation=\"count_agents\"} 1"));
}

TEST_F(SqliteFailuresTest, AReadThatTakesTooLongIsInterrupted) {
  settings_.readers = 1;
  settings_.read_timeout = std::chrono::microseconds(0);
  Open();
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(MakeAgent("agent-" + std::to_string(i)).ok());
  const Result<Page<Agent>> page = store().ListAgents({}, {200, std::nullopt});
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().code, Code::STORE_UNAVAILABLE);
  // Too short to be looked at in between, so the only connection still works.
  EXPECT_TRUE(Exists("agent-1"));
}

}  // namespace
}  // namespace edgeplane::storage
