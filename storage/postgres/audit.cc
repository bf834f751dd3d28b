#include <limits>

#include "storage/cursor.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Row;
using postgres::Rows;
using postgres::Step;
using postgres::Transaction;

namespace {

using Outcomes = std::vector<AuditOutcome>;

// In the order of the columns of the lists.
AuditEntry ReadEntry(const Row& row) {
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

Status PutAll(Transaction& tx, const postgres::Items<AuditEntry, void>& items) {
  std::vector<std::string> id, caller, peer, method, agent_id, subject, detail;
  std::vector<Time> create_time;
  for (auto* item : items) {
    const AuditEntry& entry = item->request;
    id.push_back(entry.audit_id);
    create_time.push_back(entry.create_time);
    caller.push_back(entry.caller);
    peer.push_back(entry.peer_address);
    method.push_back(entry.method);
    agent_id.push_back(entry.agent_id);
    subject.push_back(entry.subject);
    detail.push_back(entry.detail);
    item->answer.emplace();
  }
  tx.Defer("put_audit", id, create_time, caller, peer, method, agent_id, subject, detail);
  return {};
}

Status FinishAll(Transaction& tx, const postgres::Items<Outcomes, void>& items) {
  std::vector<std::string> id, error_reason, agent_id, subject;
  std::vector<int64_t> status_code;
  for (auto* item : items) {
    for (const AuditOutcome& outcome : item->request) {
      id.push_back(outcome.audit_id);
      status_code.push_back(outcome.end.status_code);
      error_reason.push_back(outcome.end.error_reason);
      agent_id.push_back(outcome.agent_id);
      subject.push_back(outcome.subject);
    }
    item->answer.emplace();
  }
  tx.Defer("finish_audit", id, status_code, error_reason, agent_id, subject);
  return {};
}

Step ListStep(const AuditFilter& filter, const std::optional<AuditPosition>& from,
              size_t page_size) {
  // The first page begins above every row.
  const AuditPosition before =
      from.value_or(AuditPosition{FromMicros(std::numeric_limits<int64_t>::max()), ""});
  const auto limit = static_cast<int64_t>(page_size + 1);
  if (!filter.agent_id.empty()) {
    return Step("list_agent_audit", before.create_time, before.id, filter.since, filter.caller,
                filter.method, limit, filter.agent_id);
  }
  if (filter.NamesRareMethod()) {
    return Step("list_method_audit", before.create_time, before.id, filter.since, filter.caller,
                filter.method, limit);
  }
  return Step("list_audit", before.create_time, before.id, filter.since, filter.caller,
              filter.method, limit);
}

}  // namespace

Status PostgresStore::RecordAudit(const AuditEntry& entry) {
  return writers_->Submit<AuditEntry, void, &PutAll>(StoreOperation::kRecordAudit, entry, {});
}

Status PostgresStore::FinishAudit(const std::vector<AuditOutcome>& outcomes) {
  return writers_->Submit<Outcomes, void, &FinishAll>(StoreOperation::kFinishAudit, outcomes, {},
                                                      outcomes.size());
}

Result<Page<AuditEntry>> PostgresStore::ListAudit(const AuditFilter& filter,
                                                  const PageRequest& page) {
  const Result<std::optional<AuditPosition>> from = ReadAuditCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListAudit, [&](Connection& db) -> Result<Page<AuditEntry>> {
    const Result<Rows> rows = db.Run(ListStep(filter, *from, PageSize(page)));
    if (!rows.ok()) return rows.error();
    std::vector<AuditEntry> entries;
    for (const Row row : *rows) entries.push_back(ReadEntry(row));
    return CutToPage(std::move(entries), page, [](const AuditEntry& last) {
      return AuditCursor({last.create_time, last.audit_id});
    });
  });
}

}  // namespace edgeplane::storage
