// What operators do with agents: the logic behind AdminService's agent calls.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/page_token.h"
#include "services/registry/agent_control.h"
#include "services/registry/command_signals.h"
#include "services/registry/registry_metrics.h"
#include "services/registry/vault.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class Agents {
 public:
  struct Parts {
    storage::AgentStore& store;
    const registry::Vault& vault;
    registry::AgentControl& control;
    registry::CommandSignals& signals;
    registry::RegistryMetrics& metrics;
    const Clock& clock;
    const PageTokens& tokens;
  };
  // Everything given must outlive it.
  explicit Agents(const Parts& parts) : parts_(parts) {}

  // Errors beside those of the store and INVALID_FIELD: as the store's calls of
  // the same names, PAGE_TOKEN_INVALID from List, AGENT_NOT_CONNECTED and
  // GATEWAY_NOT_LINKED from Disconnect.
  Result<v1::CreateAgentResponse> Create(const v1::CreateAgentRequest& request);
  Result<v1::Agent> Import(const v1::ImportAgentRequest& request);
  Result<v1::Agent> Get(const v1::GetAgentRequest& request);
  Result<v1::ListAgentsResponse> List(const v1::ListAgentsRequest& request);
  Result<v1::Agent> Update(const v1::UpdateAgentRequest& request);
  Result<v1::Agent> Disable(const v1::DisableAgentRequest& request);
  Result<v1::Agent> Enable(const v1::EnableAgentRequest& request);
  Result<v1::DisconnectAgentResponse> Disconnect(const v1::DisconnectAgentRequest& request);
  Result<v1::DeleteAgentResponse> Delete(const v1::DeleteAgentRequest& request);

 private:
  template <class Request>
  Result<v1::Agent> Register(const Request& request, std::string_view secret);

  Parts parts_;
};

}  // namespace edgeplane::admin
