#include "storage/sqlite/event_rows.h"

#include <limits>

#include "storage/byte_budget.h"

namespace edgeplane::storage::sqlite {
namespace {

// In the order of the columns of the lists.
Event ReadEvent(const Query& row) {
  Event event;
  event.sequence = row.Number(0);
  event.agent_id = row.Bytes(1);
  event.event_id = row.Bytes(2);
  event.event_type = row.Bytes(3);
  event.thread_id = row.Bytes(4);
  event.details_json = row.Bytes(5);
  event.receive_time = row.TimeAt(6);
  event.channel = static_cast<Channel>(row.Number(7));  // 1..4, as the schema checks
  return event;
}

Status InsertEvent(Connection& db, const Event& event) {
  Query query(db, "insert_event");
  query.Bind(":agent_id", event.agent_id)
      .Bind(":event_id", event.event_id)
      .Bind(":event_type", event.event_type)
      .Bind(":thread_id", event.thread_id)
      .Bind(":receive_time", event.receive_time)
      .Bind(":channel", static_cast<int64_t>(event.channel))
      .Bind(":details_json", event.details_json);
  return query.Run();
}

}  // namespace

Result<size_t> InsertEvents(Connection& db, const std::vector<Event>& events) {
  size_t inserted = 0;
  for (const Event& event : events) {
    if (Status done = InsertEvent(db, event); !done.ok()) return done.error();
    inserted += static_cast<size_t>(ChangedRows(db));
  }
  return inserted;
}

Result<std::vector<Event>> ReadEvents(Query& query) {
  return ReadEvents(query, std::numeric_limits<size_t>::max());
}

Result<std::vector<Event>> ReadEvents(Query& query, size_t bytes_max) {
  std::vector<Event> events;
  ByteBudget budget(bytes_max);
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return events;
    Event event = ReadEvent(query);
    if (!budget.Take(event.details_json.size())) return events;
    events.push_back(std::move(event));
  }
}

}  // namespace edgeplane::storage::sqlite
