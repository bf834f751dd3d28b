#include <limits>
#include <set>

#include "storage/cursor.h"
#include "storage/postgres/command_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::LockedAgent;
using postgres::Row;
using postgres::Rows;
using postgres::Step;
using postgres::Transaction;

namespace {

using Commands = std::vector<Command>;
using Ids = std::vector<std::string>;
using Claims = postgres::Items<Claim, Commands>;

// No agent twice.
Status ClaimRound(Transaction& tx, const Claims& items) {
  Claims held;
  std::vector<postgres::HandOut> wanted;
  for (auto* item : items) {
    const Claim& claim = item->request;
    const LockedAgent* agent = tx.Find(claim.fence.agent_id);
    if (agent == nullptr || !IsReachedBy(agent->session, claim.fence, claim.link)) {
      item->answer.emplace(SessionFenced());
      continue;
    }
    held.push_back(item);
    wanted.push_back({claim.fence.agent_id, claim.count_max, claim.bytes_max, Delivery(claim)});
  }
  auto given = postgres::HandOutAll(tx, wanted);
  if (!given.ok()) return given.error();
  for (size_t i = 0; i < held.size(); ++i) held[i]->answer.emplace(std::move((*given)[i]));
  return {};
}

Status ClaimAll(Transaction& tx, const Claims& items) {
  const auto agent_of = [](const auto& item) { return item.request.fence.agent_id; };
  for (const Claims& round : postgres::InRounds(items, agent_of)) {
    if (Status done = ClaimRound(tx, round); !done.ok()) return done;
  }
  return {};
}

Result<Command> Cancel(Transaction& tx, const std::string& command_id, const std::string& reason,
                       Time now) {
  const Result<Rows> agent = tx.Run("find_command_agent", command_id);
  if (!agent.ok()) return agent.error();
  if (agent->empty()) return CommandNotFound(command_id);
  Status locked = tx.Lock({agent->front().Bytes(0)});
  if (!locked.ok()) return locked.error();
  const auto rows = tx.RunAll(
      {Step("get_commands_by_id", Ids{command_id}), Step("list_steps_by_id", Ids{command_id})});
  if (!rows.ok()) return rows.error();
  std::vector<postgres::LoadedCommand> found = postgres::ReadCommands((*rows)[0], (*rows)[1]);
  if (found.empty()) return CommandNotFound(command_id);
  CommandRecord& record = found.front().record;
  const Advance advance = AdvanceRecord(record, Cancellation(reason, now));
  if (!advance.step) return CommandIsFinal(command_id);
  postgres::SaveSteps(tx, {{&record, *advance.step, std::nullopt}});
  return std::move(record.command);
}

Result<Commands> Expire(Transaction& tx, Time now, size_t count_max) {
  const Result<std::vector<int64_t>> sequences =
      postgres::LockOwners(tx, Step("list_expired", now, static_cast<int64_t>(count_max)));
  if (!sequences.ok()) return sequences.error();
  return postgres::AdvanceAll(tx, *sequences, Expiry(now));
}

// Nothing for any.
std::optional<std::vector<int64_t>> NumbersOf(const std::vector<CommandState>& states) {
  if (states.empty()) return std::nullopt;
  std::vector<int64_t> numbers;
  for (const CommandState state : states) numbers.push_back(static_cast<int64_t>(state));
  return numbers;
}

Step ListStep(const CommandFilter& filter, std::optional<int64_t> from, size_t count) {
  const int64_t before = from.value_or(std::numeric_limits<int64_t>::max());
  const auto limit = static_cast<int64_t>(count);
  const auto states = NumbersOf(filter.states);
  if (filter.agent_id.empty()) return Step("list_commands", before, states, limit);
  return Step("list_agent_commands", before, states, limit, filter.agent_id);
}

Result<std::vector<StateCount>> ReadCounts(const Result<Rows>& rows) {
  if (!rows.ok()) return rows.error();
  std::vector<StateCount> counts;
  for (const Row row : *rows) {
    counts.push_back({static_cast<CommandState>(row.Number(0)), row.Number(1)});
  }
  return counts;
}

}  // namespace

Result<Command> PostgresStore::GetCommand(const std::string& command_id) {
  return readers_->Run(StoreOperation::kGetCommand, [&](Connection& db) -> Result<Command> {
    const auto rows = db.Read(
        {Step("get_commands_by_id", Ids{command_id}), Step("list_steps_by_id", Ids{command_id})});
    if (!rows.ok()) return rows.error();
    std::vector<postgres::LoadedCommand> found = postgres::ReadCommands((*rows)[0], (*rows)[1]);
    if (found.empty()) return CommandNotFound(command_id);
    return std::move(found.front().record.command);
  });
}

Result<Page<Command>> PostgresStore::ListCommands(const CommandFilter& filter,
                                                  const PageRequest& page) {
  const Result<std::optional<int64_t>> from = ReadCommandCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListCommands, [&](Connection& db) -> Result<Page<Command>> {
    const Result<Rows> rows = db.Run(ListStep(filter, *from, PageSize(page) + 1));
    if (!rows.ok()) return rows.error();
    std::vector<CommandRecord> records;
    for (const Row row : *rows) records.push_back(postgres::ReadCommand(row));
    Page<CommandRecord> cut = CutToPage(std::move(records), page, [](const CommandRecord& last) {
      return CommandCursor(last.sequence);
    });
    Page<Command> result;
    for (CommandRecord& record : cut.items) result.items.push_back(std::move(record.command));
    result.next = std::move(cut.next);
    return result;
  });
}

Result<Command> PostgresStore::CancelCommand(const std::string& command_id,
                                             const std::string& reason, Time now) {
  return writers_->RunAlone<Command>(
      StoreOperation::kCancelCommand,
      [command_id, reason, now](Transaction& tx) { return Cancel(tx, command_id, reason, now); });
}

Result<std::vector<Command>> PostgresStore::ClaimCommands(const Claim& claim) {
  return writers_->Submit<Claim, Commands, &ClaimAll>(StoreOperation::kClaimCommands, claim,
                                                      {claim.fence.agent_id}, claim.count_max);
}

Result<std::vector<Command>> PostgresStore::ExpireCommands(Time now, size_t count_max) {
  return writers_->RunAlone<Commands>(
      StoreOperation::kExpireCommands,
      [now, count_max](Transaction& tx) { return Expire(tx, now, count_max); });
}

Result<std::vector<StateCount>> PostgresStore::CountCommands() {
  return readers_->Run(StoreOperation::kCountCommands,
                       [](Connection& db) { return ReadCounts(db.Run("count_commands")); });
}

Result<std::vector<StateCount>> PostgresStore::CountAgentCommands(const std::string& agent_id) {
  return readers_->Run(StoreOperation::kCountAgentCommands, [&](Connection& db) {
    return ReadCounts(db.Run("count_agent_commands", agent_id));
  });
}

}  // namespace edgeplane::storage
