#include "storage/sqlite/agent_rows.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::sqlite {
namespace {

// What the limits of proto/edgeplane/v1/agent.proto come to, escaped, and more.
constexpr JsonLimits kColumnLimits{256 * 1024, 2};

Error DamagedColumn(const std::string& agent_id, const char* column) {
  return MakeError(v1::ErrorReason::STORE_CORRUPT,
                   "The agent '" + agent_id + "' has unreadable " + column + " in the database.");
}

bool ParseLabels(const std::string& text, std::map<std::string, std::string>& labels) {
  const Result<boost::json::value> parsed = ParseJson(text, kColumnLimits);
  if (!parsed.ok() || !parsed->is_object()) return false;
  for (const auto& member : parsed->get_object()) {
    if (!member.value().is_string()) return false;
    labels.emplace(member.key(), member.value().get_string());
  }
  return true;
}

bool ParseAddresses(const std::string& text, std::vector<std::string>& addresses) {
  const Result<boost::json::value> parsed = ParseJson(text, kColumnLimits);
  if (!parsed.ok() || !parsed->is_array()) return false;
  for (const boost::json::value& address : parsed->get_array()) {
    if (!address.is_string()) return false;
    addresses.emplace_back(address.get_string());
  }
  return true;
}

// In the order of the columns of get_agent and list_agents.
Result<Agent> ReadAgent(const Query& row) {
  Agent agent;
  agent.agent_id = row.Bytes(0);
  agent.user_phone = row.Bytes(1);
  agent.display_name = row.Bytes(2);
  if (!ParseLabels(row.Bytes(3), agent.labels)) return DamagedColumn(agent.agent_id, "labels");
  if (!ParseAddresses(row.Bytes(4), agent.allowed_addresses)) {
    return DamagedColumn(agent.agent_id, "allowed_addresses");
  }
  agent.disabled = row.Number(5) != 0;
  agent.disabled_reason = row.Bytes(6);
  agent.disable_time = row.OptionalTime(7);
  agent.create_time = row.TimeAt(8);
  agent.update_time = row.TimeAt(9);
  agent.secret_fingerprint = row.Bytes(10);
  agent.secret_create_time = row.OptionalTime(11);
  if (!row.IsNull(12)) {
    agent.session = Session{row.Bytes(12), agent.agent_id, row.Bytes(13),
                            row.Bytes(14), row.TimeAt(15), row.Number(16)};
  }
  return agent;
}

}  // namespace

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

Result<std::optional<Session>> LoadSession(Connection& db, const std::string& agent_id) {
  Query query(db, "get_session");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<Session>();
  return std::optional<Session>(
      {query.Bytes(0), agent_id, query.Bytes(1), query.Bytes(2), query.TimeAt(3), query.Number(4)});
}

std::string LabelsToJson(const std::map<std::string, std::string>& labels) {
  boost::json::object object;
  for (const auto& [name, value] : labels) object.emplace(name, value);
  return boost::json::serialize(object);
}

std::string AddressesToJson(const std::vector<std::string>& addresses) {
  boost::json::array array;
  for (const std::string& address : addresses) array.emplace_back(address);
  return boost::json::serialize(array);
}

}  // namespace edgeplane::storage::sqlite
