#include <limits>

#include "storage/byte_budget.h"
#include "storage/cursor.h"
#include "storage/postgres/event_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Rows;
using postgres::Step;
using postgres::Transaction;

namespace {

using Events = std::vector<Event>;
using Reports = postgres::Items<Events, size_t>;

Status RecordAll(Transaction& tx, const Reports& items) {
  std::vector<Events> callers;
  for (const auto* item : items) callers.push_back(item->request);
  postgres::StoreEvents(tx, callers, [items](const std::vector<size_t>& stored) {
    for (size_t i = 0; i < items.size(); ++i) items[i]->answer.emplace(stored[i]);
  });
  return {};
}

// Nothing for any.
std::optional<std::string> TypeOf(const EventFilter& filter) {
  if (filter.event_type.empty()) return std::nullopt;
  return filter.event_type;
}

Step ListStep(const EventFilter& filter, int64_t before, int64_t count) {
  if (!filter.agent_id.empty()) {
    return Step("list_agent_events", before, count, filter.agent_id, TypeOf(filter));
  }
  if (!filter.event_type.empty()) {
    return Step("list_type_events", before, count, filter.event_type);
  }
  return Step("list_events", before, count);
}

Step ReadStep(const EventFilter& filter, int64_t after, int64_t count, int64_t bytes) {
  if (!filter.agent_id.empty()) {
    return Step("read_agent_events", after, count, bytes, filter.agent_id, TypeOf(filter));
  }
  if (!filter.event_type.empty()) {
    return Step("read_type_events", after, count, bytes, filter.event_type);
  }
  return Step("read_events", after, count, bytes);
}

// A count or a size as the database takes it.
int64_t Bounded(size_t number) {
  return static_cast<int64_t>(std::min<size_t>(number, std::numeric_limits<int64_t>::max()));
}

}  // namespace

Result<size_t> PostgresStore::RecordEvents(const std::vector<Event>& events) {
  return writers_->Submit<Events, size_t, &RecordAll>(StoreOperation::kRecordEvents, events, {},
                                                      events.size());
}

Result<Page<Event>> PostgresStore::ListEvents(const EventFilter& filter, const PageRequest& page) {
  const Result<std::optional<int64_t>> from = ReadEventCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListEvents, [&](Connection& db) -> Result<Page<Event>> {
    const int64_t before = from->value_or(std::numeric_limits<int64_t>::max());
    const Result<Rows> rows = db.Run(ListStep(filter, before, Bounded(PageSize(page) + 1)));
    if (!rows.ok()) return rows.error();
    return CutToPage(postgres::ReadEvents(*rows), page,
                     [](const Event& last) { return EventCursor(last.sequence); });
  });
}

Result<std::vector<Event>> PostgresStore::ReadEvents(const EventFilter& filter, int64_t after,
                                                     size_t count_max, size_t bytes_max) {
  return readers_->Run(StoreOperation::kReadEvents, [&](Connection& db) -> Result<Events> {
    const Result<Rows> rows =
        db.Run(ReadStep(filter, after, Bounded(count_max), Bounded(bytes_max)));
    if (!rows.ok()) return rows.error();
    Events events = postgres::ReadEvents(*rows);
    ByteBudget budget(bytes_max);
    size_t taken = 0;
    while (taken < events.size() && budget.Take(events[taken].details_json.size())) ++taken;
    events.resize(taken);
    return events;
  });
}

Result<int64_t> PostgresStore::LastEventSequence() {
  return readers_->Run(StoreOperation::kLastEventSequence, [](Connection& db) -> Result<int64_t> {
    const Result<Rows> rows = db.Run("last_event_sequence");
    if (!rows.ok()) return rows.error();
    return rows->empty() ? 0 : rows->front().Number(0);
  });
}

}  // namespace edgeplane::storage
