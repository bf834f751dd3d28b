// How a session is ended from this side.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "edgeplane/v1/reason.pb.h"
#include "services/registry/registry_parts.h"
#include "storage/command.h"
#include "storage/session.h"

namespace edgeplane::registry {

// Nothing is delivered to the session any more, and its gateway is told to end it, if
// it has a link here. Where it has none, the next Hello is told, or what the session
// may no longer is found when it is looked at. Gives whether it was told. Quick; does
// not block.
bool DirectEndHere(const RegistryParts& parts, const storage::Fence& fence,
                   const std::string& gateway_id, v1::Disconnect reason);
// The same, wherever the link is; true also where other registries were asked.
bool DirectEnd(const RegistryParts& parts, const storage::Fence& fence,
               const std::string& gateway_id, v1::Disconnect reason);

// What the store's EndSession gives. An epoch of 0 stands for one that is not known.
// Blocks on the store.
Result<std::optional<storage::CommandMoves>> EndInStore(const RegistryParts& parts,
                                                        storage::SessionEnd end);

// The store knows that it is closed: whoever waits for that goes on, at each registry.
void NoteClosed(const RegistryParts& parts, const std::string& session_id);

// Of a session that no gateway ever took up, and that so was never given anything.
// An epoch of 0 stands for one that is not known. Blocks on the store.
Status EndUntakenSession(const RegistryParts& parts, const storage::Fence& fence);

}  // namespace edgeplane::registry
