#include <algorithm>

#include "storage/cursor.h"
#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {
namespace {

// The newest secret is the only one that can be in force.
void NoteSecret(Agent& agent, const std::vector<SealedSecret>& secrets) {
  const bool in_force = !secrets.empty() && !secrets.front().retire_time;
  agent.secret_fingerprint = in_force ? secrets.front().fingerprint : "";
  agent.secret_create_time.reset();
  if (in_force) agent.secret_create_time = secrets.front().create_time;
}

void RetireAt(SealedSecret& secret, Time time) {
  secret.retire_time = std::min(secret.retire_time.value_or(time), time);
}

bool Matches(const AgentFilter& filter, const Agent& agent) {
  if (!agent.agent_id.starts_with(filter.agent_id_prefix)) return false;
  if (filter.disabled && *filter.disabled != agent.disabled) return false;
  if (filter.connected && *filter.connected != agent.session.has_value()) return false;
  if (filter.has_secret && *filter.has_secret == agent.secret_fingerprint.empty()) return false;
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
    return InsertAgent(agent, secret).agent;
  });
}

MemoryStore::StoredAgent& MemoryStore::InsertAgent(const Agent& agent,
                                                   const std::optional<SealedSecret>& secret) {
  StoredAgent stored;
  stored.agent = agent;
  stored.agent.session.reset();
  stored.agent.status.reset();
  stored.agent.last_sync_time.reset();
  stored.agent.config_version = 0;
  stored.agent.delivered_config_version = 0;
  if (secret) stored.secrets.push_back(*secret);
  NoteSecret(stored.agent, stored.secrets);
  return agents_.insert_or_assign(agent.agent_id, std::move(stored)).first->second;
}

Result<Agent> MemoryStore::GetAgent(const std::string& agent_id) {
  return Read([&]() -> Result<Agent> {
    const StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    Agent agent = stored->agent;
    agent.status = stored->status;
    return agent;
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

Result<Agent> MemoryStore::RotateSecret(const std::string& agent_id, const SealedSecret& secret,
                                        Time retire_time) {
  return Write([&]() -> Result<Agent> {
    StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    std::vector<SealedSecret>& secrets = stored->secrets;
    for (SealedSecret& older : secrets) RetireAt(older, retire_time);
    secrets.insert(secrets.begin(), secret);
    if (secrets.size() > kSecretsMax) secrets.resize(kSecretsMax);
    NoteSecret(stored->agent, secrets);
    return stored->agent;
  });
}

Result<Agent> MemoryStore::RetireSecrets(const std::string& agent_id, Time now) {
  return Write([&]() -> Result<Agent> {
    StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    bool retired = false;
    for (size_t i = 1; i < stored->secrets.size(); ++i) {
      SealedSecret& older = stored->secrets[i];
      if (!IsAccepted(older, now)) continue;
      older.retire_time = now;
      retired = true;
    }
    if (!retired) return SecretNotFound(agent_id);
    return stored->agent;
  });
}

Status MemoryStore::RecordStatuses(const std::vector<ReportedStatus>& statuses) {
  return Write([&]() -> Status {
    for (const ReportedStatus& reported : statuses) {
      StoredAgent* stored = FindAgent(reported.agent_id);
      if (stored == nullptr) continue;
      if (stored->status && stored->status->time > reported.status.time) continue;
      stored->status = reported.status;
    }
    return {};
  });
}

}  // namespace edgeplane::storage
