// Rows of agents, their secrets and their statuses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/agent.h"
#include "storage/postgres/transaction.h"
#include "storage/store.h"

namespace edgeplane::storage::postgres {

// The rows of get_agents and list_agents.
Result<std::vector<Agent>> ReadAgents(const Rows& rows);
// Of get_agents for this one. AGENT_NOT_FOUND.
Result<Agent> ReadAgent(const Rows& rows, const std::string& agent_id);
// AGENT_NOT_FOUND. Without its status.
Result<Agent> LoadAgent(Transaction& tx, const std::string& agent_id);

// Changes no row where there is an agent of this id. `join_token_id`: of the token
// that makes it.
Step InsertAgent(const Agent& agent, const std::optional<std::string>& join_token_id);
Step InsertSecret(const std::string& agent_id, const SealedSecret& secret);
// The rows of list_secrets.
std::vector<SealedSecret> ReadSecrets(const Rows& rows);

// Passes over agents that are gone, and what is older than what is there.
void PutStatuses(Transaction& tx, const std::vector<ReportedStatus>& statuses);

}  // namespace edgeplane::storage::postgres
