// What agents report, as the store knows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/command_state.h"

namespace edgeplane::storage {

struct Event {
  // Order of storing, over all agents; the store gives it.
  int64_t sequence = 0;
  std::string agent_id;
  std::string event_id;  // the agent's own: the same id of the same agent is the same event
  std::string event_type;
  std::string thread_id;
  std::string details_json;  // an object
  Time receive_time{};
  Channel channel = Channel::kWebSocket;
};

struct EventFilter {
  std::string agent_id;    // empty: any
  std::string event_type;  // empty: any
};

}  // namespace edgeplane::storage
