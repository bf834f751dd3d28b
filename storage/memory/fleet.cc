#include "storage/fact.h"
#include "storage/memory/memory_store.h"

namespace edgeplane::storage {

void MemoryStore::FailOperation(int64_t nth, Error error) {
  const std::lock_guard lock(mutex_);
  faults_.Fail(nth, std::move(error));
}

void MemoryStore::DoubtOperation(int64_t nth) {
  const std::lock_guard lock(mutex_);
  faults_.Doubt(nth);
}

MemoryStore::StoredAgent* MemoryStore::FindAgent(const std::string& agent_id) {
  const auto row = agents_.find(agent_id);
  return row == agents_.end() ? nullptr : &row->second;
}

Result<AgentCounts> MemoryStore::CountAgents() {
  return Read([&]() -> Result<AgentCounts> {
    AgentCounts counts;
    for (const auto& [agent_id, stored] : agents_) {
      ++counts.agents;
      if (stored.agent.session) ++counts.connected;
      if (stored.agent.disabled) ++counts.disabled;
      if (stored.agent.secret_fingerprint.empty()) ++counts.without_secret;
    }
    return counts;
  });
}

Result<std::vector<AdminToken>> MemoryStore::ListAdminTokens() {
  return Read([&]() -> Result<std::vector<AdminToken>> {
    std::vector<AdminToken> tokens;
    for (const auto& [name, token] : tokens_) tokens.push_back(token);
    return tokens;
  });
}

Status MemoryStore::PutAdminToken(const AdminToken& token) {
  return Write([&]() -> Status {
    tokens_.insert_or_assign(token.name, token);
    return {};
  });
}

Result<std::optional<std::string>> MemoryStore::GetFact(const std::string& name) {
  return Read([&]() -> Result<std::optional<std::string>> {
    const auto fact = facts_.find(name);
    if (fact == facts_.end()) return std::optional<std::string>();
    return std::optional<std::string>(fact->second);
  });
}

Result<std::string> MemoryStore::PutFactOnce(const std::string& name, const std::string& value) {
  return Write([&]() -> Result<std::string> {
    if (Status checked = CheckFact(name, value); !checked.ok()) return checked.error();
    return facts_.emplace(name, value).first->second;
  });
}

Status MemoryStore::CheckWritable() {
  return Write([]() -> Status { return {}; });
}

}  // namespace edgeplane::storage
