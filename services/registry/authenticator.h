// Who calls for an agent, and whether it may: reads what is known of the agent and
// has Decide decide. Every call of an agent comes through here, on whichever
// channel.
#pragma once

#include <optional>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/admission.h"
#include "services/registry/caller.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: for the pool.
class Authenticator {
 public:
  // Both must outlive this.
  Authenticator(const RegistryParts& parts, const AdmissionPolicy& policy)
      : parts_(parts), policy_(policy) {}

  // An error means that there was no decision: the store's.
  Result<AdmissionVerdict> Ask(const CallerRef& caller) const;

 private:
  const RegistryParts& parts_;
  const AdmissionPolicy& policy_;
};

v1::RefusedAttempt ToRefusedAttempt(AdmissionRefusal refusal);

// The store's answer to something done for an agent that had been let in: the
// agent was changed in between. Nothing for any other error.
std::optional<AdmissionRefusal> ChangedMeanwhile(const Error& error);

}  // namespace edgeplane::registry
