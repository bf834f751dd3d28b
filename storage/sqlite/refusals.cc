#include <limits>

#include "storage/cursor.h"
#include "storage/sqlite/query.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

Status PutRefusal(Connection& db, const Refusal& refusal) {
  Query query(db, "put_refusal");
  query.Bind(":refusal_id", refusal.refusal_id)
      .Bind(":create_time", refusal.create_time)
      .Bind(":last_time", refusal.last_time)
      .Bind(":count", refusal.count)
      .Bind(":reason", static_cast<int64_t>(refusal.reason))
      .Bind(":http_status", static_cast<int64_t>(refusal.http_status))
      .Bind(":agent_id", refusal.agent_id)
      .Bind(":peer_address", refusal.peer_address)
      .Bind(":gateway_id", refusal.gateway_id)
      .BindBlob(":evidence", refusal.evidence);
  return query.Run();
}

// In the order of the columns of get_refusal and the lists.
Refusal ReadRefusal(const Query& row) {
  Refusal refusal;
  refusal.refusal_id = row.Bytes(0);
  refusal.reason = static_cast<int32_t>(row.Number(1));
  refusal.agent_id = row.Bytes(2);
  refusal.peer_address = row.Bytes(3);
  refusal.gateway_id = row.Bytes(4);
  refusal.create_time = row.TimeAt(5);
  refusal.last_time = row.TimeAt(6);
  refusal.count = row.Number(7);
  refusal.http_status = static_cast<int32_t>(row.Number(8));
  refusal.evidence = row.Bytes(9);
  return refusal;
}

Result<std::vector<Refusal>> ReadRefusals(Query& query) {
  std::vector<Refusal> refusals;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return refusals;
    refusals.push_back(ReadRefusal(query));
  }
}

// A JSON array; nothing for any.
std::optional<std::string> ReasonsToJson(const std::vector<int32_t>& reasons) {
  if (reasons.empty()) return std::nullopt;
  std::string json = "[";
  for (const int32_t reason : reasons) {
    if (json.size() > 1) json += ',';
    json += std::to_string(reason);
  }
  return json + ']';
}

void BindList(Query& query, const RefusalFilter& filter, const std::optional<RefusalPosition>& from,
              size_t count) {
  // The first page begins above every row.
  const RefusalPosition before =
      from.value_or(RefusalPosition{FromMicros(std::numeric_limits<int64_t>::max()), ""});
  query.Bind(":before_time", before.create_time)
      .Bind(":before_id", before.refusal_id)
      .Bind(":since", filter.since)
      .Bind(":reasons", ReasonsToJson(filter.reasons))
      .Bind(":limit", static_cast<int64_t>(count));
}

Result<std::vector<Refusal>> ListRows(Connection& db, const RefusalFilter& filter,
                                      const std::optional<RefusalPosition>& from, size_t count) {
  if (filter.agent_id.empty()) {
    Query query(db, "list_refusals");
    BindList(query, filter, from, count);
    return ReadRefusals(query);
  }
  Query query(db, "list_agent_refusals");
  BindList(query, filter, from, count);
  query.Bind(":agent_id", filter.agent_id);
  return ReadRefusals(query);
}

}  // namespace

Status SqliteStore::RecordRefusals(const std::vector<Refusal>& refusals) {
  return writer_->Run(StoreOperation::kRecordRefusals, [refusals](Connection& db) -> Status {
    for (const Refusal& refusal : refusals) {
      if (Status put = PutRefusal(db, refusal); !put.ok()) return put;
    }
    return {};
  });
}

Result<Refusal> SqliteStore::GetRefusal(const std::string& refusal_id) {
  return readers_->Run(StoreOperation::kGetRefusal, [&](Connection& db) -> Result<Refusal> {
    Query query(db, "get_refusal");
    query.Bind(":refusal_id", refusal_id);
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return RefusalNotFound(refusal_id);
    return ReadRefusal(query);
  });
}

Result<Page<Refusal>> SqliteStore::ListRefusals(const RefusalFilter& filter,
                                                const PageRequest& page) {
  const Result<std::optional<RefusalPosition>> from = ReadRefusalCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListRefusals, [&](Connection& db) -> Result<Page<Refusal>> {
    Result<std::vector<Refusal>> rows = ListRows(db, filter, *from, PageSize(page) + 1);
    if (!rows.ok()) return rows.error();
    return CutToPage(std::move(*rows), page, [](const Refusal& last) {
      return RefusalCursor({last.create_time, last.refusal_id});
    });
  });
}

Result<std::vector<ReasonCount>> SqliteStore::CountRefusals(Time since) {
  return readers_->Run(
      StoreOperation::kCountRefusals, [&](Connection& db) -> Result<std::vector<ReasonCount>> {
        Query query(db, "count_refusals");
        query.Bind(":since", since);
        std::vector<ReasonCount> counts;
        while (true) {
          const Result<bool> row = query.Next();
          if (!row.ok()) return row.error();
          if (!*row) return counts;
          counts.push_back({static_cast<int32_t>(query.Number(0)), query.Number(1)});
        }
      });
}

}  // namespace edgeplane::storage
