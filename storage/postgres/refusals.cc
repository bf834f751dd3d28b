#include <limits>
#include <map>

#include "storage/cursor.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Row;
using postgres::Rows;
using postgres::Step;
using postgres::Transaction;

namespace {

using Refusals = std::vector<Refusal>;

// In the order of the columns of get_refusal and the lists.
Refusal ReadRefusal(const Row& row) {
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

// In the order of their ids, in which every registry takes the locks of rows that
// are there already.
void PutAll(Transaction& tx, const std::map<std::string, Refusal>& refusals) {
  std::vector<std::string> id, agent_id, peer, gateway;
  std::vector<Time> create_time, last_time;
  std::vector<int64_t> count, reason, http_status;
  std::vector<postgres::Blob> evidence;
  for (const auto& [refusal_id, refusal] : refusals) {
    id.push_back(refusal_id);
    create_time.push_back(refusal.create_time);
    last_time.push_back(refusal.last_time);
    count.push_back(refusal.count);
    reason.push_back(refusal.reason);
    http_status.push_back(refusal.http_status);
    agent_id.push_back(refusal.agent_id);
    peer.push_back(refusal.peer_address);
    gateway.push_back(refusal.gateway_id);
    evidence.push_back({refusal.evidence});
  }
  tx.Defer("put_refusals", id, create_time, last_time, count, reason, http_status, agent_id, peer,
           gateway, evidence);
}

Status RecordAll(Transaction& tx, const postgres::Items<Refusals, void>& items) {
  // A statement may change a row only once.
  std::map<std::string, Refusal> merged;
  for (auto* item : items) {
    for (const Refusal& refusal : item->request) {
      const auto [kept, is_new] = merged.emplace(refusal.refusal_id, refusal);
      if (!is_new) MergeRefusal(kept->second, refusal);
    }
    item->answer.emplace();
  }
  if (!merged.empty()) PutAll(tx, merged);
  return {};
}

Step ListStep(const RefusalFilter& filter, const std::optional<RefusalPosition>& from,
              size_t page_size) {
  // The first page begins above every row.
  const RefusalPosition before =
      from.value_or(RefusalPosition{FromMicros(std::numeric_limits<int64_t>::max()), ""});
  std::optional<std::vector<int64_t>> reasons;
  if (!filter.reasons.empty()) reasons.emplace(filter.reasons.begin(), filter.reasons.end());
  const auto limit = static_cast<int64_t>(page_size + 1);
  if (filter.agent_id.empty()) {
    return Step("list_refusals", before.create_time, before.refusal_id, filter.since, reasons,
                limit);
  }
  return Step("list_agent_refusals", before.create_time, before.refusal_id, filter.since, reasons,
              limit, filter.agent_id);
}

}  // namespace

Status PostgresStore::RecordRefusals(const std::vector<Refusal>& refusals) {
  return writers_->Submit<Refusals, void, &RecordAll>(StoreOperation::kRecordRefusals, refusals, {},
                                                      refusals.size());
}

Result<Refusal> PostgresStore::GetRefusal(const std::string& refusal_id) {
  return readers_->Run(StoreOperation::kGetRefusal, [&](Connection& db) -> Result<Refusal> {
    const Result<Rows> rows = db.Run("get_refusal", refusal_id);
    if (!rows.ok()) return rows.error();
    if (rows->empty()) return RefusalNotFound(refusal_id);
    return ReadRefusal(rows->front());
  });
}

Result<Page<Refusal>> PostgresStore::ListRefusals(const RefusalFilter& filter,
                                                  const PageRequest& page) {
  const Result<std::optional<RefusalPosition>> from = ReadRefusalCursor(page);
  if (!from.ok()) return from.error();
  return readers_->Run(StoreOperation::kListRefusals, [&](Connection& db) -> Result<Page<Refusal>> {
    const Result<Rows> rows = db.Run(ListStep(filter, *from, PageSize(page)));
    if (!rows.ok()) return rows.error();
    Refusals refusals;
    for (const Row row : *rows) refusals.push_back(ReadRefusal(row));
    return CutToPage(std::move(refusals), page, [](const Refusal& last) {
      return RefusalCursor({last.create_time, last.refusal_id});
    });
  });
}

Result<std::vector<ReasonCount>> PostgresStore::CountRefusals(Time since) {
  return readers_->Run(StoreOperation::kCountRefusals,
                       [&](Connection& db) -> Result<std::vector<ReasonCount>> {
                         const Result<Rows> rows = db.Run("count_refusals", since);
                         if (!rows.ok()) return rows.error();
                         std::vector<ReasonCount> counts;
                         for (const Row row : *rows) {
                           counts.push_back({static_cast<int32_t>(row.Number(0)), row.Number(1)});
                         }
                         return counts;
                       });
}

}  // namespace edgeplane::storage
