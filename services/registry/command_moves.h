// What has to follow when the store says that commands moved.
#pragma once

#include <vector>

#include "services/registry/registry_parts.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Counts them and tells who watches them.
void NoteMoves(const RegistryParts& parts, const storage::CommandMoves& moves);
// Whether command_delivery_seconds is to count it now: it was not handed out before,
// or never reached the wire. What a sync hands out is on the wire as far as anybody
// knows then, though it may come back uncounted.
bool IsFirstOnTheWire(const storage::Command& command);
// As NoteMoves, and wakes the agents of those that are queued again.
void NoteMoved(const RegistryParts& parts, const std::vector<storage::Command>& commands);

}  // namespace edgeplane::registry
