#include "storage/sqlite/agent_rows.h"

#include "storage/agent_json.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::sqlite {
namespace {

// In the order of the columns of get_agent and list_agents.
Result<Agent> ReadAgent(const Query& row) {
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
  agent.disabled = row.Number(5) != 0;
  agent.disabled_reason = row.Bytes(6);
  agent.disable_time = row.OptionalTime(7);
  agent.create_time = row.TimeAt(8);
  agent.update_time = row.TimeAt(9);
  agent.secret_fingerprint = row.Bytes(10);
  agent.secret_create_time = row.OptionalTime(11);
  if (!row.IsNull(12)) {
    agent.session = Session{row.Bytes(12),  agent.agent_id, row.Bytes(13), row.Bytes(14),
                            row.TimeAt(15), row.Number(16), row.Bytes(17)};
  }
  agent.last_sync_time = row.OptionalTime(18);
  agent.config_version = row.Number(19);
  agent.delivered_config_version = row.Number(20);
  return agent;
}

Status InsertRow(Connection& db, const Agent& agent) {
  Query query(db, "insert_agent");
  query.Bind(":agent_id", agent.agent_id)
      .Bind(":user_phone", agent.user_phone)
      .Bind(":display_name", agent.display_name)
      .Bind(":labels", LabelsToJson(agent.labels))
      .Bind(":allowed_addresses", AddressesToJson(agent.allowed_addresses))
      .Bind(":disabled", static_cast<int64_t>(agent.disabled))
      .Bind(":disabled_reason", agent.disabled_reason)
      .Bind(":disable_time", agent.disable_time)
      .Bind(":create_time", agent.create_time)
      .Bind(":update_time", agent.update_time);
  if (Status inserted = query.Run(); !inserted.ok()) return inserted;
  if (ChangedRows(db) == 0) return AgentAlreadyExists(agent.agent_id);
  return {};
}

}  // namespace

Status InsertAgent(Connection& db, const Agent& agent, const std::optional<SealedSecret>& secret) {
  if (Status inserted = InsertRow(db, agent); !inserted.ok()) return inserted;
  return secret ? InsertSecret(db, agent.agent_id, *secret) : Status();
}

Result<std::optional<bool>> FindDisabled(Connection& db, const std::string& agent_id) {
  Query query(db, "find_agent_disabled");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<bool>();
  return std::optional<bool>(query.Number(0) != 0);
}

Status CheckMayConnect(Connection& db, const std::string& agent_id) {
  const Result<std::optional<bool>> disabled = FindDisabled(db, agent_id);
  if (!disabled.ok()) return disabled.error();
  if (!*disabled) return AgentNotFound(agent_id);
  if (**disabled) return AgentIsDisabled(agent_id);
  return {};
}

Result<Agent> LoadAgent(Connection& db, const std::string& agent_id) {
  Query query(db, "get_agent");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return AgentNotFound(agent_id);
  return ReadAgent(query);
}

Result<std::vector<Agent>> ReadAgents(Query& query) {
  std::vector<Agent> agents;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return agents;
    Result<Agent> agent = ReadAgent(query);
    if (!agent.ok()) return agent.error();
    agents.push_back(std::move(*agent));
  }
}

Result<std::vector<SealedSecret>> LoadSecrets(Connection& db, const std::string& agent_id) {
  Query query(db, "list_secrets");
  query.Bind(":agent_id", agent_id);
  std::vector<SealedSecret> secrets;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return secrets;
    secrets.push_back({query.Bytes(0), query.Bytes(1), query.TimeAt(2), query.OptionalTime(3)});
  }
}

Status InsertSecret(Connection& db, const std::string& agent_id, const SealedSecret& secret) {
  Query query(db, "insert_secret");
  query.Bind(":agent_id", agent_id)
      .BindBlob(":sealed", secret.sealed)
      .Bind(":fingerprint", secret.fingerprint)
      .Bind(":create_time", secret.create_time)
      .Bind(":retire_time", secret.retire_time);
  return query.Run();
}

GatewayLease LeaseOf(const Query& query, int first) {
  if (query.IsNull(first)) return {};
  return {query.Number(first), query.TimeAt(first + 1) - SystemClock().Now()};
}

Result<std::optional<Session>> LoadSession(Connection& db, const std::string& agent_id) {
  Query query(db, "get_session");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<Session>();
  return std::optional<Session>({query.Bytes(0), agent_id, query.Bytes(1), query.Bytes(2),
                                 query.TimeAt(3), query.Number(4), query.Bytes(5),
                                 LeaseOf(query, 6)});
}

Status UpdateLapse(Connection& db, const std::string& agent_id) {
  Query query(db, "update_lapse");
  query.Bind(":agent_id", agent_id);
  return query.Run();
}

Result<std::optional<AgentStatus>> LoadStatus(Connection& db, const std::string& agent_id) {
  Query query(db, "get_status");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<AgentStatus>();
  return std::optional<AgentStatus>({query.Bytes(0), query.TimeAt(1)});
}

Status PutStatus(Connection& db, const std::string& agent_id, const AgentStatus& status) {
  Query query(db, "put_status");
  query.Bind(":agent_id", agent_id)
      .Bind(":time", status.time)
      .Bind(":status_json", status.status_json);
  return query.Run();
}

}  // namespace edgeplane::storage::sqlite
