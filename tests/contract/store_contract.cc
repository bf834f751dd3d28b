#include "tests/contract/store_contract.h"

#include <cstdio>

namespace edgeplane::storage {

std::string Id(int number) {
  char text[37];
  std::snprintf(text, sizeof text, "01900000-0000-7000-8000-%012d", number);
  return text;
}

std::vector<std::string> IdsOf(const std::vector<Command>& commands) {
  std::vector<std::string> ids;
  for (const Command& command : commands) ids.push_back(command.command_id);
  return ids;
}

std::vector<std::pair<CommandState, int64_t>> PairsOf(
    const Result<std::vector<StateCount>>& counts) {
  std::vector<std::pair<CommandState, int64_t>> pairs;
  EXPECT_TRUE(counts.ok());
  if (!counts.ok()) return pairs;
  for (const StateCount& row : *counts) pairs.emplace_back(row.state, row.count);
  return pairs;
}

std::vector<CommandState> StatesOf(const Command& command) {
  std::vector<CommandState> states;
  for (const CommandStep& step : command.history) states.push_back(step.state);
  return states;
}

std::string KindName(const testing::TestParamInfo<BackendKind>& info) { return info.param.name; }

void StoreContract::Reopen() {
  store_.reset();
  store_ = backend_->Open();
}

Agent StoreContract::MakeAgent(const std::string& agent_id) {
  Agent agent;
  agent.agent_id = agent_id;
  agent.create_time = kStart;
  agent.update_time = kStart;
  Result<Agent> made = store().CreateAgent(agent, std::nullopt);
  EXPECT_TRUE(made.ok());
  return made.ok() ? *made : agent;
}

Fence StoreContract::Open(const std::string& agent_id, int session, const std::string& gateway_id) {
  return {agent_id, Id(session), Grant(RequestFor(agent_id, session, gateway_id)).epoch};
}

SessionGrant StoreContract::Grant(const SessionRequest& request) {
  const Result<SessionAnswer> answer = store().OpenSession(request);
  EXPECT_TRUE(answer.ok());
  const auto* grant = answer.ok() ? std::get_if<SessionGrant>(&*answer) : nullptr;
  EXPECT_NE(grant, nullptr);
  return grant != nullptr ? *grant : SessionGrant{};
}

Command StoreContract::Enqueue(NewCommand command) {
  Result<Enqueued> made = store().EnqueueCommand(command, 1000);
  EXPECT_TRUE(made.ok());
  return made.ok() ? made->command : Command{};
}

std::vector<Command> StoreContract::ClaimAll(const Fence& fence) {
  Result<std::vector<Command>> claimed = store().ClaimCommands(ClaimBy(fence));
  EXPECT_TRUE(claimed.ok());
  return claimed.ok() ? *claimed : std::vector<Command>{};
}

std::vector<std::string> StoreContract::ClaimIds(const Fence& fence) {
  return IdsOf(ClaimAll(fence));
}

AckOutcome StoreContract::AckOne(const Ack& ack) {
  Result<std::vector<AckOutcome>> outcomes = store().ApplyAcks({ack});
  EXPECT_TRUE(outcomes.ok());
  if (!outcomes.ok()) return {};
  EXPECT_EQ(outcomes->size(), 1u);
  return outcomes->front();
}

Command StoreContract::Get(const std::string& command_id) {
  Result<Command> command = store().GetCommand(command_id);
  EXPECT_TRUE(command.ok());
  return command.ok() ? *command : Command{};
}

Agent StoreContract::GetAgent(const std::string& agent_id) {
  Result<Agent> agent = store().GetAgent(agent_id);
  EXPECT_TRUE(agent.ok());
  return agent.ok() ? *agent : Agent{};
}

SyncOutcome StoreContract::Sync(const SyncRequest& request) {
  Result<SyncOutcome> outcome = store().SyncAgent(request);
  EXPECT_TRUE(outcome.ok());
  return outcome.ok() ? *outcome : SyncOutcome{};
}

SessionRequest StoreContract::RequestFor(const std::string& agent_id, int session,
                                         const std::string& gateway_id) {
  SessionRequest request;
  request.session_id = Id(session);
  request.agent_id = agent_id;
  request.gateway_id = gateway_id;
  request.peer_address = "192.0.2.1:4711";
  request.takeovers.takeovers_max = 1'000'000;
  request.now = After(1);
  return request;
}

NewCommand StoreContract::CommandFor(const std::string& agent_id, int number) {
  NewCommand command;
  command.command_id = Id(number);
  command.agent_id = agent_id;
  command.type = "say";
  command.payload_json = R"({"text":"hello"})";
  command.create_time = kStart;
  command.ttl = std::chrono::hours(1);
  command.expire_time = kStart + command.ttl;
  return command;
}

SyncRequest StoreContract::SyncBy(const std::string& agent_id, int sync) {
  SyncRequest request;
  request.agent_id = agent_id;
  request.sync_id = Id(sync);
  request.count_max = 100;
  request.bytes_max = 1024 * 1024;
  request.now = After(2);
  return request;
}

Claim StoreContract::ClaimBy(const Fence& fence) {
  return {fence, Channel::kWebSocket, 100, 1024 * 1024, After(2)};
}

Ack StoreContract::HttpAckOf(const std::string& agent_id, const std::string& command_id,
                             CommandEvent event, int64_t ordinal) {
  Ack ack = AckBy({agent_id, "", 0}, command_id, event, ordinal);
  ack.channel = Channel::kHttp;
  return ack;
}

Ack StoreContract::AckBy(const Fence& fence, const std::string& command_id, CommandEvent event,
                         int64_t ordinal) {
  Ack ack;
  ack.fence = fence;
  ack.command_id = command_id;
  ack.event = event;
  ack.status = "word";
  ack.time = After(3);
  ack.ordinal = ordinal;
  return ack;
}

}  // namespace edgeplane::storage
