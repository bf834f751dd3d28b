#include "storage/postgres/command_rows.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "storage/byte_budget.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::postgres {
namespace {

// Commands handed out to one agent at once; more is meant as "all there are".
constexpr size_t kHandOutMax = 100'000;

// One array for each column of update_commands.
void UpdateCommands(Transaction& tx, const std::map<int64_t, const CommandRecord*>& records) {
  std::vector<int64_t> sequence, state, deliveries, steps, channel;
  std::vector<Time> update_time;
  std::vector<std::optional<Time>> deliver_time;
  std::vector<std::string> session, error, result;
  for (const auto& [number, record] : records) {
    const Command& command = record->command;
    sequence.push_back(number);
    state.push_back(static_cast<int64_t>(command.state));
    deliveries.push_back(command.deliveries);
    steps.push_back(record->steps);
    update_time.push_back(command.update_time);
    deliver_time.push_back(record->deliver_time);
    channel.push_back(static_cast<int64_t>(record->deliver_channel));
    session.push_back(record->deliver_session);
    error.push_back(command.error);
    result.push_back(command.result_json);
  }
  tx.Defer("update_commands", sequence, state, deliveries, steps, update_time, deliver_time,
           channel, session, error, result);
}

void InsertSteps(Transaction& tx, const std::vector<SavedStep>& steps) {
  std::vector<int64_t> sequence, number, state, channel;
  std::vector<Time> time;
  std::vector<std::string> session, detail;
  std::vector<std::optional<int64_t>> ordinal;
  for (const SavedStep& saved : steps) {
    sequence.push_back(saved.record->sequence);
    number.push_back(saved.step.number);
    time.push_back(saved.step.time);
    state.push_back(static_cast<int64_t>(saved.step.state));
    channel.push_back(static_cast<int64_t>(saved.step.channel));
    session.push_back(saved.step.session_id);
    ordinal.push_back(saved.ordinal);
    detail.push_back(saved.step.detail);
  }
  tx.Defer("insert_steps", sequence, number, time, state, channel, session, ordinal, detail);
}

// Takes the steps out of the histories that these leave no room for.
void ForgetSteps(Transaction& tx, const std::vector<SavedStep>& steps) {
  std::vector<int64_t> sequence, last;
  for (const SavedStep& saved : steps) {
    const std::optional<int32_t> forgotten = ForgottenUpTo(saved.step);
    if (!forgotten) continue;
    sequence.push_back(saved.record->sequence);
    last.push_back(*forgotten);
  }
  if (!sequence.empty()) tx.Defer("forget_steps", sequence, last);
}

}  // namespace

CommandRecord ReadCommand(const Row& row) {
  CommandRecord record;
  Command& command = record.command;
  record.sequence = row.Number(0);
  command.command_id = row.Bytes(1);
  command.agent_id = row.Bytes(2);
  command.type = row.Bytes(3);
  command.payload_json = row.Bytes(4);
  command.immediate = row.Flag(5);
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

std::vector<LoadedCommand> ReadCommands(const Rows& commands, const Rows& steps) {
  std::vector<LoadedCommand> loaded;
  std::unordered_map<int64_t, size_t> places;
  for (const Row row : commands) {
    loaded.push_back({ReadCommand(row), {}});
    places.emplace(loaded.back().record.sequence, loaded.size() - 1);
  }
  for (const Row row : steps) {
    const auto place = places.find(row.Number(0));
    // Of a command that was not there yet when the commands were asked for.
    if (place == places.end()) continue;
    LoadedCommand& command = loaded[place->second];
    command.record.command.history.push_back({static_cast<int32_t>(row.Number(1)), row.TimeAt(2),
                                              static_cast<CommandState>(row.Number(3)),
                                              static_cast<Channel>(row.Number(4)), row.Bytes(5),
                                              row.Bytes(6)});
    if (!row.IsNull(7)) command.acks.emplace(row.Bytes(5), row.Number(7));
  }
  return loaded;
}

Result<std::vector<LoadedCommand>> LoadCommands(Transaction& tx,
                                                const std::vector<int64_t>& sequences) {
  if (sequences.empty()) return std::vector<LoadedCommand>();
  const auto rows = tx.RunAll({Step("get_commands", sequences), Step("list_steps", sequences)});
  if (!rows.ok()) return rows.error();
  std::unordered_map<int64_t, LoadedCommand> found;
  for (LoadedCommand& command : ReadCommands(rows->front(), rows->back())) {
    found.emplace(command.record.sequence, std::move(command));
  }
  std::vector<LoadedCommand> commands;
  for (const int64_t sequence : sequences) {
    const auto command = found.find(sequence);
    if (command == found.end()) return IndexDamaged();
    commands.push_back(std::move(command->second));
  }
  return commands;
}

Result<std::vector<int64_t>> LockOwners(Transaction& tx, const Step& list) {
  const auto rows = tx.RunAll({list});
  if (!rows.ok()) return rows.error();
  std::vector<int64_t> sequences;
  std::vector<std::string> agent_ids;
  for (const Row row : rows->front()) {
    sequences.push_back(row.Number(0));
    agent_ids.push_back(row.Bytes(1));
  }
  if (Status locked = tx.Lock(std::move(agent_ids)); !locked.ok()) return locked.error();
  return sequences;
}

void SaveSteps(Transaction& tx, const std::vector<SavedStep>& steps) {
  if (steps.empty()) return;
  std::map<int64_t, const CommandRecord*> records;
  for (const SavedStep& saved : steps) records[saved.record->sequence] = saved.record;
  UpdateCommands(tx, records);
  InsertSteps(tx, steps);
  ForgetSteps(tx, steps);
}

Result<std::vector<Command>> AdvanceAll(Transaction& tx, const std::vector<int64_t>& sequences,
                                        const Occurrence& what,
                                        const std::function<bool(const CommandRecord&)>& may) {
  Result<std::vector<LoadedCommand>> commands = LoadCommands(tx, sequences);
  if (!commands.ok()) return commands.error();
  std::vector<SavedStep> saved;
  std::vector<Command> moved;
  for (LoadedCommand& loaded : *commands) {
    if (!may(loaded.record)) continue;
    Advance advance = AdvanceRecord(loaded.record, what);
    if (!advance.step) continue;
    saved.push_back({&loaded.record, std::move(*advance.step), std::nullopt});
  }
  SaveSteps(tx, saved);
  for (const SavedStep& step : saved) moved.push_back(step.record->command);
  return moved;
}

Result<std::vector<std::vector<Command>>> HandOutAll(Transaction& tx,
                                                     const std::vector<HandOut>& wanted) {
  std::vector<std::vector<Command>> given(wanted.size());
  if (wanted.empty()) return given;
  std::vector<std::string> agent_ids;
  std::vector<Time> now;
  std::vector<int64_t> count_max;
  std::vector<ByteBudget> budgets;
  for (const HandOut& each : wanted) {
    agent_ids.push_back(each.agent_id);
    now.push_back(each.delivery.time);
    count_max.push_back(static_cast<int64_t>(std::min(each.count_max, kHandOutMax)));
    budgets.emplace_back(each.bytes_max);
  }
  const Result<Rows> queues = tx.Run("list_queues", agent_ids, now, count_max);
  if (!queues.ok()) return queues.error();
  std::vector<int64_t> sequences;
  std::vector<size_t> takers;  // alongside
  std::vector<bool> is_full(wanted.size());
  for (const Row row : *queues) {
    const auto taker = static_cast<size_t>(row.Number(0) - 1);
    if (is_full[taker]) continue;
    is_full[taker] = !budgets[taker].Take(static_cast<size_t>(row.Number(2)));
    if (is_full[taker]) continue;
    sequences.push_back(row.Number(1));
    takers.push_back(taker);
  }
  Result<std::vector<LoadedCommand>> commands = LoadCommands(tx, sequences);
  if (!commands.ok()) return commands.error();
  std::vector<SavedStep> saved;
  for (size_t i = 0; i < commands->size(); ++i) {
    CommandRecord& record = (*commands)[i].record;
    Advance advance = AdvanceRecord(record, wanted[takers[i]].delivery);
    if (!advance.step) continue;
    saved.push_back({&record, std::move(*advance.step), std::nullopt});
    given[takers[i]].push_back(record.command);
  }
  SaveSteps(tx, saved);
  return given;
}

}  // namespace edgeplane::storage::postgres
