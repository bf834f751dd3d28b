// What operators do with commands: the logic behind AdminService's command
// calls.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/admin_settings.h"
#include "services/admin/page_token.h"
#include "services/registry/agent_control.h"
#include "services/registry/command_signals.h"
#include "services/registry/registry_metrics.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class Commands {
 public:
  struct Parts {
    const AdminSettings& settings;
    storage::CommandStore& store;
    registry::AgentControl& control;
    registry::CommandSignals& signals;
    registry::RegistryMetrics& metrics;
    const Clock& clock;
    const PageTokens& tokens;
  };
  // Everything given must outlive it.
  explicit Commands(const Parts& parts) : parts_(parts) {}

  // Errors beside those of the store and INVALID_FIELD: as the store's calls of
  // the same names, and PAGE_TOKEN_INVALID from List.
  Result<v1::Command> Send(const v1::SendCommandRequest& request);
  Result<v1::Command> Get(const v1::GetCommandRequest& request);
  Result<v1::ListCommandsResponse> List(const v1::ListCommandsRequest& request);
  Result<v1::Command> Cancel(const v1::CancelCommandRequest& request);

 private:
  Parts parts_;
};

}  // namespace edgeplane::admin
