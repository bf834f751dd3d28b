#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;

class PersistenceContract : public StoreContract {};

TEST_P(PersistenceContract, EverythingIsThereAfterAClose) {
  Agent agent;
  agent.agent_id = "a";
  agent.labels = {{"site", "x"}};
  agent.create_time = kStart;
  agent.update_time = kStart;
  const SealedSecret secret{"sealed", "0a1b2c3d", kStart, std::nullopt};
  ASSERT_TRUE(store().CreateAgent(agent, secret).ok());
  const Fence fence = Open("a", 1);
  Enqueue(CommandFor("a", 1));
  ClaimAll(fence);
  const Ack ack = AckBy(fence, Id(1), CommandEvent::kAckReceived, 1);
  AckOne(ack);
  Refusal refusal;
  refusal.refusal_id = Id(5);
  refusal.create_time = refusal.last_time = kStart;
  ASSERT_TRUE(store().RecordRefusals({refusal}).ok());
  AuditEntry entry;
  entry.audit_id = Id(6);
  ASSERT_TRUE(store().RecordAudit(entry).ok());
  ASSERT_TRUE(store().PutAdminToken({"t", std::string(32, 'x'), "admin", kStart}).ok());
  ASSERT_TRUE(store().PutFactOnce("f", "v").ok());

  Reopen();
  EXPECT_EQ(store().ListAudit({}, {})->items.front().audit_id, Id(6));
  const Result<AgentCredentials> credentials = store().GetCredentials("a");
  ASSERT_TRUE(credentials.ok());
  EXPECT_EQ(credentials->agent.labels, agent.labels);
  EXPECT_EQ(credentials->secrets.size(), 1u);
  ASSERT_TRUE(credentials->agent.session.has_value());
  EXPECT_EQ(credentials->agent.session->epoch, fence.epoch);
  EXPECT_EQ(AckOne(ack).verdict, AckVerdict::kAlreadyApplied);
  EXPECT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 2)).verdict,
            AckVerdict::kApplied)
      << "a session outlives the store's process";
  EXPECT_TRUE(store().GetRefusal(Id(5)).ok());
  const auto tokens = store().ListAdminTokens();
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ(tokens->size(), 1u);
  const auto fact = store().GetFact("f");
  ASSERT_TRUE(fact.ok());
  EXPECT_EQ(*fact, "v");
  EXPECT_GT(Open("a", 2).epoch, fence.epoch);
}

TEST_P(PersistenceContract, WhatPollingAgentsLeaveIsThereAfterAClose) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  Enqueue(CommandFor("a", 2));
  SyncRequest request = SyncBy("a", 50);
  request.events = {{.event_id = "e1", .event_type = "sms", .receive_time = After(1)}};
  request.status = AgentStatus{R"({"n":1})", After(1)};
  EXPECT_EQ(Sync(request).commands.size(), 2u);
  Ack ack = HttpAckOf("a", Id(1), CommandEvent::kAckCompleted, 7);
  ack.result_json = R"({"id":"x"})";
  AckOne(ack);
  const Result<int64_t> last = store().LastEventSequence();
  ASSERT_TRUE(last.ok());
  EXPECT_GT(*last, 0);
  ASSERT_TRUE(store().PruneEvents(After(100), 10).ok());

  Reopen();
  EXPECT_EQ(AckOne(ack).verdict, AckVerdict::kAlreadyApplied);
  EXPECT_EQ(Get(Id(1)).result_json, R"({"id":"x"})");
  const Agent agent = GetAgent("a");
  EXPECT_EQ(agent.last_sync_time, After(2));
  ASSERT_TRUE(agent.status.has_value());
  EXPECT_EQ(agent.status->status_json, R"({"n":1})");
  EXPECT_EQ(*store().LastEventSequence(), *last);
  EXPECT_EQ(*store().RecordEvents({{.agent_id = "a", .event_id = "e2"}}), 1u);
  EXPECT_GT(*store().LastEventSequence(), *last) << "what is gone does not come again";
  const auto returned = store().ReturnSync("a", Id(50), After(8));
  ASSERT_TRUE(returned.ok());
  EXPECT_THAT(IdsOf(returned->commands), ElementsAre(Id(2)));
}

TEST_P(PersistenceContract, SessionsSecretsAndConfigurationsAreThereAfterAClose) {
  MakeAgent("a");
  const SealedSecret secret{"sealed", "0a1b2c3d", kStart, std::nullopt};
  ASSERT_TRUE(store().RotateSecret("a", secret, kStart).ok());
  ASSERT_TRUE(store().RotateSecret("a", {"new", "11111111", kStart, {}}, After(20)).ok());
  SessionRequest request = RequestFor("a", 1);
  request.secret_fingerprint = "0a1b2c3d";
  request.takeovers.takeovers_max = 1;
  const Fence fence{"a", Id(1), Grant(request).epoch};
  request.session_id = Id(2);
  Grant(request);
  ASSERT_TRUE(store().SetDesiredConfig("a", R"({"k":1})", false, After(1)).ok());
  ASSERT_TRUE(store().OfferConfig({"a", Id(2), fence.epoch + 1}, 0).ok());

  Reopen();
  const auto lapsed = store().ListLapsedSessions(After(20), {}, 10);
  ASSERT_TRUE(lapsed.ok());
  ASSERT_EQ(lapsed->size(), 1u);
  EXPECT_EQ(lapsed->front().session.secret_fingerprint, "0a1b2c3d");
  request.session_id = Id(3);
  const Result<SessionAnswer> third = store().OpenSession(request);
  ASSERT_TRUE(third.ok());
  EXPECT_TRUE(std::holds_alternative<SessionHeld>(*third)) << "the takeover is remembered";
  const auto offer = store().OfferConfig({"a", Id(2), fence.epoch + 1}, 0);
  ASSERT_TRUE(offer.ok());
  EXPECT_FALSE(offer->has_value()) << "it is on offer";
  EXPECT_EQ(store().GetDesiredConfig("a")->config_json, R"({"k":1})");
}

TEST_P(PersistenceContract, AJoinTokenAndWhomItMadeAreThereAfterAClose) {
  JoinToken token;
  token.join_token_id = Id(1);
  token.sha256 = std::string(32, 'x');
  token.max_uses = 1;
  token.expire_time = After(100);
  ASSERT_TRUE(store().CreateJoinToken(token).ok());
  Registration registration{token.sha256, "1555", "edge_1555", {}, After(1)};
  ASSERT_TRUE(store().RegisterAgent(registration).ok());

  Reopen();
  Result<Joined> joined = store().RegisterAgent(registration);
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->verdict, JoinVerdict::kJoined) << "it is the agent's own token";
  EXPECT_FALSE(joined->created);
  registration = {token.sha256, "1556", "edge_1556", {}, After(1)};
  joined = store().RegisterAgent(registration);
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined->verdict, JoinVerdict::kExhausted);
}

TEST_P(PersistenceContract, TheQueueKeepsItsOrder) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 3));
  Enqueue(CommandFor("a", 1));
  Reopen();
  Enqueue(CommandFor("a", 2));
  EXPECT_THAT(ClaimIds(Open("a", 1)), ElementsAre(Id(3), Id(1), Id(2)));
}

TEST_P(PersistenceContract, ACursorSurvivesARestart) {
  MakeAgent("a");
  MakeAgent("b");
  const Result<Page<Agent>> page = store().ListAgents({}, {1, std::nullopt});
  ASSERT_TRUE(page.ok());
  Reopen();
  const Result<Page<Agent>> rest = store().ListAgents({}, {1, page->next});
  ASSERT_TRUE(rest.ok());
  ASSERT_EQ(rest->items.size(), 1u);
  EXPECT_EQ(rest->items[0].agent_id, "b");
}

INSTANTIATE_TEST_SUITE_P(Stores, PersistenceContract, testing::ValuesIn(PersistingBackends()),
                         KindName);

// No fixture that opens a store: the child is forked while this process has
// neither a store nor a thread of one.
class KillContract : public testing::TestWithParam<BackendKind> {};

// Enqueues until it is killed, from several threads so that commits are shared,
// and writes the number of each command to the pipe once the store promised it.
[[noreturn]] void WriteUntilKilled(Backend& backend, int report) {
  const std::unique_ptr<Store> store = backend.Open();
  Agent agent;
  agent.agent_id = "a";
  if (!store->CreateAgent(agent, std::nullopt).ok()) _exit(2);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0;; ++i) {
        NewCommand command;
        const int32_t number = thread * 1'000'000 + i;
        command.command_id = Id(number);
        command.agent_id = "a";
        command.payload_json = R"({"k":")" + std::string(2000, 'x') + R"("})";
        command.expire_time = kStart;
        if (!store->EnqueueCommand(command, 1'000'000).ok()) _exit(3);
        if (write(report, &number, sizeof number) != sizeof number) _exit(4);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  _exit(5);
}

TEST_P(KillContract, WhatWasPromisedBeforeAKillIsThere) {
  const std::unique_ptr<Backend> backend = GetParam().make();
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(pipe_ends[0]);
    WriteUntilKilled(*backend, pipe_ends[1]);
  }
  close(pipe_ends[1]);
  std::set<int32_t> promised;
  int32_t number = 0;
  while (read(pipe_ends[0], &number, sizeof number) == sizeof number) {
    promised.insert(number);
    // Writes go on while the signal is on its way, and their reports are read.
    if (promised.size() == 200) kill(child, SIGKILL);
  }
  close(pipe_ends[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << status;
  ASSERT_GE(promised.size(), 200u);

  const std::unique_ptr<Store> store = backend->Open();
  for (const int32_t each : promised) {
    const Result<Command> command = store->GetCommand(Id(each));
    ASSERT_TRUE(command.ok()) << each;
    EXPECT_EQ(command->history.size(), 1u);
    EXPECT_EQ(command->payload_json.size(), 2008u);
  }
  EXPECT_TRUE(store->CheckWritable().ok());
}

INSTANTIATE_TEST_SUITE_P(Stores, KillContract, testing::ValuesIn(PersistingBackends()), KindName);

}  // namespace
}  // namespace edgeplane::storage
