// Agents' own secrets: the logic behind RotateSecret and RetireSecret.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/registry/agent_control.h"
#include "services/registry/vault.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class AgentSecrets {
 public:
  // Everything given must outlive it.
  AgentSecrets(storage::AgentStore& store, const registry::Vault& vault,
               registry::AgentControl& control, const Clock& clock)
      : store_(store), vault_(vault), control_(control), clock_(clock) {}

  // Errors beside those of the store and INVALID_FIELD: as the store's calls of
  // the same names.
  Result<v1::RotateSecretResponse> Rotate(const v1::RotateSecretRequest& request);
  Result<v1::Agent> Retire(const v1::RetireSecretRequest& request);

 private:
  storage::AgentStore& store_;
  const registry::Vault& vault_;
  registry::AgentControl& control_;
  const Clock& clock_;
};

}  // namespace edgeplane::admin
