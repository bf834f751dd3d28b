#include "storage/sqlite/config_rows.h"

namespace edgeplane::storage::sqlite {

Result<ConfigRecord> LoadConfig(Connection& db, const std::string& agent_id) {
  Query query(db, "get_config");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  ConfigRecord record;
  record.config.agent_id = agent_id;
  if (!*row) return record;
  record.config.version = query.Number(0);
  record.config.config_json = query.Bytes(1);
  record.config.update_time = query.TimeAt(2);
  record.config.delivered_version = query.Number(3);
  record.config.deliver_time = query.OptionalTime(4);
  record.offered_version = query.Number(5);
  record.offered_session = query.Bytes(6);
  record.sync_id = query.Bytes(7);
  record.prior_version = query.Number(8);
  record.prior_time = query.OptionalTime(9);
  return record;
}

Status SaveConfig(Connection& db, const ConfigRecord& record) {
  const DesiredConfig& config = record.config;
  Query query(db, "put_config");
  query.Bind(":agent_id", config.agent_id)
      .Bind(":version", config.version)
      .Bind(":config_json", config.config_json)
      .Bind(":update_time", config.update_time)
      .Bind(":delivered_version", config.delivered_version)
      .Bind(":deliver_time", config.deliver_time)
      .Bind(":offered_version", record.offered_version)
      .Bind(":offered_session", record.offered_session)
      .Bind(":sync_id", record.sync_id)
      .Bind(":prior_version", record.prior_version)
      .Bind(":prior_time", record.prior_time);
  return query.Run();
}

}  // namespace edgeplane::storage::sqlite
