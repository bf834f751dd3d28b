#include "storage/postgres/config_rows.h"

namespace edgeplane::storage::postgres {

Configs ReadConfigs(const Rows& rows, const std::vector<std::string>& agent_ids) {
  Configs configs;
  for (const std::string& agent_id : agent_ids) configs[agent_id].config.agent_id = agent_id;
  for (const Row row : rows) {
    ConfigRecord& record = configs[row.Bytes(0)];
    record.config.version = row.Number(1);
    record.config.config_json = row.Bytes(2);
    record.config.update_time = row.TimeAt(3);
    record.config.delivered_version = row.Number(4);
    record.config.deliver_time = row.OptionalTime(5);
    record.offered_version = row.Number(6);
    record.offered_session = row.Bytes(7);
    record.sync_id = row.Bytes(8);
    record.prior_version = row.Number(9);
    record.prior_time = row.OptionalTime(10);
  }
  return configs;
}

Result<Configs> LoadConfigs(Transaction& tx, const std::vector<std::string>& agent_ids) {
  if (agent_ids.empty()) return Configs();
  const Result<Rows> rows = tx.Run("get_configs", agent_ids);
  if (!rows.ok()) return rows.error();
  return ReadConfigs(*rows, agent_ids);
}

void SaveConfigs(Transaction& tx, const std::vector<const ConfigRecord*>& records) {
  if (records.empty()) return;
  std::vector<std::string> agent_id, text, offered_session, sync_id;
  std::vector<int64_t> version, delivered_version, offered_version, prior_version;
  std::vector<Time> update_time;
  std::vector<std::optional<Time>> deliver_time, prior_time;
  for (const ConfigRecord* record : records) {
    agent_id.push_back(record->config.agent_id);
    version.push_back(record->config.version);
    text.push_back(record->config.config_json);
    update_time.push_back(record->config.update_time);
    delivered_version.push_back(record->config.delivered_version);
    deliver_time.push_back(record->config.deliver_time);
    offered_version.push_back(record->offered_version);
    offered_session.push_back(record->offered_session);
    sync_id.push_back(record->sync_id);
    prior_version.push_back(record->prior_version);
    prior_time.push_back(record->prior_time);
  }
  tx.Defer("put_configs", agent_id, version, text, update_time, delivered_version, deliver_time,
           offered_version, offered_session, sync_id, prior_version, prior_time);
}

}  // namespace edgeplane::storage::postgres
