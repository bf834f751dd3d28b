// Answers Admit: reads what is known of the agent, has Decide decide, opens the
// session, and ends the one it takes over from.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/admission.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: for the pool.
class Admitter {
 public:
  // Both must outlive this.
  Admitter(const RegistryParts& parts, const AdmissionPolicy& policy)
      : parts_(parts), policy_(policy) {}

  // A refusal is an answer. An error means that there was no decision: the
  // store's, or INVALID_FIELD for a request no gateway should send.
  Status Admit(const v1::AdmitRequest& request, v1::AdmitResponse& response);

 private:
  Status Answer(const v1::AdmitRequest& request, v1::AdmitResponse& response);
  Status OpenSession(const v1::AdmitRequest& request, v1::AdmitResponse& response);
  void RefuseFlapping(const storage::SessionHeld& held, const v1::AdmitRequest& request,
                      v1::AdmitResponse& response);
  void TakeOver(const storage::Session& superseded, const v1::AdmitRequest& request);

  const RegistryParts& parts_;
  const AdmissionPolicy& policy_;
};

}  // namespace edgeplane::registry
