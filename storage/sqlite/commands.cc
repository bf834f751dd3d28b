#include <limits>

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

using Commands = std::vector<Command>;

// The command its idempotency key has made before, if it has.
Result<std::optional<Command>> FindByKey(Connection& db, const NewCommand& command,
                                         const std::string& digest) {
  Query query(db, "find_command_by_key");
  query.Bind(":agent_id", command.agent_id).Bind(":idempotency_key", command.idempotency_key);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<Command>();
  if (query.Bytes(1) != digest) return IdempotencyKeyReused();
  Result<CommandRecord> record = sqlite::LoadCommand(db, query.Number(0));
  if (!record.ok()) return record.error();
  return std::optional<Command>(std::move(record->command));
}

// Rows of a state and a count.
Result<std::vector<StateCount>> ReadCounts(Query& query) {
  std::vector<StateCount> counts;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return counts;
    counts.push_back({static_cast<CommandState>(query.Number(0)), query.Number(1)});
  }
}

// AGENT_NOT_FOUND, COMMAND_QUEUE_FULL.
Status CheckMayEnqueue(Connection& db, const std::string& agent_id, int64_t unfinished_max) {
  Query query(db, "check_enqueue");
  query.Bind(":agent_id", agent_id).Bind(":unfinished_max", unfinished_max);
  if (const Result<bool> row = query.Next(); !row.ok()) return row.error();
  if (query.Number(0) == 0) return AgentNotFound(agent_id);
  if (query.Number(1) >= unfinished_max) return CommandQueueFull(agent_id, unfinished_max);
  return {};
}

Result<Enqueued> Enqueue(Connection& db, const NewCommand& command, const std::string& digest,
                         int64_t unfinished_max) {
  if (!command.idempotency_key.empty()) {
    Result<std::optional<Command>> earlier = FindByKey(db, command, digest);
    if (!earlier.ok()) return earlier.error();
    if (*earlier) return Enqueued{std::move(**earlier), false};
  }
  Status may = CheckMayEnqueue(db, command.agent_id, unfinished_max);
  if (!may.ok()) return may.error();
  CommandRecord record = NewRecord(command);
  if (Status made = sqlite::InsertCommand(db, record, digest); !made.ok()) return made.error();
  return Enqueued{std::move(record.command), true};
}

Result<Commands> ClaimNext(Connection& db, const Claim& claim) {
  const auto open = sqlite::LoadSession(db, claim.fence.agent_id);
  if (!open.ok()) return open.error();
  if (!IsReachedBy(*open, claim.fence, claim.link)) return SessionFenced();
  return sqlite::HandOut(db, claim.fence.agent_id, claim.count_max, claim.bytes_max,
                         Delivery(claim));
}

Result<Command> Cancel(Connection& db, const std::string& command_id, const std::string& reason,
                       Time now) {
  const Result<std::optional<int64_t>> sequence = sqlite::FindCommand(db, command_id);
  if (!sequence.ok()) return sequence.error();
  if (!*sequence) return CommandNotFound(command_id);
  Result<CommandRecord> record = sqlite::LoadCommand(db, **sequence);
  if (!record.ok()) return record.error();
  const Advance advance = AdvanceRecord(*record, Cancellation(reason, now));
  if (!advance.step) return CommandIsFinal(command_id);
  Status saved = sqlite::SaveStep(db, *record, *advance.step, std::nullopt);
  if (!saved.ok()) return saved.error();
  return std::move(record->command);
}

Result<Commands> Expire(Connection& db, Time now, size_t count_max) {
  std::vector<int64_t> sequences;
  {
    Query query(db, "list_expired");
    query.Bind(":now", now).Bind(":limit", static_cast<int64_t>(count_max));
    Result<std::vector<int64_t>> found = query.Numbers();
    if (!found.ok()) return found.error();
    sequences = std::move(*found);
  }
  return sqlite::AdvanceAll(db, sequences, Expiry(now));
}

// A JSON array of the states' numbers; nothing for any.
std::optional<std::string> StatesToJson(const std::vector<CommandState>& states) {
  if (states.empty()) return std::nullopt;
  std::string json = "[";
  for (const CommandState state : states) {
    if (json.size() > 1) json += ',';
    json += std::to_string(static_cast<int>(state));
  }
  return json + ']';
}

void BindList(Query& query, const CommandFilter& filter, std::optional<int64_t> from,
              size_t count) {
  query.Bind(":before", from.value_or(std::numeric_limits<int64_t>::max()))
      .Bind(":states", StatesToJson(filter.states))
      .Bind(":limit", static_cast<int64_t>(count));
}

Result<std::vector<CommandRecord>> ListRows(Connection& db, const CommandFilter& filter,
                                            std::optional<int64_t> from, size_t count) {
  if (filter.agent_id.empty()) {
    Query query(db, "list_commands");
    BindList(query, filter, from, count);
    return sqlite::ReadCommands(query);
  }
  Query query(db, "list_agent_commands");
  BindList(query, filter, from, count);
  query.Bind(":agent_id", filter.agent_id);
  return sqlite::ReadCommands(query);
}

}  // namespace

Result<Enqueued> SqliteStore::EnqueueCommand(const NewCommand& command, int64_t unfinished_max) {
  // Hashed here, on the caller's thread: the writer's time is everybody's.
  return writer_->Run<Enqueued>(
      StoreOperation::kEnqueueCommand,
      [command, unfinished_max, digest = ContentDigest(command)](Connection& db) {
        return Enqueue(db, command, digest, unfinished_max);
      });
}

Result<Command> SqliteStore::GetCommand(const std::string& command_id) {
  return readers_->Run(StoreOperation::kGetCommand, [&](Connection& db) -> Result<Command> {
    const Result<std::optional<int64_t>> sequence = sqlite::FindCommand(db, command_id);
    if (!sequence.ok()) return sequence.error();
    if (!*sequence) return CommandNotFound(command_id);
    Result<CommandRecord> record = sqlite::LoadCommand(db, **sequence);
    if (!record.ok()) return record.error();
    return std::move(record->command);
  });
}

Result<Page<Command>> SqliteStore::ListCommands(const CommandFilter& filter,
                                                const PageRequest& page) {
  const Result<std::optional<int64_t>> from = ReadCommandCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListCommands, [&](Connection& db) -> Result<Page<Command>> {
    Result<std::vector<CommandRecord>> rows = ListRows(db, filter, *from, PageSize(page) + 1);
    if (!rows.ok()) return rows.error();
    Page<Command> result;
    if (rows->size() > PageSize(page)) {
      rows->pop_back();
      result.next = CommandCursor(rows->back().sequence);
    }
    for (CommandRecord& row : *rows) result.items.push_back(std::move(row.command));
    return result;
  });
}

Result<Command> SqliteStore::CancelCommand(const std::string& command_id, const std::string& reason,
                                           Time now) {
  return writer_->Run<Command>(
      StoreOperation::kCancelCommand,
      [command_id, reason, now](Connection& db) { return Cancel(db, command_id, reason, now); });
}

Result<std::vector<Command>> SqliteStore::ClaimCommands(const Claim& claim) {
  return writer_->Run<Commands>(StoreOperation::kClaimCommands,
                                [claim](Connection& db) { return ClaimNext(db, claim); });
}

Result<std::vector<Command>> SqliteStore::ExpireCommands(Time now, size_t count_max) {
  return writer_->Run<Commands>(StoreOperation::kExpireCommands, [now, count_max](Connection& db) {
    return Expire(db, now, count_max);
  });
}

Result<std::vector<StateCount>> SqliteStore::CountCommands() {
  return readers_->Run(StoreOperation::kCountCommands,
                       [](Connection& db) -> Result<std::vector<StateCount>> {
                         Query query(db, "count_commands");
                         return ReadCounts(query);
                       });
}

Result<std::vector<StateCount>> SqliteStore::CountAgentCommands(const std::string& agent_id) {
  return readers_->Run(StoreOperation::kCountAgentCommands,
                       [&](Connection& db) -> Result<std::vector<StateCount>> {
                         Query query(db, "count_agent_commands");
                         query.Bind(":agent_id", agent_id);
                         return ReadCounts(query);
                       });
}

}  // namespace edgeplane::storage
