// What an operator can set about the operator's API.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/setting.h"

namespace edgeplane::admin {

// What SendCommandRequest.ttl may be, and so what its default may be.
inline constexpr Duration kCommandTtlMin = std::chrono::seconds(1);
inline constexpr Duration kCommandTtlMax = std::chrono::hours(24 * 30);

struct AdminSettings {
  Duration command_default_ttl = std::chrono::hours(24);
  int64_t max_queued_commands = 1000;  // unfinished ones, of one agent
  int64_t max_watches = 256;
  bool reflection = true;

  // How often a watch looks by itself. A signal wakes it at once; this is for
  // what happens in another process. Not a setting.
  Duration watch_recheck = std::chrono::seconds(1);
};

// `settings` must outlive `set`.
void DeclareAdminSettings(SettingSet& set, AdminSettings& settings);

}  // namespace edgeplane::admin
