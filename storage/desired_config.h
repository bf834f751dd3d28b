// The configuration an agent should have, and how far it has got it.
//
// It goes out once per change. Over the WebSocket it is offered to a session, and
// delivered when the gateway says that it was written; an offer falls with its
// session. A sync hands it out and has delivered it with that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace edgeplane::storage {

struct DesiredConfig {
  std::string agent_id;
  int64_t version = 0;  // counts the changes, from 1; 0: never set
  std::string config_json;
  Time update_time{};
  int64_t delivered_version = 0;
  std::optional<Time> deliver_time;
};

}  // namespace edgeplane::storage
