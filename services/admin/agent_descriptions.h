// What an operator is told of an agent on the agents' port (GET /edge/agents/ID).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/admin/admin_auth.h"
#include "services/admin/admin_metrics.h"
#include "services/registry/operator_view.h"
#include "storage/store.h"

namespace edgeplane::admin {

class AgentDescriptions final : public registry::OperatorView {
 public:
  // Everything given must outlive it.
  AgentDescriptions(const AdminAuth& auth, AdminMetrics& metrics, storage::Store& store)
      : auth_(auth), metrics_(metrics), store_(store) {}

  // The parts are read one after the other, so they may differ by what happened
  // in between.
  Result<v1::DescribeAgentResponse::Description> Describe(std::string_view bearer,
                                                          const std::string& agent_id) override;

 private:
  const AdminAuth& auth_;
  AdminMetrics& metrics_;
  storage::Store& store_;
};

}  // namespace edgeplane::admin
