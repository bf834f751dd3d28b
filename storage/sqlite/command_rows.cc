#include "storage/sqlite/command_rows.h"

#include "storage/byte_budget.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::sqlite {
namespace {

// In the order of the columns of get_command and the lists.
CommandRecord ReadCommand(const Query& row) {
  CommandRecord record;
  Command& command = record.command;
  record.sequence = row.Number(0);
  command.command_id = row.Bytes(1);
  command.agent_id = row.Bytes(2);
  command.type = row.Bytes(3);
  command.payload_json = row.Bytes(4);
  command.immediate = row.Number(5) != 0;
  command.state = static_cast<CommandState>(row.Number(6));  // 1..9, as the schema checks
  command.max_deliveries = static_cast<int32_t>(row.Number(7));
  command.deliveries = static_cast<int32_t>(row.Number(8));
  command.idempotency_key = row.Bytes(9);
  command.create_time = row.TimeAt(10);
  command.expire_time = row.TimeAt(11);
  command.update_time = row.TimeAt(12);
  command.error = row.Bytes(13);
  record.steps = static_cast<int32_t>(row.Number(14));
  record.deliver_time = row.OptionalTime(15);
  record.deliver_channel = static_cast<Channel>(row.Number(16));  // 1..4, as the schema checks
  record.deliver_session = row.Bytes(17);
  command.result_json = row.Bytes(18);
  return record;
}

Status LoadHistory(Connection& db, CommandRecord& record) {
  Query query(db, "list_steps");
  query.Bind(":sequence", record.sequence);
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return {};
    record.command.history.push_back({static_cast<int32_t>(query.Number(0)), query.TimeAt(1),
                                      static_cast<CommandState>(query.Number(2)),
                                      static_cast<Channel>(query.Number(3)), query.Bytes(4),
                                      query.Bytes(5)});
  }
}

Status InsertStep(Connection& db, int64_t sequence, const CommandStep& step,
                  std::optional<int64_t> ordinal) {
  Query query(db, "insert_step");
  query.Bind(":sequence", sequence)
      .Bind(":number", static_cast<int64_t>(step.number))
      .Bind(":time", step.time)
      .Bind(":state", static_cast<int64_t>(step.state))
      .Bind(":channel", static_cast<int64_t>(step.channel))
      .Bind(":session_id", step.session_id)
      .Bind(":ordinal", ordinal)
      .Bind(":detail", step.detail);
  return query.Run();
}

// Takes the steps out of the history that `step` leaves no room for.
Status ForgetSteps(Connection& db, int64_t sequence, const CommandStep& step) {
  const std::optional<int32_t> last = ForgottenUpTo(step);
  if (!last) return {};
  Query query(db, "forget_steps");
  query.Bind(":sequence", sequence).Bind(":last", static_cast<int64_t>(*last));
  return query.Run();
}

}  // namespace

Result<std::optional<int64_t>> FindCommand(Connection& db, const std::string& command_id) {
  Query query(db, "find_command");
  query.Bind(":command_id", command_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return std::optional<int64_t>();
  return std::optional<int64_t>(query.Number(0));
}

Result<CommandRecord> LoadCommand(Connection& db, int64_t sequence) {
  Query query(db, "get_command");
  query.Bind(":sequence", sequence);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return IndexDamaged();
  CommandRecord record = ReadCommand(query);
  if (Status loaded = LoadHistory(db, record); !loaded.ok()) return loaded.error();
  return record;
}

Result<std::vector<CommandRecord>> ReadCommands(Query& query) {
  std::vector<CommandRecord> records;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return records;
    records.push_back(ReadCommand(query));
  }
}

Status InsertCommand(Connection& db, CommandRecord& record, const std::string& content_digest) {
  const Command& command = record.command;
  std::optional<std::string> key;
  if (!command.idempotency_key.empty()) key = command.idempotency_key;
  Query query(db, "insert_command");
  query.Bind(":command_id", command.command_id)
      .Bind(":agent_id", command.agent_id)
      .Bind(":immediate", static_cast<int64_t>(command.immediate))
      .Bind(":max_deliveries", static_cast<int64_t>(command.max_deliveries))
      .Bind(":create_time", command.create_time)
      .Bind(":expire_time", command.expire_time)
      .Bind(":idempotency_key", key)
      .BindBlob(":content_digest", content_digest)
      .Bind(":type", command.type)
      .Bind(":payload_json", command.payload_json);
  if (Status inserted = query.Run(); !inserted.ok()) return inserted;
  if (ChangedRows(db) == 0) return CommandIdTaken(command.command_id);
  record.sequence = sqlite3_last_insert_rowid(db.handle());
  return InsertStep(db, record.sequence, command.history.front(), std::nullopt);
}

Status SaveStep(Connection& db, const CommandRecord& record, const CommandStep& step,
                std::optional<int64_t> ordinal) {
  const Command& command = record.command;
  Query query(db, "update_command");
  query.Bind(":sequence", record.sequence)
      .Bind(":state", static_cast<int64_t>(command.state))
      .Bind(":deliveries", static_cast<int64_t>(command.deliveries))
      .Bind(":steps", static_cast<int64_t>(record.steps))
      .Bind(":update_time", command.update_time)
      .Bind(":deliver_time", record.deliver_time)
      .Bind(":deliver_channel", static_cast<int64_t>(record.deliver_channel))
      .Bind(":deliver_session", record.deliver_session)
      .Bind(":error", command.error)
      .Bind(":result_json", command.result_json);
  if (Status updated = query.Run(); !updated.ok()) return updated;
  if (Status forgot = ForgetSteps(db, record.sequence, step); !forgot.ok()) return forgot;
  return InsertStep(db, record.sequence, step, ordinal);
}

Result<CommandRecord> AdvanceOne(Connection& db, int64_t sequence, const Occurrence& what) {
  Result<CommandRecord> record = LoadCommand(db, sequence);
  if (!record.ok()) return record;
  const Advance advance = AdvanceRecord(*record, what);
  if (advance.step) {
    Status saved = SaveStep(db, *record, *advance.step, std::nullopt);
    if (!saved.ok()) return saved.error();
  }
  return record;
}

Result<std::vector<Command>> AdvanceAll(Connection& db, const std::vector<int64_t>& sequences,
                                        const Occurrence& what) {
  std::vector<Command> commands;
  for (const int64_t sequence : sequences) {
    Result<CommandRecord> record = AdvanceOne(db, sequence, what);
    if (!record.ok()) return record.error();
    commands.push_back(std::move(record->command));
  }
  return commands;
}

Result<std::vector<Command>> HandOut(Connection& db, const std::string& agent_id, size_t count_max,
                                     size_t bytes_max, const Occurrence& delivery) {
  std::vector<int64_t> chosen;
  {
    Query query(db, "list_queue");
    query.Bind(":agent_id", agent_id)
        .Bind(":now", delivery.time)
        .Bind(":limit", static_cast<int64_t>(count_max));
    ByteBudget budget(bytes_max);
    while (true) {
      const Result<bool> row = query.Next();
      if (!row.ok()) return row.error();
      if (!*row) break;
      if (!budget.Take(static_cast<size_t>(query.Number(1)))) break;
      chosen.push_back(query.Number(0));
    }
  }
  return AdvanceAll(db, chosen, delivery);
}

}  // namespace edgeplane::storage::sqlite
