#include "storage/cursor.h"
#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {
namespace {

bool Matches(const AgentFilter& filter, const Agent& agent) {
  if (!agent.agent_id.starts_with(filter.agent_id_prefix)) return false;
  if (filter.disabled && *filter.disabled != agent.disabled) return false;
  if (filter.connected && *filter.connected != agent.session.has_value()) return false;
  for (const auto& [name, value] : filter.labels) {
    const auto label = agent.labels.find(name);
    if (label == agent.labels.end() || label->second != value) return false;
  }
  return true;
}

}  // namespace

Result<Agent> MemoryStore::CreateAgent(const Agent& agent,
                                       const std::optional<SealedSecret>& secret) {
  return Write([&]() -> Result<Agent> {
    if (FindAgent(agent.agent_id) != nullptr) return AgentAlreadyExists(agent.agent_id);
    StoredAgent stored{agent, {}};
    stored.agent.session.reset();
    stored.agent.secret_fingerprint.clear();
    stored.agent.secret_create_time.reset();
    if (secret) {
      stored.secrets.push_back(*secret);
      if (!secret->retire_time) {
        stored.agent.secret_fingerprint = secret->fingerprint;
        stored.agent.secret_create_time = secret->create_time;
      }
    }
    return agents_.emplace(agent.agent_id, std::move(stored)).first->second.agent;
  });
}

Result<Agent> MemoryStore::GetAgent(const std::string& agent_id) {
  return Read([&]() -> Result<Agent> {
    const StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    return stored->agent;
  });
}

Result<Page<Agent>> MemoryStore::ListAgents(const AgentFilter& filter, const PageRequest& page) {
  return Read([&]() -> Result<Page<Agent>> {
    const Result<std::optional<std::string>> from = ReadAgentCursor(page);
    if (!from.ok()) return from.error();
    Page<Agent> result;
    for (const auto& [agent_id, stored] : agents_) {
      if (*from && agent_id <= **from) continue;
      if (!Matches(filter, stored.agent)) continue;
      if (result.items.size() == PageSize(page)) {
        result.next = AgentCursor(result.items.back().agent_id);
        break;
      }
      result.items.push_back(stored.agent);
    }
    return result;
  });
}

Result<Agent> MemoryStore::UpdateAgent(const std::string& agent_id, const AgentChanges& changes,
                                       Time now) {
  return Write([&]() -> Result<Agent> {
    StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    Agent& agent = stored->agent;
    if (changes.user_phone) agent.user_phone = *changes.user_phone;
    if (changes.display_name) agent.display_name = *changes.display_name;
    if (changes.labels) agent.labels = *changes.labels;
    if (changes.allowed_addresses) agent.allowed_addresses = *changes.allowed_addresses;
    agent.update_time = now;
    return agent;
  });
}

Result<Agent> MemoryStore::DisableAgent(const std::string& agent_id, const std::string& reason,
                                        Time now) {
  return Write([&]() -> Result<Agent> {
    StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    Agent& agent = stored->agent;
    if (!agent.disabled) agent.disable_time = now;
    agent.disabled = true;
    agent.disabled_reason = reason;
    agent.update_time = now;
    return agent;
  });
}

Result<Agent> MemoryStore::EnableAgent(const std::string& agent_id, Time now) {
  return Write([&]() -> Result<Agent> {
    StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    Agent& agent = stored->agent;
    if (!agent.disabled) return agent;
    agent.disabled = false;
    agent.disabled_reason.clear();
    agent.disable_time.reset();
    agent.update_time = now;
    return agent;
  });
}

Result<std::vector<Command>> MemoryStore::DeleteAgent(const std::string& agent_id, Time now) {
  return Write([&]() -> Result<std::vector<Command>> {
    if (agents_.erase(agent_id) == 0) return AgentNotFound(agent_id);
    std::vector<Command> cancelled;
    for (auto& [sequence, stored] : commands_) {
      const Command& command = stored.record.command;
      if (command.agent_id != agent_id || IsFinal(command.state)) continue;
      AdvanceRecord(stored.record, AgentDeletion(now));
      cancelled.push_back(command);
    }
    return cancelled;
  });
}

Result<AgentCredentials> MemoryStore::GetCredentials(const std::string& agent_id) {
  return Read([&]() -> Result<AgentCredentials> {
    const StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    return AgentCredentials{stored->agent, stored->secrets};
  });
}

}  // namespace edgeplane::storage
