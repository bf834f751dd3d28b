#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"

namespace edgeplane::storage {

using sqlite::Connection;

Status SqliteStore::RecordStatuses(const std::vector<ReportedStatus>& statuses) {
  return writer_->Run(StoreOperation::kRecordStatuses, [statuses](Connection& db) -> Status {
    for (const ReportedStatus& reported : statuses) {
      Status put = sqlite::PutStatus(db, reported.agent_id, reported.status);
      if (!put.ok()) return put;
    }
    return {};
  });
}

}  // namespace edgeplane::storage
