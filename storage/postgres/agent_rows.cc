#include "storage/postgres/agent_rows.h"

#include <map>

#include "storage/agent_json.h"
#include "storage/postgres/session_rows.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::postgres {
namespace {

// In the order of the columns of get_agents and list_agents.
Result<Agent> ReadRow(const Row& row) {
  Agent agent;
  agent.agent_id = row.Bytes(0);
  agent.user_phone = row.Bytes(1);
  agent.display_name = row.Bytes(2);
  std::optional<std::map<std::string, std::string>> labels = LabelsFromJson(row.Bytes(3));
  if (!labels) return AgentDamaged(agent.agent_id, "labels");
  agent.labels = std::move(*labels);
  std::optional<std::vector<std::string>> addresses = AddressesFromJson(row.Bytes(4));
  if (!addresses) return AgentDamaged(agent.agent_id, "allowed_addresses");
  agent.allowed_addresses = std::move(*addresses);
  agent.disabled = row.Flag(5);
  agent.disabled_reason = row.Bytes(6);
  agent.disable_time = row.OptionalTime(7);
  agent.create_time = row.TimeAt(8);
  agent.update_time = row.TimeAt(9);
  agent.secret_fingerprint = row.Bytes(10);
  agent.secret_create_time = row.OptionalTime(11);
  agent.last_sync_time = row.OptionalTime(12);
  agent.config_version = row.Number(13);
  agent.delivered_config_version = row.Number(14);
  if (!row.IsNull(15)) agent.session = ReadSession(row, 15);
  return agent;
}

}  // namespace

Result<std::vector<Agent>> ReadAgents(const Rows& rows) {
  std::vector<Agent> agents;
  for (const Row row : rows) {
    Result<Agent> agent = ReadRow(row);
    if (!agent.ok()) return agent.error();
    agents.push_back(std::move(*agent));
  }
  return agents;
}

Result<Agent> ReadAgent(const Rows& rows, const std::string& agent_id) {
  if (rows.empty()) return AgentNotFound(agent_id);
  return ReadRow(rows.front());
}

Result<Agent> LoadAgent(Transaction& tx, const std::string& agent_id) {
  const Result<Rows> rows = tx.Run("get_agents", std::vector<std::string>{agent_id});
  if (!rows.ok()) return rows.error();
  return ReadAgent(*rows, agent_id);
}

Step InsertAgent(const Agent& agent, const std::optional<std::string>& join_token_id) {
  return Step("insert_agent", agent.agent_id, agent.user_phone, agent.display_name,
              LabelsToJson(agent.labels), AddressesToJson(agent.allowed_addresses), agent.disabled,
              agent.disabled_reason, agent.disable_time, agent.create_time, agent.update_time,
              join_token_id);
}

Step InsertSecret(const std::string& agent_id, const SealedSecret& secret) {
  return Step("insert_secret", agent_id, Blob{secret.sealed}, secret.fingerprint,
              secret.create_time, secret.retire_time);
}

std::vector<SealedSecret> ReadSecrets(const Rows& rows) {
  std::vector<SealedSecret> secrets;
  for (const Row row : rows) {
    secrets.push_back({row.Bytes(0), row.Bytes(1), row.TimeAt(2), row.OptionalTime(3)});
  }
  return secrets;
}

void PutStatuses(Transaction& tx, const std::vector<ReportedStatus>& statuses) {
  // A statement may change a row only once, so of each agent's the last one goes.
  std::map<std::string, const AgentStatus*> latest;
  for (const ReportedStatus& reported : statuses) {
    if (tx.Find(reported.agent_id) == nullptr) continue;
    const AgentStatus*& kept = latest[reported.agent_id];
    if (kept == nullptr || kept->time <= reported.status.time) kept = &reported.status;
  }
  if (latest.empty()) return;
  std::vector<std::string> agent_ids, texts;
  std::vector<Time> times;
  for (const auto& [agent_id, status] : latest) {
    agent_ids.push_back(agent_id);
    times.push_back(status->time);
    texts.push_back(status->status_json);
  }
  tx.Defer("put_statuses", agent_ids, times, texts);
}

}  // namespace edgeplane::storage::postgres
