// What is on its way to one session: claimed, sent to the gateway, and not yet
// reported as written to the agent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"

namespace edgeplane::registry {

struct DeliveryLimits {
  size_t count = 32;
  size_t bytes = 128 * 1024;
};

struct Outstanding {
  std::string command_id;
  size_t bytes = 0;
  Time create_time{};
  bool first_delivery = false;
};

struct DeliveryRoom {
  size_t count = 0;
  size_t bytes = 0;
};

// Not thread safe.
class DeliveryWindow {
 public:
  // Both above 0 when something may be claimed. A store gives the first command
  // whatever its size, so one that does not fit goes out alone, and the window
  // is exceeded by one command at most.
  [[nodiscard]] DeliveryRoom Room(const DeliveryLimits& limits) const;
  void Add(const Outstanding& command);
  // Nothing when it was not outstanding.
  std::optional<Outstanding> Take(const std::string& command_id);

 private:
  std::map<std::string, Outstanding> commands_;
  size_t bytes_ = 0;
};

}  // namespace edgeplane::registry
