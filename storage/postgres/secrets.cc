#include "storage/postgres/agent_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/session_rows.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Rows;
using postgres::Transaction;

namespace {

Result<Agent> Rotate(Transaction& tx, const std::string& agent_id, const SealedSecret& secret,
                     Time retire_time) {
  if (Status there = tx.CheckIsThere(agent_id); !there.ok()) return there.error();
  tx.Defer("retire_secrets_at", agent_id, retire_time);
  tx.Defer(postgres::InsertSecret(agent_id, secret), {});
  tx.Defer("delete_oldest_secrets", agent_id, static_cast<int64_t>(kSecretsMax));
  postgres::UpdateLapses(tx, {agent_id});
  return postgres::LoadAgent(tx, agent_id);
}

Result<Agent> RetireOlder(Transaction& tx, const std::string& agent_id, Time now) {
  if (Status there = tx.CheckIsThere(agent_id); !there.ok()) return there.error();
  const Result<Rows> retired = tx.Run("retire_older_secrets", agent_id, now);
  if (!retired.ok()) return retired.error();
  if (retired->changed() == 0) return SecretNotFound(agent_id);
  postgres::UpdateLapses(tx, {agent_id});
  return postgres::LoadAgent(tx, agent_id);
}

}  // namespace

Result<Agent> PostgresStore::RotateSecret(const std::string& agent_id, const SealedSecret& secret,
                                          Time retire_time) {
  return writers_->Run<Agent>(StoreOperation::kRotateSecret, {agent_id},
                              [agent_id, secret, retire_time](Transaction& tx) {
                                return Rotate(tx, agent_id, secret, retire_time);
                              });
}

Result<Agent> PostgresStore::RetireSecrets(const std::string& agent_id, Time now) {
  return writers_->Run<Agent>(
      StoreOperation::kRetireSecrets, {agent_id},
      [agent_id, now](Transaction& tx) { return RetireOlder(tx, agent_id, now); });
}

Result<std::vector<LapsedSession>> PostgresStore::ListLapsedSessions(
    Time now, const std::optional<LapsePosition>& after, size_t count_max) {
  using Sessions = std::vector<LapsedSession>;
  // No agent's id is empty, so the first position is before all.
  const LapsePosition begin = after.value_or(LapsePosition());
  return readers_->Run(
      StoreOperation::kListLapsedSessions, [&](Connection& db) -> Result<Sessions> {
        const Result<Rows> rows = db.Run("list_lapsed_sessions", now, begin.lapse_time,
                                         begin.agent_id, static_cast<int64_t>(count_max));
        if (!rows.ok()) return rows.error();
        Sessions sessions;
        for (const postgres::Row row : *rows) {
          sessions.push_back({postgres::ReadSession(row, 0), row.TimeAt(7)});
        }
        return sessions;
      });
}

}  // namespace edgeplane::storage
