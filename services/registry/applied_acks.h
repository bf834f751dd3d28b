// Acknowledgements, from whichever channel, into the store.
#pragma once

#include <vector>

#include "base/result.h"
#include "services/registry/registry_parts.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Durable when they succeed; counted, told to watchers, and off the way. One
// outcome each.
Result<std::vector<storage::AckOutcome>> ApplyAcks(const RegistryParts& parts,
                                                   const std::vector<storage::Ack>& acks);

}  // namespace edgeplane::registry
