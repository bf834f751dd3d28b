#include <map>

#include "storage/postgres/agent_rows.h"
#include "storage/postgres/command_rows.h"
#include "storage/postgres/config_rows.h"
#include "storage/postgres/event_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {

using postgres::LoadedCommand;
using postgres::Row;
using postgres::Rows;
using postgres::SavedStep;
using postgres::Step;
using postgres::Transaction;

namespace {

using Commands = std::vector<Command>;
using Sequences = std::vector<int64_t>;
using Item = postgres::CallOf<SyncRequest, SyncOutcome>;
using Syncs = postgres::Items<SyncRequest, SyncOutcome>;

SyncOutcome& OutcomeOf(Item& item) { return **item.answer; }

// The commands that the agents name, if they are theirs: the command by itself, or
// the sync that handed it out.
struct Named {
  std::vector<std::pair<Item*, int64_t>> alone;
  Syncs askers;  // alongside the next two
  std::vector<std::string> agent_ids;
  std::vector<std::string> sync_ids;
};

Result<Named> FindNamed(Transaction& tx, const Syncs& items) {
  std::vector<std::string> ids;
  for (const Item* item : items) {
    if (!item->request.last_command_id.empty()) ids.push_back(item->request.last_command_id);
  }
  Named named;
  if (ids.empty()) return named;
  const Result<Rows> rows = tx.Run("get_commands_by_id", ids);
  if (!rows.ok()) return rows.error();
  std::map<std::string, CommandRecord> found;
  for (const Row row : *rows) {
    CommandRecord record = postgres::ReadCommand(row);
    found.emplace(record.command.command_id, std::move(record));
  }
  for (Item* item : items) {
    const auto record = found.find(item->request.last_command_id);
    if (record == found.end()) continue;
    if (record->second.command.agent_id != item->request.agent_id) continue;
    const std::string sync_id = SyncOf(record->second);
    if (sync_id.empty()) {
      named.alone.emplace_back(item, record->second.sequence);
    } else {
      named.askers.push_back(item);
      named.agent_ids.push_back(item->request.agent_id);
      named.sync_ids.push_back(sync_id);
    }
  }
  return named;
}

Status ReceiveNamed(Transaction& tx, const Syncs& items) {
  const Result<Named> named = FindNamed(tx, items);
  if (!named.ok()) return named.error();
  std::vector<Item*> receivers;
  Sequences sequences;
  for (const auto& [item, sequence] : named->alone) {
    receivers.push_back(item);
    sequences.push_back(sequence);
  }
  if (!named->askers.empty()) {
    // Holds the named ones too, unless the agent has answered them.
    const Result<Rows> rows = tx.Run("list_synced", named->agent_ids, named->sync_ids);
    if (!rows.ok()) return rows.error();
    for (const Row row : *rows) {
      receivers.push_back(named->askers[static_cast<size_t>(row.Number(0) - 1)]);
      sequences.push_back(row.Number(1));
    }
  }
  Result<std::vector<LoadedCommand>> commands = postgres::LoadCommands(tx, sequences);
  if (!commands.ok()) return commands.error();
  std::vector<SavedStep> saved;
  for (size_t i = 0; i < commands->size(); ++i) {
    CommandRecord& record = (*commands)[i].record;
    if (!IsUnreceived(record)) continue;
    Advance advance = AdvanceRecord(record, NamedBySync(receivers[i]->request));
    if (!advance.step) continue;
    saved.push_back({&record, std::move(*advance.step), std::nullopt});
    OutcomeOf(*receivers[i]).received.push_back(record.command);
  }
  postgres::SaveSteps(tx, saved);
  return {};
}

void PutWhatTheyBring(Transaction& tx, const Syncs& items) {
  std::vector<ReportedStatus> statuses;
  std::vector<std::string> agent_ids;
  std::vector<Time> times;
  for (const Item* item : items) {
    const SyncRequest& request = item->request;
    if (request.status) statuses.push_back({request.agent_id, *request.status});
    agent_ids.push_back(request.agent_id);
    times.push_back(request.now);
  }
  postgres::PutStatuses(tx, statuses);
  tx.Defer("put_sync_times", agent_ids, times);
}

Status HandOutCommands(Transaction& tx, const Syncs& items) {
  std::vector<postgres::HandOut> wanted;
  for (const Item* item : items) {
    const SyncRequest& request = item->request;
    wanted.push_back(
        {request.agent_id, request.count_max, request.bytes_max, SyncDelivery(request)});
  }
  auto given = postgres::HandOutAll(tx, wanted);
  if (!given.ok()) return given.error();
  for (size_t i = 0; i < items.size(); ++i) {
    OutcomeOf(*items[i]).commands = std::move((*given)[i]);
  }
  return {};
}

Status HandOutConfigs(Transaction& tx, const Syncs& items) {
  std::vector<std::string> agent_ids;
  for (const Item* item : items) agent_ids.push_back(item->request.agent_id);
  auto configs = postgres::LoadConfigs(tx, agent_ids);
  if (!configs.ok()) return configs.error();
  std::vector<const ConfigRecord*> changed;
  for (Item* item : items) {
    const SyncRequest& request = item->request;
    ConfigRecord& record = configs->at(request.agent_id);
    if (!IsConfigDue(record, tx.Find(request.agent_id)->session)) continue;
    DeliverConfigBySync(record, request.sync_id, request.now);
    OutcomeOf(*item).config = record.config;
    changed.push_back(&record);
  }
  postgres::SaveConfigs(tx, changed);
  return {};
}

// No agent twice. All but the events.
Status SyncRound(Transaction& tx, const Syncs& round) {
  Syncs items;
  for (Item* item : round) {
    if (Status may = tx.CheckMayConnect(item->request.agent_id); !may.ok()) {
      item->answer.emplace(may.error());
      continue;
    }
    item->answer.emplace(SyncOutcome());
    items.push_back(item);
  }
  if (items.empty()) return {};
  Status done = ReceiveNamed(tx, items);
  if (!done.ok()) return done;
  PutWhatTheyBring(tx, items);
  done = HandOutCommands(tx, items);
  return done.ok() ? HandOutConfigs(tx, items) : done;
}

Status SyncAll(Transaction& tx, const Syncs& items) {
  const auto agent_of = [](const auto& item) { return item.request.agent_id; };
  for (const Syncs& round : postgres::InRounds(items, agent_of)) {
    if (Status done = SyncRound(tx, round); !done.ok()) return done;
  }
  Syncs bringers;
  std::vector<std::vector<Event>> events;
  for (Item* item : items) {
    if (!item->answer->ok()) continue;
    bringers.push_back(item);
    events.push_back(SyncedEvents(item->request));
  }
  postgres::StoreEvents(tx, events, [bringers](const std::vector<size_t>& stored) {
    for (size_t i = 0; i < bringers.size(); ++i) OutcomeOf(*bringers[i]).events_stored = stored[i];
  });
  return {};
}

Result<SyncReturned> Return(Transaction& tx, const std::string& agent_id,
                            const std::string& sync_id, Time now) {
  const std::vector<std::string> agent_ids = {agent_id};
  const Result<Rows> synced = tx.Run("list_synced", agent_ids, std::vector<std::string>{sync_id});
  if (!synced.ok()) return synced.error();
  Sequences delivered;
  for (const Row row : *synced) {
    const auto state = static_cast<CommandState>(row.Number(2));
    if (state == CommandState::kDelivered) delivered.push_back(row.Number(1));
  }
  Result<Commands> commands = postgres::AdvanceAll(tx, delivered, SyncUnanswered(now));
  if (!commands.ok()) return commands.error();
  auto configs = postgres::LoadConfigs(tx, agent_ids);
  if (!configs.ok()) return configs.error();
  ConfigRecord& record = configs->at(agent_id);
  SyncReturned returned{*std::move(commands), ReturnConfig(record, sync_id)};
  if (returned.config) postgres::SaveConfigs(tx, {&record});
  return returned;
}

Result<Commands> Release(Transaction& tx, Time delivered_before, Time now, size_t count_max) {
  const Result<Sequences> sequences = postgres::LockOwners(
      tx, Step("list_overdue", delivered_before, static_cast<int64_t>(count_max)));
  if (!sequences.ok()) return sequences.error();
  // One may have been handed out once more before its agent was locked.
  return postgres::AdvanceAll(tx, *sequences, SyncOverdue(now), [=](const CommandRecord& record) {
    return IsOverdue(record, delivered_before);
  });
}

}  // namespace

Result<SyncOutcome> PostgresStore::SyncAgent(const SyncRequest& request) {
  return writers_->Submit<SyncRequest, SyncOutcome, &SyncAll>(
      StoreOperation::kSyncAgent, request, {request.agent_id},
      1 + request.count_max + request.events.size());
}

Result<SyncReturned> PostgresStore::ReturnSync(const std::string& agent_id,
                                               const std::string& sync_id, Time now) {
  return writers_->Run<SyncReturned>(
      StoreOperation::kReturnSync, {agent_id},
      [agent_id, sync_id, now](Transaction& tx) { return Return(tx, agent_id, sync_id, now); });
}

Result<std::vector<Command>> PostgresStore::ReleaseOverdue(Time delivered_before, Time now,
                                                           size_t count_max) {
  return writers_->RunAlone<Commands>(StoreOperation::kReleaseOverdue,
                                      [delivered_before, now, count_max](Transaction& tx) {
                                        return Release(tx, delivered_before, now, count_max);
                                      });
}

}  // namespace edgeplane::storage
