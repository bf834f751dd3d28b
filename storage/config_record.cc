#include "storage/config_record.h"

namespace edgeplane::storage {

bool ChangeConfig(ConfigRecord& record, const std::string& config_json, bool resend, Time now) {
  DesiredConfig& config = record.config;
  if (config.version > 0 && config.config_json == config_json && !resend) return false;
  ++config.version;
  config.config_json = config_json;
  config.update_time = now;
  return true;
}

bool IsConfigDue(const ConfigRecord& record, const std::optional<Session>& open) {
  if (record.config.version <= record.config.delivered_version) return false;
  const bool on_the_way = open && open->session_id == record.offered_session &&
                          record.offered_version > record.config.delivered_version;
  return !on_the_way;
}

void OfferConfigTo(ConfigRecord& record, const std::string& session_id) {
  record.offered_version = record.config.version;
  record.offered_session = session_id;
}

bool KeepOffer(ConfigRecord& record, const HeldSession& held) {
  if (record.offered_session != held.fence.session_id) return false;
  if (record.offered_version == held.unwritten_config_version) return false;
  record.offered_version = 0;
  record.offered_session.clear();
  return true;
}

bool DeliverConfigVersion(ConfigRecord& record, int64_t version, Time now) {
  DesiredConfig& config = record.config;
  if (version <= config.delivered_version || version > config.version) return false;
  config.delivered_version = version;
  config.deliver_time = now;
  record.sync_id.clear();
  return true;
}

void DeliverConfigBySync(ConfigRecord& record, const std::string& sync_id, Time now) {
  const int64_t prior_version = record.config.delivered_version;
  const std::optional<Time> prior_time = record.config.deliver_time;
  if (!DeliverConfigVersion(record, record.config.version, now)) return;
  record.sync_id = sync_id;
  record.prior_version = prior_version;
  record.prior_time = prior_time;
}

bool ReturnConfig(ConfigRecord& record, const std::string& sync_id) {
  if (record.sync_id.empty() || record.sync_id != sync_id) return false;
  record.config.delivered_version = record.prior_version;
  record.config.deliver_time = record.prior_time;
  record.sync_id.clear();
  return true;
}

}  // namespace edgeplane::storage
