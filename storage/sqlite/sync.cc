#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/command_rows.h"
#include "storage/sqlite/config_rows.h"
#include "storage/sqlite/event_rows.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

using Commands = std::vector<Command>;
using Sequences = std::vector<int64_t>;

// What the sync handed out last and the agent has said nothing of: delivered or,
// unless `delivered_only`, queued again.
Result<Sequences> ListSynced(Connection& db, const std::string& agent_id,
                             const std::string& sync_id, bool delivered_only) {
  Query query(db, "list_synced");
  query.Bind(":agent_id", agent_id).Bind(":sync_id", sync_id);
  Sequences sequences;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return sequences;
    const auto state = static_cast<CommandState>(query.Number(1));
    if (delivered_only && state != CommandState::kDelivered) continue;
    sequences.push_back(query.Number(0));
  }
}

// The command the agent names, if it is its own, and those handed out with it.
Result<Sequences> ListNamed(Connection& db, const SyncRequest& request) {
  if (request.last_command_id.empty()) return Sequences{};
  const auto sequence = sqlite::FindCommand(db, request.last_command_id);
  if (!sequence.ok()) return sequence.error();
  if (!*sequence) return Sequences{};
  const Result<CommandRecord> named = sqlite::LoadCommand(db, **sequence);
  if (!named.ok()) return named.error();
  if (named->command.agent_id != request.agent_id) return Sequences{};
  const std::string sync_id = SyncOf(*named);
  if (sync_id.empty()) return Sequences{**sequence};
  // Holds the named one too, unless the agent has answered it.
  return ListSynced(db, request.agent_id, sync_id, false);
}

Result<Commands> ReceiveNamed(Connection& db, const SyncRequest& request) {
  const Result<Sequences> sequences = ListNamed(db, request);
  if (!sequences.ok()) return sequences.error();
  Commands received;
  for (const int64_t sequence : *sequences) {
    Result<CommandRecord> record = sqlite::LoadCommand(db, sequence);
    if (!record.ok()) return record.error();
    if (!IsUnreceived(*record)) continue;
    const Advance advance = AdvanceRecord(*record, NamedBySync(request));
    if (!advance.step) continue;
    Status saved = sqlite::SaveStep(db, *record, *advance.step, std::nullopt);
    if (!saved.ok()) return saved.error();
    received.push_back(std::move(record->command));
  }
  return received;
}

Status PutSyncTime(Connection& db, const SyncRequest& request) {
  Query query(db, "put_sync_time");
  query.Bind(":agent_id", request.agent_id).Bind(":now", request.now);
  return query.Run();
}

Result<std::optional<DesiredConfig>> HandOutConfig(Connection& db, const SyncRequest& request) {
  Result<ConfigRecord> record = sqlite::LoadConfig(db, request.agent_id);
  if (!record.ok()) return record.error();
  const auto open = sqlite::LoadSession(db, request.agent_id);
  if (!open.ok()) return open.error();
  if (!IsConfigDue(*record, *open)) return std::optional<DesiredConfig>();
  DeliverConfigBySync(*record, request.sync_id, request.now);
  if (Status saved = sqlite::SaveConfig(db, *record); !saved.ok()) return saved.error();
  return std::optional<DesiredConfig>(std::move(record->config));
}

Result<SyncOutcome> Exchange(Connection& db, const SyncRequest& request) {
  if (Status may = sqlite::CheckMayConnect(db, request.agent_id); !may.ok()) return may.error();
  Result<Commands> received = ReceiveNamed(db, request);
  if (!received.ok()) return received.error();
  const Result<size_t> stored = sqlite::InsertEvents(db, SyncedEvents(request));
  if (!stored.ok()) return stored.error();
  if (request.status) {
    Status put = sqlite::PutStatus(db, request.agent_id, *request.status);
    if (!put.ok()) return put.error();
  }
  if (Status put = PutSyncTime(db, request); !put.ok()) return put.error();
  Result<Commands> commands = sqlite::HandOut(db, request.agent_id, request.count_max,
                                              request.bytes_max, SyncDelivery(request));
  if (!commands.ok()) return commands.error();
  Result<std::optional<DesiredConfig>> config = HandOutConfig(db, request);
  if (!config.ok()) return config.error();
  return SyncOutcome{std::move(*received), std::move(*commands), *stored, std::move(*config)};
}

Result<SyncReturned> Return(Connection& db, const std::string& agent_id, const std::string& sync_id,
                            Time now) {
  const Result<Sequences> delivered = ListSynced(db, agent_id, sync_id, true);
  if (!delivered.ok()) return delivered.error();
  Result<Commands> commands = sqlite::AdvanceAll(db, *delivered, SyncUnanswered(now));
  if (!commands.ok()) return commands.error();
  Result<ConfigRecord> record = sqlite::LoadConfig(db, agent_id);
  if (!record.ok()) return record.error();
  SyncReturned returned{*std::move(commands), ReturnConfig(*record, sync_id)};
  if (returned.config) {
    if (Status saved = sqlite::SaveConfig(db, *record); !saved.ok()) return saved.error();
  }
  return returned;
}

Result<Commands> Release(Connection& db, Time delivered_before, Time now, size_t count_max) {
  Sequences sequences;
  {
    Query query(db, "list_overdue");
    query.Bind(":delivered_before", delivered_before)
        .Bind(":limit", static_cast<int64_t>(count_max));
    Result<Sequences> found = query.Numbers();
    if (!found.ok()) return found.error();
    sequences = std::move(*found);
  }
  return sqlite::AdvanceAll(db, sequences, SyncOverdue(now));
}

}  // namespace

Result<SyncOutcome> SqliteStore::SyncAgent(const SyncRequest& request) {
  return writer_->Run<SyncOutcome>(StoreOperation::kSyncAgent,
                                   [request](Connection& db) { return Exchange(db, request); });
}

Result<SyncReturned> SqliteStore::ReturnSync(const std::string& agent_id,
                                             const std::string& sync_id, Time now) {
  return writer_->Run<SyncReturned>(
      StoreOperation::kReturnSync,
      [agent_id, sync_id, now](Connection& db) { return Return(db, agent_id, sync_id, now); });
}

Result<std::vector<Command>> SqliteStore::ReleaseOverdue(Time delivered_before, Time now,
                                                         size_t count_max) {
  return writer_->Run<Commands>(StoreOperation::kReleaseOverdue,
                                [delivered_before, now, count_max](Connection& db) {
                                  return Release(db, delivered_before, now, count_max);
                                });
}

}  // namespace edgeplane::storage
