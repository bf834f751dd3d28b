// Answers Admit: has it decided whether the agent may connect, opens the session,
// and ends the one it takes over from.
#pragma once

#include <functional>
#include <optional>
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

  using Finish = std::function<void(const Status&)>;

  // Has `finish` called once: before this returns, or, where another gateway may hold
  // the agent still, when that has closed its session (awaited_sessions.h). The
  // request and the response have to live until then.
  //
  // A refusal is an answer. An error means that there was no decision: the
  // store's, GATEWAY_NOT_LINKED, or INVALID_FIELD for a request no gateway should
  // send. Where nobody waits for the answer any more, no session is left open.
  void Admit(const v1::AdmitRequest& request, v1::AdmitResponse& response, Abandoned abandoned,
             const Finish& finish);

 private:
  struct Asked {
    const v1::AdmitRequest& request;
    v1::AdmitResponse& response;
    Abandoned abandoned;
    Finish finish;
  };

  // Nothing: it is answered later.
  std::optional<Status> Decide(const Asked& asked);
  std::optional<Status> OpenSession(const Asked& asked, const AdmissionVerdict& verdict);
  std::optional<Status> Granted(const Asked& asked, const storage::SessionRequest& session,
                                const storage::SessionGrant& grant);
  Status Take(const Asked& asked, const storage::Fence& fence);
  // The other gateway has not given the agent up in time.
  Status GiveUp(const Asked& asked, const storage::Fence& fence, const std::string& holder,
                Duration lease_left);
  void RefuseTakeover(const storage::SessionRequest& session, const std::string& credential_kind,
                      const storage::SessionHeld& held, v1::AdmitResponse& response);
  void TakeOver(const storage::Session& superseded, const storage::SessionRequest& by);

  const RegistryParts& parts_;
  const Authenticator& authenticator_;
};

}  // namespace edgeplane::registry
