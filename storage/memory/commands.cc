#include <algorithm>

#include "storage/byte_budget.h"
#include "storage/cursor.h"
#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {
namespace {

Command AsListed(Command command) {
  command.history.clear();
  command.result_json.clear();
  return command;
}

bool Matches(const CommandFilter& filter, const Command& command) {
  if (!filter.agent_id.empty() && filter.agent_id != command.agent_id) return false;
  return filter.states.empty() || std::find(filter.states.begin(), filter.states.end(),
                                            command.state) != filter.states.end();
}

}  // namespace

Result<Enqueued> MemoryStore::EnqueueCommand(const NewCommand& command, int64_t unfinished_max) {
  return Write([&]() -> Result<Enqueued> {
    const std::string digest = ContentDigest(command);
    if (!command.idempotency_key.empty()) {
      for (const auto& [sequence, stored] : commands_) {
        const Command& earlier = stored.record.command;
        if (earlier.agent_id != command.agent_id ||
            earlier.idempotency_key != command.idempotency_key) {
          continue;
        }
        if (stored.content_digest != digest) return IdempotencyKeyReused();
        return Enqueued{earlier, false};
      }
    }
    if (FindAgent(command.agent_id) == nullptr) return AgentNotFound(command.agent_id);
    if (CountUnfinished(command.agent_id) >= unfinished_max) {
      return CommandQueueFull(command.agent_id, unfinished_max);
    }
    if (FindCommand(command.command_id) != nullptr) return CommandIdTaken(command.command_id);
    StoredCommand stored{NewRecord(command), digest, {}};
    stored.record.sequence = ++sequence_;
    const auto created = commands_.emplace(sequence_, std::move(stored)).first;
    return Enqueued{created->second.record.command, true};
  });
}

Result<Command> MemoryStore::GetCommand(const std::string& command_id) {
  return Read([&]() -> Result<Command> {
    const StoredCommand* stored = FindCommand(command_id);
    if (stored == nullptr) return CommandNotFound(command_id);
    return stored->record.command;
  });
}

Result<Page<Command>> MemoryStore::ListCommands(const CommandFilter& filter,
                                                const PageRequest& page) {
  return Read([&]() -> Result<Page<Command>> {
    const Result<std::optional<int64_t>> from = ReadCommandCursor(page);
    if (!from.ok()) return from.error();
    Page<Command> result;
    int64_t last = 0;
    for (auto row = commands_.rbegin(); row != commands_.rend(); ++row) {
      if (*from && row->first >= **from) continue;
      if (!Matches(filter, row->second.record.command)) continue;
      if (result.items.size() == PageSize(page)) {
        result.next = CommandCursor(last);
        break;
      }
      result.items.push_back(AsListed(row->second.record.command));
      last = row->first;
    }
    return result;
  });
}

Result<Command> MemoryStore::CancelCommand(const std::string& command_id, const std::string& reason,
                                           Time now) {
  return Write([&]() -> Result<Command> {
    StoredCommand* stored = FindCommand(command_id);
    if (stored == nullptr) return CommandNotFound(command_id);
    const Advance advance = AdvanceRecord(stored->record, Cancellation(reason, now));
    if (advance.effect != StepEffect::kMoves) return CommandIsFinal(command_id);
    return stored->record.command;
  });
}

Result<std::vector<Command>> MemoryStore::ClaimCommands(const Claim& claim) {
  return Write([&]() -> Result<std::vector<Command>> {
    if (!IsReached(claim.fence, claim.link)) return SessionFenced();
    return HandOut(claim.fence.agent_id, claim.count_max, claim.bytes_max, Delivery(claim));
  });
}

std::vector<Command> MemoryStore::HandOut(const std::string& agent_id, size_t count_max,
                                          size_t bytes_max, const Occurrence& delivery) {
  std::vector<StoredCommand*> queue;
  for (auto& [sequence, stored] : commands_) {
    const Command& command = stored.record.command;
    if (command.agent_id == agent_id && command.state == CommandState::kQueued &&
        command.expire_time > delivery.time) {
      queue.push_back(&stored);
    }
  }
  std::stable_partition(queue.begin(), queue.end(), [](const StoredCommand* stored) {
    return stored->record.command.immediate;
  });
  std::vector<Command> given;
  ByteBudget budget(bytes_max);
  for (StoredCommand* stored : queue) {
    if (given.size() == count_max) break;
    if (!budget.Take(stored->record.command.payload_json.size())) break;
    AdvanceRecord(stored->record, delivery);
    given.push_back(stored->record.command);
  }
  return given;
}

Result<std::vector<AckOutcome>> MemoryStore::ApplyAcks(const std::vector<Ack>& acks) {
  return Write([&]() -> Result<std::vector<AckOutcome>> {
    std::vector<AckOutcome> outcomes;
    for (const Ack& ack : acks) outcomes.push_back(ApplyAck(ack));
    return outcomes;
  });
}

AckOutcome MemoryStore::ApplyAck(const Ack& ack) {
  StoredCommand* stored = FindOwnCommand(ack.fence.agent_id, ack.command_id);
  const std::pair<std::string, int64_t> name(ack.fence.session_id, ack.ordinal);
  const bool applied_before = stored != nullptr && stored->acks.contains(name);
  const AckJudgement judgement = JudgeAck(ack, IsOpen(ack.fence), applied_before,
                                          stored != nullptr ? &stored->record : nullptr);
  const bool applied = judgement.outcome.verdict == AckVerdict::kApplied;
  if (applied && ack.ordinal != 0) stored->acks.insert(name);
  return judgement.outcome;
}

Result<std::vector<Command>> MemoryStore::ExpireCommands(Time now, size_t count_max) {
  return Write([&]() -> Result<std::vector<Command>> {
    std::vector<Command> expired;
    for (auto& [sequence, stored] : commands_) {
      if (expired.size() == count_max) break;
      const Command& command = stored.record.command;
      if (IsFinal(command.state) || command.expire_time > now) continue;
      AdvanceRecord(stored.record, Expiry(now));
      expired.push_back(command);
    }
    return expired;
  });
}

Result<std::vector<StateCount>> MemoryStore::CountCommands() {
  return Read([&]() -> Result<std::vector<StateCount>> {
    std::map<CommandState, int64_t> counts;
    for (const auto& [sequence, stored] : commands_) ++counts[stored.record.command.state];
    std::vector<StateCount> result;
    for (const auto& [state, count] : counts) result.push_back({state, count});
    return result;
  });
}

Result<std::vector<StateCount>> MemoryStore::CountAgentCommands(const std::string& agent_id) {
  return Read([&]() -> Result<std::vector<StateCount>> {
    std::map<CommandState, int64_t> counts;
    for (const auto& [sequence, stored] : commands_) {
      const Command& command = stored.record.command;
      if (command.agent_id == agent_id && !IsFinal(command.state)) ++counts[command.state];
    }
    std::vector<StateCount> result;
    for (const auto& [state, count] : counts) result.push_back({state, count});
    return result;
  });
}

MemoryStore::StoredCommand* MemoryStore::FindCommand(const std::string& command_id) {
  for (auto& [sequence, stored] : commands_) {
    if (stored.record.command.command_id == command_id) return &stored;
  }
  return nullptr;
}

MemoryStore::StoredCommand* MemoryStore::FindOwnCommand(const std::string& agent_id,
                                                        const std::string& command_id) {
  StoredCommand* stored = FindCommand(command_id);
  if (stored == nullptr || stored->record.command.agent_id != agent_id) return nullptr;
  return stored;
}

int64_t MemoryStore::CountUnfinished(const std::string& agent_id) const {
  return std::count_if(commands_.begin(), commands_.end(), [&](const auto& row) {
    const Command& command = row.second.record.command;
    return command.agent_id == agent_id && !IsFinal(command.state);
  });
}

}  // namespace edgeplane::storage
