// Rows of agents, their secrets and their open sessions. Everything here runs
// inside the caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/agent.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {

// AGENT_ALREADY_EXISTS.
Status InsertAgent(Connection& db, const Agent& agent, const std::optional<SealedSecret>& secret);
// Nothing where there is no such agent.
Result<std::optional<bool>> FindDisabled(Connection& db, const std::string& agent_id);
// AGENT_NOT_FOUND, AGENT_IS_DISABLED.
Status CheckMayConnect(Connection& db, const std::string& agent_id);
// AGENT_NOT_FOUND. Without its status.
Result<Agent> LoadAgent(Connection& db, const std::string& agent_id);
// The rows of list_agents.
Result<std::vector<Agent>> ReadAgents(Query& query);
// Newest first.
Result<std::vector<SealedSecret>> LoadSecrets(Connection& db, const std::string& agent_id);
Status InsertSecret(Connection& db, const std::string& agent_id, const SealedSecret& secret);

// Of the columns link and lease_end; both are NULL where there is no such gateway.
GatewayLease LeaseOf(const Query& query, int first);
// The agent's open session; nothing where there is none, or no agent.
Result<std::optional<Session>> LoadSession(Connection& db, const std::string& agent_id);

// Notes when the open session's secret ends; to be called when either has changed.
Status UpdateLapse(Connection& db, const std::string& agent_id);

Result<std::optional<AgentStatus>> LoadStatus(Connection& db, const std::string& agent_id);
// Passes over an agent that is gone, and what is older than what is there.
Status PutStatus(Connection& db, const std::string& agent_id, const AgentStatus& status);

}  // namespace edgeplane::storage::sqlite
