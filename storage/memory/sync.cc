#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

Result<SyncOutcome> MemoryStore::SyncAgent(const SyncRequest& request) {
  return Write([&]() -> Result<SyncOutcome> {
    StoredAgent* stored = FindAgent(request.agent_id);
    if (stored == nullptr) return AgentNotFound(request.agent_id);
    if (stored->agent.disabled) return AgentIsDisabled(request.agent_id);
    SyncOutcome outcome;
    outcome.received = ReceiveNamed(request);
    for (const Event& event : SyncedEvents(request)) {
      if (InsertEvent(event)) ++outcome.events_stored;
    }
    if (request.status && (!stored->status || stored->status->time <= request.status->time)) {
      stored->status = request.status;
    }
    stored->agent.last_sync_time = request.now;
    outcome.commands =
        HandOut(request.agent_id, request.count_max, request.bytes_max, SyncDelivery(request));
    outcome.config = HandOutConfig(*stored, request);
    return outcome;
  });
}

std::vector<Command> MemoryStore::ReceiveNamed(const SyncRequest& request) {
  std::vector<Command> received;
  const StoredCommand* named = FindOwnCommand(request.agent_id, request.last_command_id);
  if (named == nullptr) return received;
  // Moving a command does not change where it was delivered.
  const std::string sync_id = SyncOf(named->record);
  for (auto& [sequence, stored] : commands_) {
    const bool together = !sync_id.empty() && stored.record.command.agent_id == request.agent_id &&
                          SyncOf(stored.record) == sync_id;
    if (!together && &stored != named) continue;
    if (!IsUnreceived(stored.record)) continue;
    AdvanceRecord(stored.record, NamedBySync(request));
    received.push_back(stored.record.command);
  }
  return received;
}

Result<SyncReturned> MemoryStore::ReturnSync(const std::string& agent_id,
                                             const std::string& sync_id, Time now) {
  return Write([&]() -> Result<SyncReturned> {
    SyncReturned returned;
    for (auto& [sequence, stored] : commands_) {
      const Command& command = stored.record.command;
      if (command.agent_id != agent_id || command.state != CommandState::kDelivered) continue;
      if (SyncOf(stored.record) != sync_id) continue;
      AdvanceRecord(stored.record, SyncUnanswered(now));
      returned.commands.push_back(command);
    }
    StoredAgent* stored = FindAgent(agent_id);
    if (stored != nullptr && ReturnConfig(stored->config, sync_id)) {
      stored->agent.delivered_config_version = stored->config.config.delivered_version;
      returned.config = true;
    }
    return returned;
  });
}

Result<std::vector<Command>> MemoryStore::ReleaseOverdue(Time delivered_before, Time now,
                                                         size_t count_max) {
  return Write([&]() -> Result<std::vector<Command>> {
    std::multimap<Time, StoredCommand*> overdue;
    for (auto& [sequence, stored] : commands_) {
      const CommandRecord& record = stored.record;
      if (!IsOverdue(record, delivered_before)) continue;
      overdue.emplace(*record.deliver_time, &stored);
    }
    std::vector<Command> released;
    for (const auto& [time, stored] : overdue) {
      if (released.size() == count_max) break;
      AdvanceRecord(stored->record, SyncOverdue(now));
      released.push_back(stored->record.command);
    }
    return released;
  });
}

}  // namespace edgeplane::storage
