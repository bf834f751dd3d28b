#include "storage/transfer/tables.h"

namespace edgeplane::storage::transfer {
namespace {

using enum Kind;

constexpr bool kNullable = true;

std::vector<Table> AgentTables() {
  return {
      {"agents",
       1,
       {{"agent_id"},
        {"user_phone"},
        {"display_name"},
        {"labels", kLabels},
        {"allowed_addresses"},
        {"disabled", kFlag},
        {"disabled_reason"},
        {"disable_time", kInteger, kNullable},
        {"create_time", kInteger},
        {"update_time", kInteger},
        {"last_sync_time", kInteger, kNullable},
        {"join_token_id", kText, kNullable}}},
      {"agent_secrets",
       2,
       {{"agent_id"},
        {"number", kInteger},
        {"sealed", kBytes},
        {"fingerprint"},
        {"create_time", kInteger},
        {"retire_time", kInteger, kNullable}}},
      {"agent_statuses", 1, {{"agent_id"}, {"time", kInteger}, {"status_json"}}},
      {"agent_configs",
       1,
       {{"agent_id"},
        {"version", kInteger},
        {"update_time", kInteger},
        {"delivered_version", kInteger},
        {"deliver_time", kInteger, kNullable},
        {"offered_version", kInteger},
        {"offered_session"},
        {"sync_id"},
        {"prior_version", kInteger},
        {"prior_time", kInteger, kNullable},
        {"config_json"}}},
      {"join_tokens",
       1,
       {{"number", kInteger},
        {"join_token_id"},
        {"sha256", kBytes},
        {"description"},
        {"user_phone"},
        {"labels", kLabels},
        {"max_uses", kInteger},
        {"uses", kInteger},
        {"create_time", kInteger},
        {"expire_time", kInteger},
        {"revoke_time", kInteger, kNullable}}},
  };
}

std::vector<Table> SessionTables() {
  return {
      {"gateways",
       1,
       {{"gateway_id"}, {"link", kInteger}, {"link_time", kInteger}, {"lease_end", kInteger}}},
      {"sessions",
       1,
       {{"agent_id"},
        {"session_id"},
        {"gateway_id"},
        {"peer_address"},
        {"open_time", kInteger},
        {"epoch", kInteger},
        {"secret_fingerprint"},
        {"lapse_time", kInteger, kNullable},
        {"takeovers", kInteger},
        {"takeovers_since", kInteger},
        {"flapping", kFlag},
        {"last_attempt", kInteger}}},
      {"superseded_sessions", 2, {{"agent_id"}, {"session_id"}, {"gateway_id"}}},
  };
}

std::vector<Table> CommandTables() {
  return {
      {"commands",
       1,
       {{"sequence", kInteger},
        {"command_id"},
        {"agent_id"},
        {"state", kInteger},
        {"deliveries", kInteger},
        {"steps", kInteger},
        {"update_time", kInteger},
        {"deliver_time", kInteger, kNullable},
        {"deliver_channel", kInteger},
        {"deliver_session"},
        {"immediate", kFlag},
        {"max_deliveries", kInteger},
        {"create_time", kInteger},
        {"expire_time", kInteger},
        {"idempotency_key", kText, kNullable},
        {"content_digest", kBytes},
        {"type"},
        {"error"},
        {"result_json"},
        {"payload_json"}}},
      {"command_steps",
       2,
       {{"sequence", kInteger},
        {"number", kInteger},
        {"time", kInteger},
        {"state", kInteger},
        {"channel", kInteger},
        {"session_id"},
        {"ordinal", kInteger, kNullable},
        {"detail"}}},
  };
}

std::vector<Table> RecordTables() {
  return {
      {"events",
       1,
       {{"sequence", kInteger},
        {"agent_id"},
        {"event_id"},
        {"event_type"},
        {"thread_id"},
        {"receive_time", kInteger},
        {"channel", kInteger},
        {"details_json"}}},
      {"refusals",
       1,
       {{"refusal_id"},
        {"create_time", kInteger},
        {"last_time", kInteger},
        {"count", kInteger},
        {"reason", kInteger},
        {"http_status", kInteger},
        {"agent_id"},
        {"peer_address"},
        {"gateway_id"},
        {"evidence", kBytes}}},
      {"audit",
       1,
       {{"audit_id"},
        {"create_time", kInteger},
        {"caller"},
        {"peer_address"},
        {"method"},
        {"agent_id"},
        {"subject"},
        {"detail"},
        {"status_code", kInteger, kNullable},
        {"error_reason"}}},
      {"admin_tokens", 1, {{"name"}, {"sha256", kBytes}, {"role"}, {"create_time", kInteger}}},
      {"facts", 1, {{"name"}, {"value"}}},
  };
}

}  // namespace

const std::vector<Table>& AllTables() {
  static const std::vector<Table> all = [] {
    std::vector<Table> tables;
    for (auto* make : {&AgentTables, &SessionTables, &CommandTables, &RecordTables}) {
      for (Table& table : make()) tables.push_back(std::move(table));
    }
    return tables;
  }();
  return all;
}

const Table& Counters() {
  static const Table counters{"counters", 1, {{"name"}, {"value", kInteger}}};
  return counters;
}

std::string ColumnNames(const Table& table, size_t count) {
  std::string names;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) names += ", ";
    names += table.columns[i].name;
  }
  return names;
}

}  // namespace edgeplane::storage::transfer
