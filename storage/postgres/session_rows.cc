#include "storage/postgres/session_rows.h"

#include "storage/postgres/command_rows.h"

namespace edgeplane::storage::postgres {

Session ReadSession(const Row& row, int first) {
  return {row.Bytes(first + 1),  row.Bytes(first),      row.Bytes(first + 2), row.Bytes(first + 3),
          row.TimeAt(first + 4), row.Number(first + 5), row.Bytes(first + 6), {}};
}

Status DecideDelivered(Transaction& tx, const std::map<std::string, Decide>& decisions,
                       std::map<std::string, CommandMoves>& moved) {
  if (decisions.empty()) return {};
  std::vector<std::string> agent_ids;
  for (const auto& [agent_id, decide] : decisions) agent_ids.push_back(agent_id);
  const Result<Rows> delivered = tx.Run("list_delivered", agent_ids);
  if (!delivered.ok()) return delivered.error();
  std::vector<int64_t> sequences;
  for (const Row row : *delivered) sequences.push_back(row.Number(1));
  Result<std::vector<LoadedCommand>> commands = LoadCommands(tx, sequences);
  if (!commands.ok()) return commands.error();
  std::vector<SavedStep> saved;
  for (LoadedCommand& loaded : *commands) {
    const Command& command = loaded.record.command;
    const std::optional<Occurrence> what = decisions.at(command.agent_id)(command.command_id);
    if (!what) continue;
    Advance advance = AdvanceRecord(loaded.record, *what);
    if (!advance.step) continue;
    saved.push_back({&loaded.record, std::move(*advance.step), std::nullopt});
    moved[command.agent_id].push_back({command.command_id, command.state});
  }
  SaveSteps(tx, saved);
  return {};
}

Decide EndedAt(Time now, WrittenCommands written) {
  return [now, written = std::move(written)](const std::string& id) {
    return EndOfSession(id, written, now);
  };
}

// Ends the open sessions of these agents.
Status Close(Transaction& tx, const std::map<std::string, Decide>& ends,
             std::map<std::string, CommandMoves>& moved) {
  if (ends.empty()) return {};
  std::vector<std::string> agent_ids;
  for (const auto& [agent_id, decide] : ends) {
    tx.Find(agent_id)->session.reset();
    agent_ids.push_back(agent_id);
  }
  tx.Defer("delete_sessions", agent_ids);
  return DecideDelivered(tx, ends, moved);
}

bool IsOpen(Transaction& tx, const Fence& fence) {
  const LockedAgent* agent = tx.Find(fence.agent_id);
  return agent != nullptr && IsHeldBy(agent->session, fence);
}

AwaitedSession ReadAwaited(const Row& row) {
  return {row.Bytes(0), row.Bytes(1), row.Bytes(2), Duration(row.Number(3))};
}

void UpdateLapses(Transaction& tx, const std::vector<std::string>& agent_ids) {
  if (!agent_ids.empty()) tx.Defer("update_lapses", agent_ids);
}

}  // namespace edgeplane::storage::postgres
