#include "services/registry/command_moves.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "services/registry/dispatcher.h"

namespace edgeplane::registry {

void NoteMoves(const RegistryParts& parts, const storage::CommandMoves& moves) {
  for (const storage::CommandMove& move : moves) {
    parts.metrics.CommandMoved(move.state);
    parts.signals.Changed(move.command_id);
  }
}

bool IsFirstOnTheWire(const storage::Command& command) {
  if (command.deliveries != 1) return false;
  const auto by_sync = [](const storage::CommandStep& step) {
    return step.state == storage::CommandState::kDelivered &&
           step.channel == storage::Channel::kHttp;
  };
  // The last step is the delivery itself.
  return command.history.empty() ||
         std::none_of(command.history.begin(), std::prev(command.history.end()), by_sync);
}

void NoteMoved(const RegistryParts& parts, const std::vector<storage::Command>& commands) {
  std::set<std::string> agents;
  for (const storage::Command& command : commands) {
    parts.metrics.CommandMoved(command.state);
    parts.signals.Changed(command.command_id);
    if (command.state == storage::CommandState::kQueued) agents.insert(command.agent_id);
  }
  for (const std::string& agent_id : agents) parts.dispatcher.WakeAnywhere(agent_id);
}

}  // namespace edgeplane::registry
