// What an operator can set about the registry.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/setting.h"
#include "storage/takeover.h"

namespace edgeplane::registry {

struct RegistrySettings {
  Duration token_max_age = std::chrono::hours(24);
  Duration token_max_skew = std::chrono::minutes(5);

  // A file with the fleet secret, which serves agents that have no secret of their
  // own; empty: none is accepted.
  std::string fleet_secret_file;

  storage::TakeoverLimits takeovers;

  int64_t sync_commands_max = 64;
  int64_t sync_bytes_max = 256 * 1024;
  Duration sync_redelivery_after = std::chrono::minutes(5);

  Duration event_retention = std::chrono::hours(24 * 30);
  Duration command_retention = std::chrono::hours(24 * 30);
  Duration refusal_retention = std::chrono::hours(24 * 90);
  Duration audit_retention = std::chrono::hours(24 * 365);

  Duration sweep_interval = std::chrono::seconds(1);
  int64_t sweep_batch = 256;

  int64_t registry_workers = 32;
  int64_t registry_queue_max = 4096;

  int64_t delivery_window = 32;
  // With the one command that may exceed it, a configuration (64 KiB each) and what
  // every message has around its payload, this has to stay below max-outgoing-bytes
  // of the gateways (256 KiB): else an agent that reads nothing for a moment counts
  // as a slow one.
  int64_t delivery_window_bytes = 64 * 1024;

  Duration gateway_lease = std::chrono::seconds(15);
  // No setting: the only gateway is in this process, and nobody else can have its
  // agents.
  bool alone = false;

  Duration link_hello_timeout = std::chrono::seconds(10);
  int64_t link_inbox_max = 512;
  int64_t link_queue_max = 65536;
  int64_t link_queue_bytes_max = 32 * 1024 * 1024;
};

void DeclareRegistrySettings(SettingSet& set, RegistrySettings& settings);

}  // namespace edgeplane::registry
