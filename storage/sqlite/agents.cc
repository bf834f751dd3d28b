#include "storage/agent_json.h"
#include "storage/cursor.h"
#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/command_rows.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

std::optional<int64_t> AsNumber(const std::optional<bool>& flag) {
  if (!flag) return std::nullopt;
  return *flag ? 1 : 0;
}

// Runs an update of one agent and gives the agent as it is then.
Result<Agent> RunAndLoad(Connection& db, Query& update, const std::string& agent_id) {
  if (Status updated = update.Run(); !updated.ok()) return updated.error();
  return sqlite::LoadAgent(db, agent_id);
}

}  // namespace

Result<Agent> SqliteStore::CreateAgent(const Agent& agent,
                                       const std::optional<SealedSecret>& secret) {
  return writer_->Run<Agent>(StoreOperation::kCreateAgent,
                             [agent, secret](Connection& db) -> Result<Agent> {
                               Status made = sqlite::InsertAgent(db, agent, secret);
                               if (!made.ok()) return made.error();
                               return sqlite::LoadAgent(db, agent.agent_id);
                             });
}

Result<Agent> SqliteStore::GetAgent(const std::string& agent_id) {
  return readers_->Run(StoreOperation::kGetAgent, [&](Connection& db) -> Result<Agent> {
    Result<Agent> agent = sqlite::LoadAgent(db, agent_id);
    if (!agent.ok()) return agent;
    Result<std::optional<AgentStatus>> status = sqlite::LoadStatus(db, agent_id);
    if (!status.ok()) return status.error();
    agent->status = std::move(*status);
    return agent;
  });
}

Result<Page<Agent>> SqliteStore::ListAgents(const AgentFilter& filter, const PageRequest& page) {
  const Result<std::optional<std::string>> from = ReadAgentCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListAgents, [&](Connection& db) -> Result<Page<Agent>> {
    Query query(db, "list_agents");
    query.Bind(":after", from->value_or(""))
        .Bind(":prefix", filter.agent_id_prefix)
        .Bind(":disabled", AsNumber(filter.disabled))
        .Bind(":connected", AsNumber(filter.connected))
        .Bind(":has_secret", AsNumber(filter.has_secret))
        .Bind(":labels", LabelsToJson(filter.labels))
        .Bind(":limit", static_cast<int64_t>(PageSize(page) + 1));
    Result<std::vector<Agent>> agents = sqlite::ReadAgents(query);
    if (!agents.ok()) return agents.error();
    return CutToPage(std::move(*agents), page,
                     [](const Agent& last) { return AgentCursor(last.agent_id); });
  });
}

Result<Agent> SqliteStore::UpdateAgent(const std::string& agent_id, const AgentChanges& changes,
                                       Time now) {
  return writer_->Run<Agent>(StoreOperation::kUpdateAgent,
                             [agent_id, changes, now](Connection& db) -> Result<Agent> {
                               std::optional<std::string> labels;
                               if (changes.labels) labels = LabelsToJson(*changes.labels);
                               std::optional<std::string> addresses;
                               if (changes.allowed_addresses) {
                                 addresses = AddressesToJson(*changes.allowed_addresses);
                               }
                               Query update(db, "update_agent");
                               update.Bind(":agent_id", agent_id)
                                   .Bind(":user_phone", changes.user_phone)
                                   .Bind(":display_name", changes.display_name)
                                   .Bind(":labels", labels)
                                   .Bind(":allowed_addresses", addresses)
                                   .Bind(":now", now);
                               return RunAndLoad(db, update, agent_id);
                             });
}

Result<Agent> SqliteStore::DisableAgent(const std::string& agent_id, const std::string& reason,
                                        Time now) {
  return writer_->Run<Agent>(
      StoreOperation::kDisableAgent, [agent_id, reason, now](Connection& db) -> Result<Agent> {
        Query update(db, "disable_agent");
        update.Bind(":agent_id", agent_id).Bind(":reason", reason).Bind(":now", now);
        return RunAndLoad(db, update, agent_id);
      });
}

Result<Agent> SqliteStore::EnableAgent(const std::string& agent_id, Time now) {
  return writer_->Run<Agent>(StoreOperation::kEnableAgent,
                             [agent_id, now](Connection& db) -> Result<Agent> {
                               Query update(db, "enable_agent");
                               update.Bind(":agent_id", agent_id).Bind(":now", now);
                               return RunAndLoad(db, update, agent_id);
                             });
}

Result<std::vector<Command>> SqliteStore::DeleteAgent(const std::string& agent_id, Time now) {
  using Commands = std::vector<Command>;
  return writer_->Run<Commands>(
      StoreOperation::kDeleteAgent, [agent_id, now](Connection& db) -> Result<Commands> {
        // What belongs to the agent alone goes with the row.
        Query remove(db, "delete_agent");
        remove.Bind(":agent_id", agent_id);
        if (Status removed = remove.Run(); !removed.ok()) return removed.error();
        if (ChangedRows(db) == 0) return AgentNotFound(agent_id);
        Query unfinished(db, "list_unfinished");
        unfinished.Bind(":agent_id", agent_id);
        const Result<std::vector<int64_t>> sequences = unfinished.Numbers();
        if (!sequences.ok()) return sequences.error();
        return sqlite::AdvanceAll(db, *sequences, AgentDeletion(now));
      });
}

Result<AgentCredentials> SqliteStore::GetCredentials(const std::string& agent_id) {
  return readers_->Run(StoreOperation::kGetCredentials,
                       [&](Connection& db) -> Result<AgentCredentials> {
                         Result<Agent> agent = sqlite::LoadAgent(db, agent_id);
                         if (!agent.ok()) return agent.error();
                         auto secrets = sqlite::LoadSecrets(db, agent_id);
                         if (!secrets.ok()) return secrets.error();
                         return AgentCredentials{std::move(*agent), std::move(*secrets)};
                       });
}

}  // namespace edgeplane::storage
