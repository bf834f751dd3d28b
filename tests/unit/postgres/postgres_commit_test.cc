// Connections that are lost, and what has become of what was under way.
#include <gmock/gmock.h>

#include <thread>

#include "tests/support/postgres_proxy.h"
#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage {
namespace {

class PostgresCommitTest : public PostgresFixture {
 protected:
  void SetUp() override {
    Configure(proxy_.connection());
    settings_.writers = 1;
  }
  void TearDown() override { Close(); }

  void OpenWithAgent() {
    Open();
    ASSERT_TRUE(MakeAgent("a").ok());
  }

  PostgresProxy proxy_{connection_};
};

TEST_F(PostgresCommitTest, ALostConnectionIsReplaced) {
  OpenWithAgent();
  EXPECT_TRUE(store().GetAgent("a").ok());
  proxy_.CutAll();
  EXPECT_TRUE(store().GetAgent("a").ok());
  EXPECT_EQ(Enqueue("a", "c1"), Code::UNSPECIFIED);
  EXPECT_TRUE(store().GetCommand("c1").ok());
}

TEST_F(PostgresCommitTest, ACommitThatDidNotArriveIsDoneAgain) {
  OpenWithAgent();
  proxy_.CutBeforeCommit();
  const auto made = store().EnqueueCommand(CommandFor("a", "c1"), 1000);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(made->created);
  EXPECT_EQ(Outsider(connection_).Execute("SELECT count(*) FROM commands"), "1");
}

TEST_F(PostgresCommitTest, ACommitWhoseAnswerWasLostIsLookedUp) {
  OpenWithAgent();
  proxy_.CutAfterCommit(false);
  const auto made = store().EnqueueCommand(CommandFor("a", "c1"), 1000);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(made->created) << "done once, and not found as an earlier one";
  EXPECT_EQ(made->command.command_id, "c1");
  EXPECT_EQ(Outsider(connection_).Execute("SELECT count(*) FROM commands"), "1");
  EXPECT_EQ(Outsider(connection_).Execute("SELECT count FROM command_counts WHERE state = 1"), "1");
}

// Nothing of these could be looked up by a key of their own.
TEST_F(PostgresCommitTest, WhatHasNoKeyIsLookedUpToo) {
  OpenWithAgent();
  SessionRequest request;
  request.agent_id = "a";
  request.session_id = "s1";
  request.now = kStart;
  proxy_.CutAfterCommit(false);
  const auto opened = store().OpenSession(request);
  ASSERT_TRUE(opened.ok());
  EXPECT_FALSE(std::get<SessionGrant>(*opened).superseded.has_value()) << "opened once";
  const Fence fence{"a", "s1", std::get<SessionGrant>(*opened).epoch};
  ASSERT_EQ(Enqueue("a", "c1"), Code::UNSPECIFIED);
  proxy_.CutAfterCommit(false);
  const auto claimed = store().ClaimCommands({fence, Channel::kWebSocket, 10, 1000, kStart});
  ASSERT_TRUE(claimed.ok());
  ASSERT_EQ(claimed->size(), 1u);
  EXPECT_EQ(claimed->front().deliveries, 1);
  proxy_.CutAfterCommit(false);
  const auto stored = store().RecordEvents({{.agent_id = "a", .event_id = "e"}});
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(*stored, 1u) << "new, as it was before the answer was lost";
}

TEST_F(PostgresCommitTest, WithoutAServerToAskItStaysInDoubt) {
  OpenWithAgent();
  Close();
  settings_.write_timeout = std::chrono::milliseconds(300);
  Open();
  proxy_.CutAfterCommit(true);
  EXPECT_EQ(Enqueue("a", "c1"), Code::STORE_IN_DOUBT);
  EXPECT_EQ(CodeOf(store().CheckWritable()), Code::STORE_UNAVAILABLE) << "nothing has started";
  proxy_.Admit();
  while (!store().CheckWritable().ok()) {
  }
  EXPECT_TRUE(store().GetCommand("c1").ok()) << "in doubt, and this time it was done";
  EXPECT_THAT(registry_.Render(),
              testing::HasSubstr("edgeplane_store_errors_total{operation=\"enqueue_command\"} 1"));
}

TEST_F(PostgresCommitTest, WritersOfLongAgoAreForgotten) {
  Open();
  Outsider(connection_).Execute("INSERT INTO writers VALUES ('old', 1, 1)");
  Open();
  EXPECT_EQ(Outsider(connection_).Execute("SELECT count(*) FROM writers WHERE writer_id = 'old'"),
            "0");
}

// A server that crashes and comes back.
TEST(PostgresRestartTest, CallsGoOnAfterwards) {
  PostgresCluster cluster(PostgresCluster::Durability::kOff);
  PostgresSettings settings;
  settings.connection = Secret(cluster.NewSchema());
  settings.write_timeout = std::chrono::seconds(60);
  settings.read_timeout = std::chrono::seconds(60);
  auto store = PostgresStore::Open(settings, nullptr);
  ASSERT_TRUE(store.ok());
  Agent agent;
  agent.agent_id = "a";
  ASSERT_TRUE((*store)->CreateAgent(agent, std::nullopt).ok());
  cluster.Kill();
  std::thread writing(
      [&] { EXPECT_TRUE((*store)->EnqueueCommand(CommandFor("a", "c1"), 10).ok()) << "it waits"; });
  std::thread reading([&] { EXPECT_TRUE((*store)->GetAgent("a").ok()) << "it waits"; });
  cluster.Start();
  writing.join();
  reading.join();
  EXPECT_TRUE((*store)->GetCommand("c1").ok());
}

}  // namespace
}  // namespace edgeplane::storage
