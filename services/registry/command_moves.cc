#include "services/registry/command_moves.h"

namespace edgeplane::registry {

void NoteMoves(const RegistryParts& parts, const storage::CommandMoves& moves) {
  for (const storage::CommandMove& move : moves) {
    parts.metrics.CommandMoved(move.state);
    parts.signals.Changed(move.command_id);
  }
}

}  // namespace edgeplane::registry
