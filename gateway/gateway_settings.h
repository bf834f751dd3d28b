// What an operator can set about the gateway. The limits and their defaults are
// those of the agent protocol (docs/agent-protocol.md).
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/setting.h"

namespace edgeplane::gateway {

struct GatewaySettings {
  int64_t threads = 2;

  int64_t max_connections = 20'000;
  int64_t max_connections_per_address = 200;

  Duration request_head_timeout = std::chrono::seconds(15);
  Duration keep_alive_timeout = std::chrono::seconds(75);
  int64_t max_header_bytes = 8 * 1024;
  int64_t max_url_bytes = 2 * 1024;
  int64_t max_body_bytes = 256 * 1024;
  std::vector<std::string> allowed_origins;

  int64_t upgrade_attempts_per_minute = 30;
  Duration admit_timeout = std::chrono::seconds(5);
  // Part of it at most, and no setting: how long a question about an agent waits
  // for what that agent has said to arrive.
  Duration report_wait = std::chrono::seconds(1);

  int64_t max_message_bytes = 256 * 1024;
  int64_t max_json_depth = 32;
  int64_t messages_per_minute = 120;
  int64_t max_outgoing_messages = 64;
  int64_t max_outgoing_bytes = 256 * 1024;
  Duration session_idle_timeout = std::chrono::seconds(75);
  Duration write_timeout = std::chrono::seconds(20);
  Duration close_timeout = std::chrono::seconds(5);
  bool welcome_message = false;

  Duration drain_window = std::chrono::seconds(5);
  Duration refusal_repeat_window = std::chrono::seconds(60);
  int64_t refusal_rows_per_minute = 600;
};

void DeclareGatewaySettings(SettingSet& set, GatewaySettings& settings);

}  // namespace edgeplane::gateway
