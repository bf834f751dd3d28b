// The registry's side of AgentControl.
#pragma once

#include <string>
#include <vector>

#include "services/registry/agent_control.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

// Thread safe.
class Control final : public AgentControl {
 public:
  explicit Control(const RegistryParts& parts) : parts_(parts) {}

  void CommandQueued(const std::string& agent_id) override;
  void ConfigChanged(const std::string& agent_id) override;
  void EndSession(const std::string& agent_id, v1::Disconnect reason) override;
  bool EndThisSession(const storage::Session& session, v1::Disconnect reason) override;

 private:
  const RegistryParts& parts_;
};

}  // namespace edgeplane::registry
