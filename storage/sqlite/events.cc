#include <limits>

#include "storage/cursor.h"
#include "storage/sqlite/event_rows.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

using Events = std::vector<Event>;

void BindAgent(Query& query, const EventFilter& filter) {
  std::optional<std::string> type;
  if (!filter.event_type.empty()) type = filter.event_type;
  query.Bind(":agent_id", filter.agent_id).Bind(":event_type", type);
}

Result<Events> ListRows(Connection& db, const EventFilter& filter, int64_t before, size_t count) {
  const auto run = [&](Query& query) {
    query.Bind(":before", before).Bind(":limit", static_cast<int64_t>(count));
    return sqlite::ReadEvents(query);
  };
  if (!filter.agent_id.empty()) {
    Query query(db, "list_agent_events");
    BindAgent(query, filter);
    return run(query);
  }
  if (!filter.event_type.empty()) {
    Query query(db, "list_type_events");
    query.Bind(":event_type", filter.event_type);
    return run(query);
  }
  Query query(db, "list_events");
  return run(query);
}

Result<Events> ReadRows(Connection& db, const EventFilter& filter, int64_t after, size_t count_max,
                        size_t bytes_max) {
  const auto run = [&](Query& query) {
    query.Bind(":after", after).Bind(":limit", static_cast<int64_t>(count_max));
    return sqlite::ReadEvents(query, bytes_max);
  };
  if (!filter.agent_id.empty()) {
    Query query(db, "read_agent_events");
    BindAgent(query, filter);
    return run(query);
  }
  if (!filter.event_type.empty()) {
    Query query(db, "read_type_events");
    query.Bind(":event_type", filter.event_type);
    return run(query);
  }
  Query query(db, "read_events");
  return run(query);
}

}  // namespace

Result<size_t> SqliteStore::RecordEvents(const std::vector<Event>& events) {
  return writer_->Run<size_t>(StoreOperation::kRecordEvents, [events](Connection& db) {
    return sqlite::InsertEvents(db, events);
  });
}

Result<Page<Event>> SqliteStore::ListEvents(const EventFilter& filter, const PageRequest& page) {
  const Result<std::optional<int64_t>> from = ReadEventCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListEvents, [&](Connection& db) -> Result<Page<Event>> {
    const int64_t before = from->value_or(std::numeric_limits<int64_t>::max());
    Result<Events> rows = ListRows(db, filter, before, PageSize(page) + 1);
    if (!rows.ok()) return rows.error();
    return CutToPage(std::move(*rows), page,
                     [](const Event& last) { return EventCursor(last.sequence); });
  });
}

Result<std::vector<Event>> SqliteStore::ReadEvents(const EventFilter& filter, int64_t after,
                                                   size_t count_max, size_t bytes_max) {
  return readers_->Run(StoreOperation::kReadEvents, [&](Connection& db) {
    return ReadRows(db, filter, after, count_max, bytes_max);
  });
}

Result<int64_t> SqliteStore::LastEventSequence() {
  return readers_->Run(StoreOperation::kLastEventSequence, [](Connection& db) -> Result<int64_t> {
    Query query(db, "last_event_sequence");
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    return *row ? query.Number(0) : 0;
  });
}

}  // namespace edgeplane::storage
