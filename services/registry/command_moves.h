// What has to follow when the store says that commands moved.
#pragma once

#include "services/registry/registry_parts.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Counts them and tells who watches them.
void NoteMoves(const RegistryParts& parts, const storage::CommandMoves& moves);

}  // namespace edgeplane::registry
