#include "storage/postgres/agent_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {
namespace {

using Statuses = std::vector<ReportedStatus>;

Status RecordAll(postgres::Transaction& tx, const postgres::Items<Statuses, void>& items) {
  Statuses all;
  for (auto* item : items) {
    all.insert(all.end(), item->request.begin(), item->request.end());
    item->answer.emplace();
  }
  postgres::PutStatuses(tx, all);
  return {};
}

}  // namespace

Status PostgresStore::RecordStatuses(const Statuses& statuses) {
  std::vector<std::string> agents;
  for (const ReportedStatus& reported : statuses) agents.push_back(reported.agent_id);
  return writers_->Submit<Statuses, void, &RecordAll>(StoreOperation::kRecordStatuses, statuses,
                                                      std::move(agents), statuses.size());
}

}  // namespace edgeplane::storage
