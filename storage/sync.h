// How a polling agent exchanges with the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/agent.h"
#include "storage/command.h"
#include "storage/desired_config.h"
#include "storage/event.h"

namespace edgeplane::storage {

// One exchange of a polling agent.
struct SyncRequest {
  std::string agent_id;
  std::string sync_id;
  // The last command the agent has got; empty: it names none. Of that one, and of
  // those that the sync which delivered it has delivered, the ones that wait for an
  // answer (or are queued again since) become RECEIVED. Another agent's, and what
  // is no command, is no error.
  std::string last_command_id;
  std::vector<Event> events;  // agent_id, sequence and channel are not read
  std::optional<AgentStatus> status;
  size_t count_max = 1;
  size_t bytes_max = 64 * 1024;  // as in Claim
  Time now{};
};

// What of an answer goes back.
struct SyncReturned {
  std::vector<Command> commands;
  bool config = false;  // the configuration, and it is to be handed out again
};

struct SyncOutcome {
  std::vector<Command> received;  // by last_command_id
  std::vector<Command> commands;  // handed out, as by ClaimCommands
  size_t events_stored = 0;       // those not stored before
  std::optional<DesiredConfig> config;
};

}  // namespace edgeplane::storage
