#include <limits>

#include "storage/cursor.h"
#include "storage/sqlite/query.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;
using sqlite::StatementName;

namespace {

// In the order of the columns of the lists.
AuditEntry ReadEntry(const Query& row) {
  AuditEntry entry;
  entry.audit_id = row.Bytes(0);
  entry.create_time = row.TimeAt(1);
  entry.caller = row.Bytes(2);
  entry.peer_address = row.Bytes(3);
  entry.method = row.Bytes(4);
  entry.agent_id = row.Bytes(5);
  entry.subject = row.Bytes(6);
  entry.detail = row.Bytes(7);
  if (!row.IsNull(8)) entry.end = {static_cast<int32_t>(row.Number(8)), row.Bytes(9)};
  return entry;
}

Result<std::vector<AuditEntry>> ReadEntries(Query& query) {
  std::vector<AuditEntry> entries;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return entries;
    entries.push_back(ReadEntry(query));
  }
}

void BindList(Query& query, const AuditFilter& filter, const std::optional<AuditPosition>& from,
              size_t count) {
  // The first page begins above every row.
  const AuditPosition before =
      from.value_or(AuditPosition{FromMicros(std::numeric_limits<int64_t>::max()), ""});
  query.Bind(":before_time", before.create_time)
      .Bind(":before_id", before.id)
      .Bind(":since", filter.since)
      .Bind(":caller", filter.caller)
      .Bind(":method", filter.method)
      .Bind(":limit", static_cast<int64_t>(count));
}

Result<std::vector<AuditEntry>> ListRows(Connection& db, const AuditFilter& filter,
                                         const std::optional<AuditPosition>& from, size_t count) {
  if (!filter.agent_id.empty()) {
    Query query(db, "list_agent_audit");
    BindList(query, filter, from, count);
    query.Bind(":agent_id", filter.agent_id);
    return ReadEntries(query);
  }
  Query query(db, filter.NamesRareMethod() ? StatementName("list_method_audit")
                                           : StatementName("list_audit"));
  BindList(query, filter, from, count);
  return ReadEntries(query);
}

Status Finish(Connection& db, const AuditOutcome& outcome) {
  Query query(db, "finish_audit");
  query.Bind(":audit_id", outcome.audit_id)
      .Bind(":status_code", static_cast<int64_t>(outcome.end.status_code))
      .Bind(":error_reason", outcome.end.error_reason)
      .Bind(":agent_id", outcome.agent_id)
      .Bind(":subject", outcome.subject);
  return query.Run();
}

}  // namespace

Status SqliteStore::RecordAudit(const AuditEntry& entry) {
  return writer_->Run(StoreOperation::kRecordAudit, [entry](Connection& db) {
    Query query(db, "put_audit");
    query.Bind(":audit_id", entry.audit_id)
        .Bind(":create_time", entry.create_time)
        .Bind(":caller", entry.caller)
        .Bind(":peer_address", entry.peer_address)
        .Bind(":method", entry.method)
        .Bind(":agent_id", entry.agent_id)
        .Bind(":subject", entry.subject)
        .Bind(":detail", entry.detail);
    return query.Run();
  });
}

Status SqliteStore::FinishAudit(const std::vector<AuditOutcome>& outcomes) {
  return writer_->Run(StoreOperation::kFinishAudit, [outcomes](Connection& db) -> Status {
    for (const AuditOutcome& outcome : outcomes) {
      if (Status done = Finish(db, outcome); !done.ok()) return done;
    }
    return {};
  });
}

Result<Page<AuditEntry>> SqliteStore::ListAudit(const AuditFilter& filter,
                                                const PageRequest& page) {
  const Result<std::optional<AuditPosition>> from = ReadAuditCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListAudit, [&](Connection& db) -> Result<Page<AuditEntry>> {
    Result<std::vector<AuditEntry>> rows = ListRows(db, filter, *from, PageSize(page) + 1);
    if (!rows.ok()) return rows.error();
    return CutToPage(std::move(*rows), page, [](const AuditEntry& last) {
      return AuditCursor({last.create_time, last.audit_id});
    });
  });
}

}  // namespace edgeplane::storage
