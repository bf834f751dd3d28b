// How a session is ended from this side.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/reason.pb.h"
#include "services/registry/registry_parts.h"
#include "storage/agent.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Nothing is delivered to the session any more, and its gateway is told to end it,
// if it has a link here: where it has none, the next Hello is told, or what the
// session may no longer is found when it is confirmed. Gives whether it was told.
// Quick; does not block.
bool DirectEnd(const RegistryParts& parts, const storage::Session& session, v1::Disconnect reason);

// Of a session that no gateway ever took up, and that so was never given anything.
// An epoch of 0 stands for one that is not known. Blocks on the store.
Status EndUntakenSession(const RegistryParts& parts, const storage::Fence& fence);

}  // namespace edgeplane::registry
