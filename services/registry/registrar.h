// Answers Register: a program with a join token becomes an agent, or learns again
// which one it is.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/caller.h"
#include "services/registry/registry_parts.h"
#include "services/registry/vault.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: for the pool.
class Registrar {
 public:
  // Both must outlive this.
  Registrar(const RegistryParts& parts, const Vault& vault) : parts_(parts), vault_(vault) {}

  // As Admitter::Admit. Where nobody waits for the answer any more, no agent is made;
  // where nobody did in the end, or the store does not say what it did, and the agent
  // may have a secret that nobody got, the log says so: it is given out once.
  Status Register(const v1::RegisterRequest& request, v1::RegisterResponse& response,
                  const Abandoned& abandoned = NeverAbandoned);

 private:
  const RegistryParts& parts_;
  const Vault& vault_;
};

}  // namespace edgeplane::registry
