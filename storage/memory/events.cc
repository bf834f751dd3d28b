#include <algorithm>

#include "storage/byte_budget.h"
#include "storage/cursor.h"
#include "storage/memory/memory_store.h"

namespace edgeplane::storage {
namespace {

bool Matches(const EventFilter& filter, const Event& event) {
  if (!filter.agent_id.empty() && filter.agent_id != event.agent_id) return false;
  return filter.event_type.empty() || filter.event_type == event.event_type;
}

}  // namespace

bool MemoryStore::InsertEvent(const Event& event) {
  const bool stored_before = std::any_of(events_.begin(), events_.end(), [&](const auto& row) {
    return row.second.agent_id == event.agent_id && row.second.event_id == event.event_id;
  });
  if (stored_before) return false;
  Event stored = event;
  stored.sequence = ++event_sequence_;
  events_.emplace(event_sequence_, std::move(stored));
  return true;
}

Result<size_t> MemoryStore::RecordEvents(const std::vector<Event>& events) {
  return Write([&]() -> Result<size_t> {
    return static_cast<size_t>(std::count_if(
        events.begin(), events.end(), [&](const Event& event) { return InsertEvent(event); }));
  });
}

Result<Page<Event>> MemoryStore::ListEvents(const EventFilter& filter, const PageRequest& page) {
  return Read([&]() -> Result<Page<Event>> {
    const Result<std::optional<int64_t>> from = ReadEventCursor(page);
    if (!from.ok()) return from.error();
    Page<Event> result;
    for (auto row = events_.rbegin(); row != events_.rend(); ++row) {
      if (*from && row->first >= **from) continue;
      if (!Matches(filter, row->second)) continue;
      if (result.items.size() == PageSize(page)) {
        result.next = EventCursor(result.items.back().sequence);
        break;
      }
      result.items.push_back(row->second);
    }
    return result;
  });
}

Result<std::vector<Event>> MemoryStore::ReadEvents(const EventFilter& filter, int64_t after,
                                                   size_t count_max, size_t bytes_max) {
  return Read([&]() -> Result<std::vector<Event>> {
    std::vector<Event> events;
    ByteBudget budget(bytes_max);
    for (auto row = events_.upper_bound(after); row != events_.end(); ++row) {
      if (events.size() == count_max) break;
      if (!Matches(filter, row->second)) continue;
      if (!budget.Take(row->second.details_json.size())) break;
      events.push_back(row->second);
    }
    return events;
  });
}

Result<int64_t> MemoryStore::LastEventSequence() {
  return Read([&]() -> Result<int64_t> { return event_sequence_; });
}

}  // namespace edgeplane::storage
