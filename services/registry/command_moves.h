// What has to follow when the store says that commands moved.
#pragma once

#include <vector>

#include "services/registry/registry_parts.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Counts them and tells who watches them.
void NoteMoves(const RegistryParts& parts, const storage::CommandMoves& moves);
// The same, and wakes the agents of those that are queued again.
void NoteMoved(const RegistryParts& parts, const std::vector<storage::Command>& commands);

}  // namespace edgeplane::registry
