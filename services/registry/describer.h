// Answers DescribeAgent, by asking the operators' side.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/operator_view.h"

namespace edgeplane::registry {

// Thread safe but for Use. Blocks on the store: for the pool.
class Describer {
 public:
  // Before the first call; `view` must outlive the last.
  void Use(OperatorView& view) { view_ = &view; }

  // A token that is not known, or not an admin's, is refused; an error means that there is no
  // answer.
  Status Describe(const v1::DescribeAgentRequest& request, v1::DescribeAgentResponse& response);

 private:
  OperatorView* view_ = nullptr;
};

}  // namespace edgeplane::registry
