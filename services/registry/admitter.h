// Answers Admit: has it decided whether the agent may connect, opens the session,
// and ends the one it takes over from.
#pragma once

#include <string>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/authenticator.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: for the pool.
class Admitter {
 public:
  // Both must outlive this.
  Admitter(const RegistryParts& parts, const Authenticator& authenticator)
      : parts_(parts), authenticator_(authenticator) {}

  // A refusal is an answer. An error means that there was no decision: the
  // store's, or INVALID_FIELD for a request no gateway should send. Where nobody
  // waits for the answer any more, no session is left open.
  Status Admit(const v1::AdmitRequest& request, v1::AdmitResponse& response,
               const Abandoned& abandoned = NeverAbandoned);

 private:
  Status OpenSession(const v1::AdmitRequest& request, const AdmissionVerdict& verdict,
                     v1::AdmitResponse& response, const Abandoned& abandoned);
  Status Granted(const storage::SessionRequest& session, const storage::SessionGrant& grant,
                 v1::AdmitResponse& response, const Abandoned& abandoned);
  void RefuseTakeover(const storage::SessionRequest& session, const std::string& credential_kind,
                      const storage::SessionHeld& held, v1::AdmitResponse& response);
  void TakeOver(const storage::Session& superseded, const storage::SessionRequest& by);

  const RegistryParts& parts_;
  const Authenticator& authenticator_;
};

}  // namespace edgeplane::registry
