// MemoryStore: what has grown old goes, a little at a time.
#include <algorithm>
#include <map>

#include "storage/memory/memory_store.h"

namespace edgeplane::storage {
namespace {

// Of a map, the oldest of those that are old: up to `count_max`. `time_of` gives
// nothing for what stays.
template <class Map, class TimeOf>
size_t Prune(Map& map, Time before, size_t count_max, const TimeOf& time_of) {
  std::multimap<Time, typename Map::key_type> old;
  for (const auto& [key, value] : map) {
    const std::optional<Time> time = time_of(value);
    if (time && *time < before) old.emplace(*time, key);
  }
  size_t pruned = 0;
  for (const auto& [time, key] : old) {
    if (pruned == count_max) break;
    map.erase(key);
    ++pruned;
  }
  return pruned;
}

}  // namespace

Result<size_t> MemoryStore::PruneEvents(Time before, size_t count_max) {
  return Write([&]() -> Result<size_t> {
    return Prune(events_, before, count_max,
                 [](const Event& event) { return std::optional(event.receive_time); });
  });
}

Result<size_t> MemoryStore::PruneRefusals(Time before, size_t count_max) {
  return Write([&]() -> Result<size_t> {
    return Prune(refusals_, before, count_max,
                 [](const Refusal& refusal) { return std::optional(refusal.last_time); });
  });
}

Result<size_t> MemoryStore::PruneAudit(Time before, size_t count_max) {
  return Write([&]() -> Result<size_t> {
    return Prune(audit_, before, count_max,
                 [](const AuditEntry& entry) { return std::optional(entry.create_time); });
  });
}

Result<size_t> MemoryStore::PruneCommands(Time before, size_t count_max) {
  return Write([&]() -> Result<size_t> {
    return Prune(commands_, before, count_max, [](const StoredCommand& stored) {
      const Command& command = stored.record.command;
      return IsFinal(command.state)
                 ? std::optional(std::max(command.create_time, command.update_time))
                 : std::nullopt;
    });
  });
}

}  // namespace edgeplane::storage
