#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;

class AgentContract : public StoreContract {
 protected:
  std::vector<std::string> ListIds(const AgentFilter& filter) {
    std::vector<std::string> ids;
    const Result<Page<Agent>> page = store().ListAgents(filter, {});
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return ids;
    for (const Agent& agent : page->items) ids.push_back(agent.agent_id);
    return ids;
  }
};

Agent Complete() {
  Agent agent;
  agent.agent_id = "edge_15551234568";
  agent.user_phone = "+15551234568";
  agent.display_name = "Küche \"links\"";
  agent.labels = {{"site", "b'n\\x"}, {"a/b.c-d", ""}};
  agent.allowed_addresses = {"192.0.2.0/24", "2001:db8::/32"};
  agent.create_time = kStart;
  agent.update_time = After(1);
  return agent;
}

void ExpectSame(const Agent& a, const Agent& b) {
  EXPECT_EQ(a.agent_id, b.agent_id);
  EXPECT_EQ(a.user_phone, b.user_phone);
  EXPECT_EQ(a.display_name, b.display_name);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.allowed_addresses, b.allowed_addresses);
  EXPECT_EQ(a.disabled, b.disabled);
  EXPECT_EQ(a.disabled_reason, b.disabled_reason);
  EXPECT_EQ(a.disable_time, b.disable_time);
  EXPECT_EQ(a.create_time, b.create_time);
  EXPECT_EQ(a.update_time, b.update_time);
}

TEST_P(AgentContract, KeepsEveryField) {
  const Result<Agent> made = store().CreateAgent(Complete(), std::nullopt);
  ASSERT_TRUE(made.ok());
  ExpectSame(*made, Complete());
  const Result<Agent> got = store().GetAgent("edge_15551234568");
  ASSERT_TRUE(got.ok());
  ExpectSame(*got, Complete());
  EXPECT_EQ(got->secret_fingerprint, "");
  EXPECT_FALSE(got->secret_create_time.has_value());
  EXPECT_FALSE(got->session.has_value());
}

TEST_P(AgentContract, DoesNotReadWhatIsNotTheCallersToGive) {
  Agent agent = Complete();
  agent.secret_fingerprint = "deadbeef";
  agent.secret_create_time = kStart;
  agent.session = Session{Id(1), agent.agent_id, "gw", "peer", kStart, 7};
  ASSERT_TRUE(store().CreateAgent(agent, std::nullopt).ok());
  const Result<Agent> got = store().GetAgent(agent.agent_id);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->secret_fingerprint, "");
  EXPECT_FALSE(got->secret_create_time.has_value());
  EXPECT_FALSE(got->session.has_value());
}

TEST_P(AgentContract, KeepsTheSecretAndTellsItsFingerprint) {
  const std::string sealed("\0bytes\xff", 7);
  const SealedSecret secret{sealed, "0a1b2c3d", After(5), std::nullopt};
  const Result<Agent> made = store().CreateAgent(Complete(), secret);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->secret_fingerprint, "0a1b2c3d");
  EXPECT_EQ(made->secret_create_time, After(5));
  const Result<AgentCredentials> got = store().GetCredentials(made->agent_id);
  ASSERT_TRUE(got.ok());
  ExpectSame(got->agent, *made);
  EXPECT_EQ(got->agent.secret_fingerprint, "0a1b2c3d");
  ASSERT_EQ(got->secrets.size(), 1u);
  EXPECT_EQ(got->secrets[0].sealed, sealed);
  EXPECT_EQ(got->secrets[0].fingerprint, "0a1b2c3d");
  EXPECT_EQ(got->secrets[0].create_time, After(5));
  EXPECT_FALSE(got->secrets[0].retire_time.has_value());
}

TEST_P(AgentContract, ARetiredSecretIsKeptAndIsNotTheOneInForce) {
  const SealedSecret secret{"sealed", "0a1b2c3d", After(5), After(6)};
  ASSERT_TRUE(store().CreateAgent(Complete(), secret).ok());
  const Result<AgentCredentials> got = store().GetCredentials("edge_15551234568");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->agent.secret_fingerprint, "");
  EXPECT_FALSE(got->agent.secret_create_time.has_value());
  ASSERT_EQ(got->secrets.size(), 1u);
  EXPECT_EQ(got->secrets[0].retire_time, After(6));
}

TEST_P(AgentContract, RefusesASecondAgentOfTheSameId) {
  ASSERT_TRUE(store().CreateAgent(Complete(), std::nullopt).ok());
  Agent other = Complete();
  other.display_name = "other";
  const SealedSecret secret{"sealed", "0a1b2c3d", kStart, std::nullopt};
  EXPECT_EQ(CodeOf(store().CreateAgent(other, secret)), Code::AGENT_ALREADY_EXISTS);
  const Result<AgentCredentials> got = store().GetCredentials("edge_15551234568");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->agent.display_name, Complete().display_name);
  EXPECT_TRUE(got->secrets.empty());
}

TEST_P(AgentContract, EveryCallOfAnUnknownAgentSaysSo) {
  EXPECT_EQ(CodeOf(store().GetAgent("nobody")), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().UpdateAgent("nobody", {}, kStart)), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().DisableAgent("nobody", "", kStart)), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().EnableAgent("nobody", kStart)), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().DeleteAgent("nobody", kStart)), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().GetCredentials("nobody")), Code::AGENT_NOT_FOUND);
}

TEST_P(AgentContract, UpdatesOnlyWhatIsGiven) {
  ASSERT_TRUE(store().CreateAgent(Complete(), std::nullopt).ok());
  AgentChanges name;
  name.display_name = "new";
  ASSERT_TRUE(store().UpdateAgent("edge_15551234568", name, After(9)).ok());
  Agent expected = Complete();
  expected.display_name = "new";
  expected.update_time = After(9);
  Result<Agent> got = store().GetAgent("edge_15551234568");
  ASSERT_TRUE(got.ok());
  ExpectSame(*got, expected);

  AgentChanges rest;
  rest.user_phone = "";
  rest.labels = std::map<std::string, std::string>{};
  rest.allowed_addresses = std::vector<std::string>{};
  got = store().UpdateAgent("edge_15551234568", rest, After(10));
  ASSERT_TRUE(got.ok());
  expected.user_phone = "";
  expected.labels.clear();
  expected.allowed_addresses.clear();
  expected.update_time = After(10);
  ExpectSame(*got, expected);
}

TEST_P(AgentContract, DisablesAndEnables) {
  MakeAgent("a");
  Result<Agent> agent = store().DisableAgent("a", "lost", After(5));
  ASSERT_TRUE(agent.ok());
  EXPECT_TRUE(agent->disabled);
  EXPECT_EQ(agent->disabled_reason, "lost");
  EXPECT_EQ(agent->disable_time, After(5));
  EXPECT_EQ(agent->update_time, After(5));

  // Twice: another reason, disabled since the first time.
  agent = store().DisableAgent("a", "stolen", After(6));
  ASSERT_TRUE(agent.ok());
  EXPECT_EQ(agent->disabled_reason, "stolen");
  EXPECT_EQ(agent->disable_time, After(5));
  EXPECT_EQ(agent->update_time, After(6));

  agent = store().EnableAgent("a", After(7));
  ASSERT_TRUE(agent.ok());
  EXPECT_FALSE(agent->disabled);
  EXPECT_EQ(agent->disabled_reason, "");
  EXPECT_FALSE(agent->disable_time.has_value());
  EXPECT_EQ(agent->update_time, After(7));

  // Enabling what is enabled changes nothing.
  agent = store().EnableAgent("a", After(8));
  ASSERT_TRUE(agent.ok());
  EXPECT_EQ(agent->update_time, After(7));
}

TEST_P(AgentContract, DeletesWithSecretSessionAndUnfinishedCommands) {
  const SealedSecret secret{"sealed", "0a1b2c3d", kStart, std::nullopt};
  ASSERT_TRUE(store().CreateAgent(Complete(), secret).ok());
  const std::string agent_id = "edge_15551234568";
  MakeAgent("other");
  const Fence fence = Open(agent_id, 1);
  for (int i = 1; i <= 3; ++i) Enqueue(CommandFor(agent_id, i));
  Enqueue(CommandFor("other", 4));
  Claim one = ClaimBy(fence);
  one.count_max = 2;
  ASSERT_TRUE(store().ClaimCommands(one).ok());
  AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1));

  const Result<std::vector<Command>> cancelled = store().DeleteAgent(agent_id, After(9));
  ASSERT_TRUE(cancelled.ok());
  ASSERT_EQ(cancelled->size(), 2u);
  EXPECT_EQ((*cancelled)[0].command_id, Id(2));
  EXPECT_EQ((*cancelled)[1].command_id, Id(3));
  EXPECT_THAT(
      StatesOf((*cancelled)[0]),
      ElementsAre(CommandState::kQueued, CommandState::kDelivered, CommandState::kCancelled));
  EXPECT_EQ((*cancelled)[1].history.back().time, After(9));
  EXPECT_EQ((*cancelled)[1].history.back().channel, Channel::kApi);
  EXPECT_EQ(Get(Id(1)).state, CommandState::kCompleted);
  EXPECT_EQ(Get(Id(3)).state, CommandState::kCancelled);
  EXPECT_EQ(Get(Id(4)).state, CommandState::kQueued);

  EXPECT_EQ(CodeOf(store().GetAgent(agent_id)), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().ClaimCommands(ClaimBy(fence))), Code::SESSION_FENCED);
  const auto ended = store().EndSession({fence, After(10), {}});
  ASSERT_TRUE(ended.ok());
  EXPECT_FALSE(*ended);

  // Made again: no secret of the former, and an epoch above all of its epochs.
  MakeAgent(agent_id);
  const Result<AgentCredentials> again = store().GetCredentials(agent_id);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->secrets.empty());
  EXPECT_GT(Open(agent_id, 2).epoch, fence.epoch);
}

TEST_P(AgentContract, ListsByIdWithEveryFilter) {
  for (const char* id : {"b2", "a1", "b1", "B1", "b"}) MakeAgent(id);
  AgentChanges labels;
  labels.labels = std::map<std::string, std::string>{{"site", "x"}, {"rack", "1"}};
  ASSERT_TRUE(store().UpdateAgent("b1", labels, kStart).ok());
  labels.labels = std::map<std::string, std::string>{{"site", "x"}, {"rack", "2"}};
  ASSERT_TRUE(store().UpdateAgent("b2", labels, kStart).ok());
  ASSERT_TRUE(store().DisableAgent("a1", "", kStart).ok());
  Open("b2", 1);

  EXPECT_THAT(ListIds({}), ElementsAre("B1", "a1", "b", "b1", "b2"));
  AgentFilter filter;
  filter.agent_id_prefix = "b";
  EXPECT_THAT(ListIds(filter), ElementsAre("b", "b1", "b2"));
  filter.agent_id_prefix = "b%";
  EXPECT_THAT(ListIds(filter), ElementsAre());
  filter = {};
  filter.disabled = true;
  EXPECT_THAT(ListIds(filter), ElementsAre("a1"));
  filter.disabled = false;
  EXPECT_THAT(ListIds(filter), ElementsAre("B1", "b", "b1", "b2"));
  filter = {};
  filter.connected = true;
  EXPECT_THAT(ListIds(filter), ElementsAre("b2"));
  filter.connected = false;
  EXPECT_THAT(ListIds(filter), ElementsAre("B1", "a1", "b", "b1"));
  filter = {};
  filter.labels = {{"site", "x"}};
  EXPECT_THAT(ListIds(filter), ElementsAre("b1", "b2"));
  filter.labels = {{"site", "x"}, {"rack", "2"}};
  EXPECT_THAT(ListIds(filter), ElementsAre("b2"));
  filter.labels = {{"site", ""}};
  EXPECT_THAT(ListIds(filter), ElementsAre());
}

TEST_P(AgentContract, ShowsTheOpenSession) {
  MakeAgent("a");
  const Fence fence = Open("a", 1, "gw-7");
  const Result<Agent> agent = store().GetAgent("a");
  ASSERT_TRUE(agent.ok());
  ASSERT_TRUE(agent->session.has_value());
  EXPECT_EQ(agent->session->session_id, Id(1));
  EXPECT_EQ(agent->session->agent_id, "a");
  EXPECT_EQ(agent->session->gateway_id, "gw-7");
  EXPECT_EQ(agent->session->peer_address, "192.0.2.1:4711");
  EXPECT_EQ(agent->session->open_time, After(1));
  EXPECT_EQ(agent->session->epoch, fence.epoch);
  EXPECT_EQ(agent->update_time, kStart) << "connecting is no change of the agent";
}

EDGEPLANE_FOR_ALL_STORES(AgentContract);

}  // namespace
}  // namespace edgeplane::storage
