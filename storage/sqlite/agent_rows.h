// Rows of agents, their secrets and their open sessions. Everything here runs
// inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/agent.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {

// AGENT_NOT_FOUND.
Result<Agent> LoadAgent(Connection& db, const std::string& agent_id);
// The rows of list_agents.
Result<std::vector<Agent>> ReadAgents(Query& query);
// Newest first.
Result<std::vector<SealedSecret>> LoadSecrets(Connection& db, const std::string& agent_id);
Status InsertSecret(Connection& db, const std::string& agent_id, const SealedSecret& secret);

// The agent's open session; nothing where there is none, or no agent.
Result<std::optional<Session>> LoadSession(Connection& db, const std::string& agent_id);

// Labels as a JSON object, addresses as a JSON array.
std::string LabelsToJson(const std::map<std::string, std::string>& labels);
std::string AddressesToJson(const std::vector<std::string>& addresses);

}  // namespace edgeplane::storage::sqlite
