#include <algorithm>
#include <atomic>
#include <set>

#include "tests/contract/store_contract.h"
#include "tests/contract/together.h"

namespace edgeplane::storage {
namespace {

class ConcurrencyContract : public StoreContract {};

TEST_P(ConcurrencyContract, OneIdempotencyKeyMakesOneCommand) {
  MakeAgent("a");
  std::atomic<int> created = 0;
  std::vector<std::string> ids(32);
  Together(32, [&](int i) {
    NewCommand command = CommandFor("a", 100 + i);
    command.idempotency_key = "key";
    const Result<Enqueued> made = store().EnqueueCommand(command, 1000);
    if (!made.ok()) return;
    if (made->created) ++created;
    ids[static_cast<size_t>(i)] = made->command.command_id;
  });
  EXPECT_EQ(created, 1);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1u);
  EXPECT_FALSE(ids[0].empty());
}

TEST_P(ConcurrencyContract, NoCommandIsLostAndTheLimitHolds) {
  MakeAgent("a");
  std::atomic<int> made = 0;
  std::atomic<int> full = 0;
  Together(16, [&](int i) {
    for (int k = 0; k < 10; ++k) {
      const Result<Enqueued> result = store().EnqueueCommand(CommandFor("a", i * 10 + k), 100);
      if (result.ok()) ++made;
      if (CodeOf(result) == Code::COMMAND_QUEUE_FULL) ++full;
    }
  });
  EXPECT_EQ(made, 100);
  EXPECT_EQ(full, 60);
  EXPECT_EQ(ClaimAll(Open("a", 1)).size(), 100u);
}

TEST_P(ConcurrencyContract, NoCommandIsClaimedTwice) {
  MakeAgent("a");
  for (int i = 0; i < 60; ++i) Enqueue(CommandFor("a", i));
  const Fence fence = Open("a", 1);
  std::vector<std::vector<std::string>> claimed(8);
  Together(8, [&](int i) {
    Claim claim = ClaimBy(fence);
    claim.count_max = 3;
    while (true) {
      const Result<std::vector<Command>> commands = store().ClaimCommands(claim);
      if (!commands.ok() || commands->empty()) return;
      for (const Command& command : *commands) {
        claimed[static_cast<size_t>(i)].push_back(command.command_id);
      }
    }
  });
  std::multiset<std::string> all;
  for (const auto& ids : claimed) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 60u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 60u);
}

TEST_P(ConcurrencyContract, NoCommandIsHandedOutByTwoSyncsOrToASessionToo) {
  MakeAgent("a");
  for (int i = 0; i < 60; ++i) Enqueue(CommandFor("a", i));
  const Fence fence = Open("a", 1);
  std::vector<std::vector<std::string>> given(8);
  Together(8, [&](int i) {
    std::vector<std::string>& mine = given[static_cast<size_t>(i)];
    while (true) {
      const size_t before = mine.size();
      std::vector<Command> commands;
      if (i % 4 == 0) {
        Claim claim = ClaimBy(fence);
        claim.count_max = 3;
        const Result<std::vector<Command>> claimed = store().ClaimCommands(claim);
        if (claimed.ok()) commands = *claimed;
      } else {
        SyncRequest request = SyncBy("a", 100 + i);
        request.count_max = 3;
        commands = Sync(request).commands;
      }
      for (const Command& command : commands) mine.push_back(command.command_id);
      if (mine.size() == before) return;
    }
  });
  std::multiset<std::string> all;
  for (const auto& ids : given) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 60u);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 60u);
}

TEST_P(ConcurrencyContract, OneEventReportedByManyIsStoredOnce) {
  MakeAgent("a");
  std::atomic<size_t> stored = 0;
  Together(16, [&](int i) {
    std::vector<Event> events;
    for (int k = 0; k < 5; ++k) {
      events.push_back({.agent_id = "a", .event_id = std::to_string((i + k) % 5)});
    }
    const Result<size_t> made = store().RecordEvents(events);
    if (made.ok()) stored += *made;
  });
  EXPECT_EQ(stored, 5u);
}

TEST_P(ConcurrencyContract, AConfigurationIsHandedOutOnce) {
  MakeAgent("a");
  ASSERT_TRUE(store().SetDesiredConfig("a", "{}", false, kStart).ok());
  const Fence fence = Open("a", 1);
  std::atomic<int> given = 0;
  Together(8, [&](int i) {
    if (i % 2 == 0) {
      if (Sync(SyncBy("a", 100 + i)).config) ++given;
    } else {
      const auto offer = store().OfferConfig(fence, 0);
      if (offer.ok() && offer->has_value()) ++given;
    }
  });
  EXPECT_EQ(given, 1);
}

TEST_P(ConcurrencyContract, RacingSessionsNeverBothHoldACommand) {
  MakeAgent("a");
  NewCommand once = CommandFor("a", 1);
  once.max_deliveries = 1;
  Enqueue(once);
  std::atomic<int> given = 0;
  Together(8, [&](int i) {
    const SessionGrant grant = Grant(RequestFor("a", 10 + i));
    const Result<std::vector<Command>> commands =
        store().ClaimCommands(ClaimBy({"a", Id(10 + i), grant.epoch}));
    if (commands.ok()) given += static_cast<int>(commands->size());
  });
  EXPECT_EQ(given, 1);
  EXPECT_EQ(Get(Id(1)).deliveries, 1);
}

TEST_P(ConcurrencyContract, EpochsOfRacingSessionsDifferAndOneIsOpen) {
  MakeAgent("a");
  const Fence before = Open("a", 1);
  std::vector<int64_t> epochs(16);
  std::atomic<int> superseded = 0;
  Together(16, [&](int i) {
    const SessionGrant grant = Grant(RequestFor("a", 10 + i));
    epochs[static_cast<size_t>(i)] = grant.epoch;
    if (grant.superseded && grant.superseded->epoch < grant.epoch) ++superseded;
  });
  EXPECT_EQ(superseded, 16) << "each took over from the one before it";
  EXPECT_EQ(std::set<int64_t>(epochs.begin(), epochs.end()).size(), 16u);
  const auto newest = std::max_element(epochs.begin(), epochs.end());
  EXPECT_GT(*std::min_element(epochs.begin(), epochs.end()), before.epoch);
  const Result<Agent> agent = store().GetAgent("a");
  ASSERT_TRUE(agent.ok());
  ASSERT_TRUE(agent->session.has_value());
  EXPECT_EQ(agent->session->epoch, *newest);
  EXPECT_EQ(agent->session->session_id, Id(10 + static_cast<int>(newest - epochs.begin())));
  const Result<AgentCounts> counts = store().CountAgents();
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->connected, 1);
}

TEST_P(ConcurrencyContract, OneAcknowledgementReportedByManyIsAppliedOnce) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  const Fence fence = Open("a", 1);
  ClaimAll(fence);
  std::atomic<int> applied = 0;
  std::atomic<int> already = 0;
  Together(16, [&](int) {
    const AckOutcome outcome = AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1));
    if (outcome.verdict == AckVerdict::kApplied) ++applied;
    if (outcome.verdict == AckVerdict::kAlreadyApplied) ++already;
  });
  EXPECT_EQ(applied, 1);
  EXPECT_EQ(already, 15);
}

// Readers see whole steps only: a command's state is that of its last step.
TEST_P(ConcurrencyContract, ReadersSeeNoHalfStep) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  Together(4, [&](int i) {
    if (i == 0) {
      for (int k = 0; k < 40; ++k) {
        const Fence fence = Open("a", 10 + k);
        ClaimAll(fence);
      }
      done = true;
      return;
    }
    while (!done) {
      const Result<Command> command = store().GetCommand(Id(1));
      if (!command.ok() || command->history.back().state != command->state ||
          std::min(command->history.back().number, kHistoryMax) !=
              static_cast<int32_t>(command->history.size())) {
        ++torn;
      }
    }
  });
  EXPECT_EQ(torn, 0);
}

TEST_P(ConcurrencyContract, ACallThatFailsUndoesNothingOfItsNeighbours) {
  MakeAgent("a");
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  Together(16, [&](int i) {
    if (i % 2 == 0) {
      if (store().EnqueueCommand(CommandFor("a", i), 1000).ok()) ++made;
    } else {
      if (CodeOf(store().EnqueueCommand(CommandFor("nobody", i), 1000)) == Code::AGENT_NOT_FOUND) {
        ++refused;
      }
    }
  });
  EXPECT_EQ(made, 8);
  EXPECT_EQ(refused, 8);
  for (int i = 0; i < 16; ++i) EXPECT_EQ(store().GetCommand(Id(i)).ok(), i % 2 == 0);
}

EDGEPLANE_FOR_ALL_STORES(ConcurrencyContract);

}  // namespace
}  // namespace edgeplane::storage
