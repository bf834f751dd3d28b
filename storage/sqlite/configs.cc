#include "storage/command_record.h"
#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/config_rows.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;

namespace {

using Offer = std::optional<DesiredConfig>;

// AGENT_NOT_FOUND.
Status CheckIsThere(Connection& db, const std::string& agent_id) {
  const Result<std::optional<bool>> disabled = sqlite::FindDisabled(db, agent_id);
  if (!disabled.ok()) return disabled.error();
  if (!*disabled) return AgentNotFound(agent_id);
  return {};
}

Result<DesiredConfig> Load(Connection& db, const std::string& agent_id) {
  if (Status there = CheckIsThere(db, agent_id); !there.ok()) return there.error();
  Result<ConfigRecord> record = sqlite::LoadConfig(db, agent_id);
  if (!record.ok()) return record.error();
  return std::move(record->config);
}

Result<DesiredConfig> Change(Connection& db, const std::string& agent_id,
                             const std::string& config_json, bool resend, Time now) {
  if (Status there = CheckIsThere(db, agent_id); !there.ok()) return there.error();
  Result<ConfigRecord> record = sqlite::LoadConfig(db, agent_id);
  if (!record.ok()) return record.error();
  if (ChangeConfig(*record, config_json, resend, now)) {
    if (Status saved = sqlite::SaveConfig(db, *record); !saved.ok()) return saved.error();
  }
  return std::move(record->config);
}

Result<Offer> OfferTo(Connection& db, const Fence& fence, int64_t link) {
  const auto open = sqlite::LoadSession(db, fence.agent_id);
  if (!open.ok()) return open.error();
  if (!IsReachedBy(*open, fence, link)) return SessionFenced();
  Result<ConfigRecord> record = sqlite::LoadConfig(db, fence.agent_id);
  if (!record.ok()) return record.error();
  if (!IsConfigDue(*record, *open)) return Offer();
  OfferConfigTo(*record, fence.session_id);
  if (Status saved = sqlite::SaveConfig(db, *record); !saved.ok()) return saved.error();
  return Offer(std::move(record->config));
}

}  // namespace

Result<DesiredConfig> SqliteStore::SetDesiredConfig(const std::string& agent_id,
                                                    const std::string& config_json, bool resend,
                                                    Time now) {
  return writer_->Run<DesiredConfig>(StoreOperation::kSetDesiredConfig,
                                     [agent_id, config_json, resend, now](Connection& db) {
                                       return Change(db, agent_id, config_json, resend, now);
                                     });
}

Result<DesiredConfig> SqliteStore::GetDesiredConfig(const std::string& agent_id) {
  return readers_->Run(StoreOperation::kGetDesiredConfig,
                       [&](Connection& db) { return Load(db, agent_id); });
}

Result<std::optional<DesiredConfig>> SqliteStore::OfferConfig(const Fence& fence, int64_t link) {
  return writer_->Run<Offer>(StoreOperation::kOfferConfig,
                             [fence, link](Connection& db) { return OfferTo(db, fence, link); });
}

Status SqliteStore::ConfigDelivered(const Fence& fence, int64_t version, Time now) {
  return writer_->Run(StoreOperation::kConfigDelivered,
                      [fence, version, now](Connection& db) -> Status {
                        Result<ConfigRecord> record = sqlite::LoadConfig(db, fence.agent_id);
                        if (!record.ok()) return record.error();
                        // Of an agent that is gone there is none, and so no version to deliver.
                        if (!DeliverConfigVersion(*record, version, now)) return {};
                        return sqlite::SaveConfig(db, *record);
                      });
}

}  // namespace edgeplane::storage
