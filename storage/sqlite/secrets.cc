#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

Status RetireAt(Connection& db, const std::string& agent_id, Time retire_time) {
  Query query(db, "retire_secrets_at");
  query.Bind(":agent_id", agent_id).Bind(":retire_time", retire_time);
  return query.Run();
}

Status DeleteOldest(Connection& db, const std::string& agent_id) {
  Query query(db, "delete_oldest_secrets");
  query.Bind(":agent_id", agent_id).Bind(":kept", static_cast<int64_t>(kSecretsMax));
  return query.Run();
}

Result<Agent> Rotate(Connection& db, const std::string& agent_id, const SealedSecret& secret,
                     Time retire_time) {
  const Result<std::optional<bool>> disabled = sqlite::FindDisabled(db, agent_id);
  if (!disabled.ok()) return disabled.error();
  if (!*disabled) return AgentNotFound(agent_id);
  if (Status done = RetireAt(db, agent_id, retire_time); !done.ok()) return done.error();
  if (Status done = sqlite::InsertSecret(db, agent_id, secret); !done.ok()) return done.error();
  if (Status done = DeleteOldest(db, agent_id); !done.ok()) return done.error();
  if (Status done = sqlite::UpdateLapse(db, agent_id); !done.ok()) return done.error();
  return sqlite::LoadAgent(db, agent_id);
}

Result<Agent> RetireOlder(Connection& db, const std::string& agent_id, Time now) {
  Result<Agent> agent = sqlite::LoadAgent(db, agent_id);
  if (!agent.ok()) return agent;
  Query query(db, "retire_older_secrets");
  query.Bind(":agent_id", agent_id).Bind(":now", now);
  if (Status done = query.Run(); !done.ok()) return done.error();
  if (ChangedRows(db) == 0) return SecretNotFound(agent_id);
  if (Status done = sqlite::UpdateLapse(db, agent_id); !done.ok()) return done.error();
  return sqlite::LoadAgent(db, agent_id);
}

}  // namespace

Result<Agent> SqliteStore::RotateSecret(const std::string& agent_id, const SealedSecret& secret,
                                        Time retire_time) {
  return writer_->Run<Agent>(StoreOperation::kRotateSecret,
                             [agent_id, secret, retire_time](Connection& db) {
                               return Rotate(db, agent_id, secret, retire_time);
                             });
}

Result<Agent> SqliteStore::RetireSecrets(const std::string& agent_id, Time now) {
  return writer_->Run<Agent>(StoreOperation::kRetireSecrets, [agent_id, now](Connection& db) {
    return RetireOlder(db, agent_id, now);
  });
}

Result<std::vector<LapsedSession>> SqliteStore::ListLapsedSessions(
    Time now, const std::optional<LapsePosition>& after, size_t count_max) {
  using Sessions = std::vector<LapsedSession>;
  // No agent's id is empty, so the first position is before all.
  const LapsePosition begin = after.value_or(LapsePosition());
  return readers_->Run(
      StoreOperation::kListLapsedSessions, [&](Connection& db) -> Result<Sessions> {
        Query query(db, "list_lapsed_sessions");
        query.Bind(":now", now)
            .Bind(":after_time", begin.lapse_time)
            .Bind(":after_agent_id", begin.agent_id)
            .Bind(":limit", static_cast<int64_t>(count_max));
        Sessions sessions;
        while (true) {
          const Result<bool> row = query.Next();
          if (!row.ok()) return row.error();
          if (!*row) return sessions;
          sessions.push_back({{query.Bytes(1), query.Bytes(0), query.Bytes(2), query.Bytes(3),
                               query.TimeAt(4), query.Number(5), query.Bytes(6)},
                              query.TimeAt(7)});
        }
      });
}

}  // namespace edgeplane::storage
