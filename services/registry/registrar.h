// Answers Register: a program with a join token becomes an agent, or learns again
// which one it is.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/registry_parts.h"
#include "services/registry/vault.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: for the pool.
class Registrar {
 public:
  // Both must outlive this.
  Registrar(const RegistryParts& parts, const Vault& vault) : parts_(parts), vault_(vault) {}

  // As Admitter::Admit.
  Status Register(const v1::RegisterRequest& request, v1::RegisterResponse& response);

 private:
  const RegistryParts& parts_;
  const Vault& vault_;
};

}  // namespace edgeplane::registry
