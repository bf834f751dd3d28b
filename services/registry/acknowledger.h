// Answers Acknowledge: a polling agent's word on a command.
#pragma once

#include <string>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/authenticator.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: for the pool.
class Acknowledger {
 public:
  // Both must outlive this.
  Acknowledger(const RegistryParts& parts, const Authenticator& authenticator)
      : parts_(parts), authenticator_(authenticator) {}

  // As Admitter::Admit. What is refused is refused before anything is said of the
  // command.
  Status Acknowledge(const v1::AcknowledgeRequest& request, v1::AcknowledgeResponse& response);

 private:
  // The agent that has to prove itself: the one the request names, or that of its
  // token, or else the command's. Empty: there is none.
  Result<std::string> WhoSpeaks(const CallerRef& caller, const std::string& command_id) const;
  Status Apply(const storage::Ack& ack, v1::AcknowledgeResponse& response);

  const RegistryParts& parts_;
  const Authenticator& authenticator_;
};

}  // namespace edgeplane::registry
