// The configuration agents should have: the logic behind SetDesiredConfig and
// GetDesiredConfig.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/registry/agent_control.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class DesiredConfigs {
 public:
  // Everything given must outlive it.
  DesiredConfigs(storage::ConfigStore& store, registry::AgentControl& control, const Clock& clock)
      : store_(store), control_(control), clock_(clock) {}

  // AGENT_NOT_FOUND
  Result<v1::DesiredConfig> Set(const v1::SetDesiredConfigRequest& request);
  Result<v1::DesiredConfig> Get(const v1::GetDesiredConfigRequest& request);

 private:
  storage::ConfigStore& store_;
  registry::AgentControl& control_;
  const Clock& clock_;
};

}  // namespace edgeplane::admin
