#include "storage/postgres/event_rows.h"

#include <utility>

namespace edgeplane::storage::postgres {

void StoreEvents(Transaction& tx, const std::vector<std::vector<Event>>& callers,
                 std::function<void(const std::vector<size_t>&)> done) {
  std::vector<int64_t> caller, channel;
  std::vector<std::string> agent_id, event_id, type, thread, details;
  std::vector<Time> receive_time;
  for (size_t i = 0; i < callers.size(); ++i) {
    for (const Event& event : callers[i]) {
      caller.push_back(static_cast<int64_t>(i));
      agent_id.push_back(event.agent_id);
      event_id.push_back(event.event_id);
      type.push_back(event.event_type);
      thread.push_back(event.thread_id);
      receive_time.push_back(event.receive_time);
      channel.push_back(static_cast<int64_t>(event.channel));
      details.push_back(event.details_json);
    }
  }
  if (caller.empty()) {
    done(std::vector<size_t>(callers.size()));
    return;
  }
  tx.Defer("lock_events");
  tx.Defer(Step("insert_events", caller, agent_id, event_id, type, thread, receive_time, channel,
                details),
           [count = callers.size(), done = std::move(done)](const Rows& rows) {
             std::vector<size_t> stored(count);
             for (const Row row : rows) {
               stored.at(static_cast<size_t>(row.Number(0))) = static_cast<size_t>(row.Number(1));
             }
             done(stored);
           });
}

std::vector<Event> ReadEvents(const Rows& rows) {
  std::vector<Event> events;
  for (const Row row : rows) {
    Event event;
    event.sequence = row.Number(0);
    event.agent_id = row.Bytes(1);
    event.event_id = row.Bytes(2);
    event.event_type = row.Bytes(3);
    event.thread_id = row.Bytes(4);
    event.details_json = row.Bytes(5);
    event.receive_time = row.TimeAt(6);
    event.channel = static_cast<Channel>(row.Number(7));  // 1..4, as the schema checks
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace edgeplane::storage::postgres
