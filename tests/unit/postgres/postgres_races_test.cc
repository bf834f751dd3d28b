// Two registries on one database.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "tests/contract/together.h"
#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage {
namespace {

constexpr int kThreads = 8;  // every second one in the other registry

class PostgresRacesTest : public PostgresFixture {
 protected:
  void SetUp() override {
    Open();
    other_ = OpenAnother();
    ASSERT_NE(other_, nullptr);
  }
  Store& StoreOf(int thread) { return thread % 2 == 0 ? store() : *other_; }

  static SessionGrant Grant(Store& store, const std::string& agent_id,
                            const std::string& session_id) {
    SessionRequest request;
    request.agent_id = agent_id;
    request.session_id = session_id;
    request.takeovers.takeovers_max = 1'000'000;
    request.now = kStart;
    const Result<SessionAnswer> answer = store.OpenSession(request);
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? std::get<SessionGrant>(*answer) : SessionGrant{};
  }
  static Claim ClaimBy(const Fence& fence, size_t count_max) {
    return {fence, Channel::kWebSocket, count_max, 1024 * 1024, kStart};
  }

 private:
  std::unique_ptr<PostgresStore> other_;
};

TEST_F(PostgresRacesTest, NoCommandIsClaimedTwice) {
  ASSERT_TRUE(MakeAgent("a").ok());
  for (int i = 0; i < 80; ++i) {
    ASSERT_EQ(Enqueue("a", "c" + std::to_string(i)), Code::UNSPECIFIED);
  }
  const Fence fence{"a", "s", Grant(store(), "a", "s").epoch};
  std::vector<std::vector<std::string>> claimed(kThreads);
  Together(kThreads, [&](int i) {
    while (true) {
      const auto commands = StoreOf(i).ClaimCommands(ClaimBy(fence, 3));
      ASSERT_TRUE(commands.ok());
      if (commands->empty()) return;
      for (const Command& command : *commands) {
        claimed[static_cast<size_t>(i)].push_back(command.command_id);
      }
    }
  });
  std::multiset<std::string> all;
  for (const auto& ids : claimed) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 80u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 80u);
}

TEST_F(PostgresRacesTest, EpochsRiseAndTheOlderSessionIsFenced) {
  ASSERT_TRUE(MakeAgent("a").ok());
  ASSERT_EQ(Enqueue("a", "c"), Code::UNSPECIFIED);
  std::vector<int64_t> epochs(32);
  std::atomic<int> superseded = 0;
  Together(kThreads, [&](int i) {
    for (int k = i; k < 32; k += kThreads) {
      const SessionGrant grant = Grant(StoreOf(i), "a", "s" + std::to_string(k));
      epochs[static_cast<size_t>(k)] = grant.epoch;
      if (grant.superseded) {
        EXPECT_LT(grant.superseded->epoch, grant.epoch);
        ++superseded;
      }
    }
  });
  EXPECT_EQ(superseded, 31);
  const auto newest = std::max_element(epochs.begin(), epochs.end());
  for (size_t k = 0; k < epochs.size(); ++k) {
    const auto claimed = StoreOf(static_cast<int>(k))
                             .ClaimCommands(ClaimBy({"a", "s" + std::to_string(k), epochs[k]}, 1));
    EXPECT_EQ(claimed.ok(), epochs[k] == *newest);
  }
}

TEST_F(PostgresRacesTest, ATokenIsUsedExactlyAsOftenAsAllowed) {
  JoinToken token;
  token.join_token_id = "t";
  token.sha256 = std::string(32, 'x');
  token.max_uses = 10;
  token.expire_time = After(100);
  ASSERT_TRUE(store().CreateJoinToken(token).ok());
  std::atomic<int> created = 0;
  std::atomic<int> exhausted = 0;
  Together(kThreads, [&](int i) {
    for (int k = 0; k < 4; ++k) {
      const std::string phone = std::to_string(1000 + i * 4 + k);
      const auto joined =
          StoreOf(i).RegisterAgent({token.sha256, phone, "edge_" + phone, {}, kStart});
      ASSERT_TRUE(joined.ok());
      if (joined->created) ++created;
      if (joined->verdict == JoinVerdict::kExhausted) ++exhausted;
    }
  });
  EXPECT_EQ(created, 10);
  EXPECT_EQ(exhausted, kThreads * 4 - 10);
  const auto tokens = store().ListJoinTokens({});
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(tokens->items.front().uses, 10);
}

TEST_F(PostgresRacesTest, OnePhoneBecomesOneAgentWhicheverTokenItBrings) {
  for (int i = 0; i < kThreads; ++i) {
    JoinToken token;
    token.join_token_id = "t" + std::to_string(i);
    token.sha256 = std::string(32, static_cast<char>('a' + i));
    token.expire_time = After(100);
    ASSERT_TRUE(store().CreateJoinToken(token).ok());
  }
  std::atomic<int> created = 0;
  Together(kThreads, [&](int i) {
    const std::string sha256(32, static_cast<char>('a' + i));
    const auto joined = StoreOf(i).RegisterAgent({sha256, "1555", "edge_1555", {}, kStart});
    ASSERT_TRUE(joined.ok());
    EXPECT_EQ(joined->verdict, JoinVerdict::kJoined);
    EXPECT_EQ(joined->agent_id, "edge_1555");
    if (joined->created) ++created;
  });
  EXPECT_EQ(created, 1);
}

TEST_F(PostgresRacesTest, OneKeyMakesOneCommandAndTheLimitHolds) {
  ASSERT_TRUE(MakeAgent("a").ok());
  std::atomic<int> created = 0;
  std::atomic<int> made = 0;
  Together(kThreads, [&](int i) {
    for (int k = 0; k < 10; ++k) {
      NewCommand command = CommandFor("a", "k" + std::to_string(i) + '-' + std::to_string(k));
      command.idempotency_key = "key" + std::to_string(k);
      const auto keyed = StoreOf(i).EnqueueCommand(command, 1000);
      ASSERT_TRUE(keyed.ok());
      if (keyed->created) ++created;
      command = CommandFor("a", "c" + std::to_string(i) + '-' + std::to_string(k));
      if (StoreOf(i).EnqueueCommand(command, 50).ok()) ++made;
    }
  });
  EXPECT_EQ(created, 10);
  // Keyed commands count too, and may come before or after.
  const auto counts = store().CountAgentCommands("a");
  ASSERT_TRUE(counts.ok());
  ASSERT_EQ(counts->size(), 1u);
  EXPECT_EQ(counts->front().count, created + made);
  EXPECT_LE(made, 50);
  EXPECT_GE(made, 40);
}

// Whoever goes on from the last event seen misses none, though they are stored by
// many at once.
TEST_F(PostgresRacesTest, EventsAppearInTheOrderOfTheirSequences) {
  constexpr int kReports = 30;
  std::atomic<int> writing = kThreads;
  std::vector<Event> seen;
  Together(kThreads + 1, [&](int i) {
    if (i < kThreads) {
      for (int k = 0; k < kReports; ++k) {
        const std::string id = std::to_string(i) + '-' + std::to_string(k);
        const auto stored = StoreOf(i).RecordEvents(
            {{.agent_id = "a", .event_id = id}, {.agent_id = "b", .event_id = id}});
        EXPECT_TRUE(stored.ok());
      }
      --writing;
      return;
    }
    while (true) {
      const bool last = writing == 0;
      const int64_t after = seen.empty() ? 0 : seen.back().sequence;
      const auto events = store().ReadEvents({}, after, 7, 1024);
      ASSERT_TRUE(events.ok());
      seen.insert(seen.end(), events->begin(), events->end());
      if (last && events->empty()) return;
    }
  });
  std::set<std::pair<std::string, std::string>> distinct;
  for (const Event& event : seen) distinct.emplace(event.agent_id, event.event_id);
  EXPECT_EQ(seen.size(), static_cast<size_t>(kThreads * kReports * 2));
  EXPECT_EQ(distinct.size(), seen.size());
  EXPECT_EQ(store().LastEventSequence().value(), static_cast<int64_t>(seen.size()));
}

// Many agents in one call, in any order, next to calls that need the same ones.
TEST_F(PostgresRacesTest, NobodyWaitsForEachOtherCrosswise) {
  constexpr int kAgents = 12;
  std::vector<Fence> fences;
  for (int i = 0; i < kAgents; ++i) {
    const std::string agent_id = "agent" + std::to_string(i);
    ASSERT_TRUE(MakeAgent(agent_id).ok());
    ASSERT_EQ(Enqueue(agent_id, "c" + std::to_string(i)), Code::UNSPECIFIED);
    fences.push_back({agent_id, "s", Grant(store(), agent_id, "s").epoch});
    ASSERT_TRUE(store().ClaimCommands(ClaimBy(fences.back(), 1)).ok());
  }
  const Outsider outsider(connection_);
  Together(kThreads, [&](int i) {
    for (int round = 0; round < 10; ++round) {
      std::vector<Ack> acks;
      std::vector<Event> events;
      std::vector<ReportedStatus> statuses;
      for (int k = 0; k < kAgents; ++k) {
        const int agent = i % 4 < 2 ? k : kAgents - 1 - k;
        Ack ack;
        ack.fence = fences[static_cast<size_t>(agent)];
        ack.command_id = "c" + std::to_string(agent);
        ack.ordinal = i * 100 + round + 1;
        acks.push_back(ack);
        events.push_back({.agent_id = ack.fence.agent_id, .event_id = std::to_string(round)});
        statuses.push_back({ack.fence.agent_id, {"{}", After(round)}});
      }
      EXPECT_TRUE(StoreOf(i).ApplyAcks(acks).ok());
      EXPECT_TRUE(StoreOf(i).RecordStatuses(statuses).ok());
      EXPECT_TRUE(StoreOf(i).RecordEvents(events).ok());
      SyncRequest sync;
      sync.agent_id = fences[static_cast<size_t>(round)].agent_id;
      sync.sync_id = "sync" + std::to_string(i * 100 + round);
      sync.events = events;
      sync.status = AgentStatus{"{}", After(round)};
      EXPECT_TRUE(StoreOf(i).SyncAgent(sync).ok());
    }
  });
  EXPECT_EQ(Outsider(connection_)
                .Execute("SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'"),
            "0");
}

}  // namespace
}  // namespace edgeplane::storage
