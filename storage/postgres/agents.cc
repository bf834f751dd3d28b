#include <algorithm>

#include "storage/agent_json.h"
#include "storage/cursor.h"
#include "storage/postgres/agent_rows.h"
#include "storage/postgres/command_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Rows;
using postgres::Step;
using postgres::Transaction;

namespace {

using Ids = std::vector<std::string>;

struct NewAgentRequest {
  Agent agent;
  std::optional<SealedSecret> secret;
};
using Creations = postgres::Items<NewAgentRequest, Agent>;

// Before the transaction locks anybody: whoever waits here for another who makes
// the same agent holds nothing but agents made before, in the order of their ids.
Status CreateAll(Transaction& tx, const Creations& items) {
  Creations sorted = items;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return a->request.agent.agent_id < b->request.agent.agent_id;
  });
  std::vector<Step> inserts;
  for (const auto* item : sorted) {
    inserts.push_back(postgres::InsertAgent(item->request.agent, std::nullopt));
  }
  const auto inserted = tx.RunAll(std::move(inserts));
  if (!inserted.ok()) return inserted.error();
  Creations made;
  Ids agent_ids;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const NewAgentRequest& request = sorted[i]->request;
    if ((*inserted)[i].changed() == 0) {
      sorted[i]->answer.emplace(AgentAlreadyExists(request.agent.agent_id));
      continue;
    }
    made.push_back(sorted[i]);
    agent_ids.push_back(request.agent.agent_id);
    if (request.secret) {
      tx.Defer(postgres::InsertSecret(request.agent.agent_id, *request.secret), {});
    }
  }
  if (made.empty()) return {};
  const auto rows = tx.Run("get_agents", agent_ids);
  if (!rows.ok()) return rows.error();
  Result<std::vector<Agent>> agents = postgres::ReadAgents(*rows);
  if (!agents.ok()) return agents.error();
  for (auto* item : made) {
    for (Agent& agent : *agents) {
      if (agent.agent_id == item->request.agent.agent_id) item->answer.emplace(std::move(agent));
    }
  }
  return {};
}

Result<std::vector<Command>> Delete(Transaction& tx, const std::string& agent_id, Time now) {
  if (Status there = tx.CheckIsThere(agent_id); !there.ok()) return there.error();
  const Result<Rows> unfinished = tx.Run("list_unfinished", agent_id);
  if (!unfinished.ok()) return unfinished.error();
  std::vector<int64_t> sequences;
  for (const postgres::Row row : *unfinished) sequences.push_back(row.Number(0));
  auto cancelled = postgres::AdvanceAll(tx, sequences, AgentDeletion(now));
  if (!cancelled.ok()) return cancelled;
  tx.Defer("delete_agent", agent_id);
  tx.Drop(agent_id);
  return cancelled;
}

}  // namespace

Result<Agent> PostgresStore::CreateAgent(const Agent& agent,
                                         const std::optional<SealedSecret>& secret) {
  return writers_->Submit<NewAgentRequest, Agent, &CreateAll>(StoreOperation::kCreateAgent,
                                                              {agent, secret}, {});
}

Result<Agent> PostgresStore::GetAgent(const std::string& agent_id) {
  return readers_->Run(StoreOperation::kGetAgent, [&](Connection& db) -> Result<Agent> {
    const auto rows = db.Read({Step("get_agents", Ids{agent_id}), Step("get_status", agent_id)});
    if (!rows.ok()) return rows.error();
    Result<Agent> agent = postgres::ReadAgent(rows->front(), agent_id);
    if (!agent.ok()) return agent;
    for (const postgres::Row row : rows->back()) {
      agent->status = AgentStatus{row.Bytes(0), row.TimeAt(1)};
    }
    return agent;
  });
}

Result<Page<Agent>> PostgresStore::ListAgents(const AgentFilter& filter, const PageRequest& page) {
  const Result<std::optional<std::string>> from = ReadAgentCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListAgents, [&](Connection& db) -> Result<Page<Agent>> {
    const auto rows = db.Run("list_agents", from->value_or(""), filter.agent_id_prefix,
                             filter.disabled, filter.connected, filter.has_secret,
                             LabelsToJson(filter.labels), static_cast<int64_t>(PageSize(page) + 1));
    if (!rows.ok()) return rows.error();
    Result<std::vector<Agent>> agents = postgres::ReadAgents(*rows);
    if (!agents.ok()) return agents.error();
    return CutToPage(std::move(*agents), page,
                     [](const Agent& last) { return AgentCursor(last.agent_id); });
  });
}

Result<Agent> PostgresStore::UpdateAgent(const std::string& agent_id, const AgentChanges& changes,
                                         Time now) {
  return writers_->Run<Agent>(StoreOperation::kUpdateAgent, {agent_id},
                              [agent_id, changes, now](Transaction& tx) -> Result<Agent> {
                                std::optional<std::string> labels;
                                if (changes.labels) labels = LabelsToJson(*changes.labels);
                                std::optional<std::string> addresses;
                                if (changes.allowed_addresses)
                                  addresses = AddressesToJson(*changes.allowed_addresses);
                                tx.Defer("update_agent", agent_id, changes.user_phone,
                                         changes.display_name, labels, addresses, now);
                                return postgres::LoadAgent(tx, agent_id);
                              });
}

Result<Agent> PostgresStore::DisableAgent(const std::string& agent_id, const std::string& reason,
                                          Time now) {
  return writers_->Run<Agent>(StoreOperation::kDisableAgent, {agent_id},
                              [agent_id, reason, now](Transaction& tx) -> Result<Agent> {
                                Status there = tx.CheckIsThere(agent_id);
                                if (!there.ok()) return there.error();
                                tx.Find(agent_id)->disabled = true;
                                tx.Defer("disable_agent", agent_id, reason, now);
                                return postgres::LoadAgent(tx, agent_id);
                              });
}

Result<Agent> PostgresStore::EnableAgent(const std::string& agent_id, Time now) {
  return writers_->Run<Agent>(StoreOperation::kEnableAgent, {agent_id},
                              [agent_id, now](Transaction& tx) -> Result<Agent> {
                                Status there = tx.CheckIsThere(agent_id);
                                if (!there.ok()) return there.error();
                                tx.Find(agent_id)->disabled = false;
                                tx.Defer("enable_agent", agent_id, now);
                                return postgres::LoadAgent(tx, agent_id);
                              });
}

Result<std::vector<Command>> PostgresStore::DeleteAgent(const std::string& agent_id, Time now) {
  return writers_->Run<std::vector<Command>>(
      StoreOperation::kDeleteAgent, {agent_id},
      [agent_id, now](Transaction& tx) { return Delete(tx, agent_id, now); });
}

Result<AgentCredentials> PostgresStore::GetCredentials(const std::string& agent_id) {
  return readers_->Run(
      StoreOperation::kGetCredentials, [&](Connection& db) -> Result<AgentCredentials> {
        const auto rows =
            db.Read({Step("get_agents", Ids{agent_id}),
                     Step("list_secrets", agent_id, static_cast<int64_t>(kSecretsMax))});
        if (!rows.ok()) return rows.error();
        Result<Agent> agent = postgres::ReadAgent(rows->front(), agent_id);
        if (!agent.ok()) return agent.error();
        return AgentCredentials{std::move(*agent), postgres::ReadSecrets(rows->back())};
      });
}

}  // namespace edgeplane::storage
