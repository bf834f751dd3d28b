// What an operator is told of an agent, asked for on the agents' port. Whoever
// knows the operators' tokens answers: the registry does not.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: called on the pool.
class OperatorView {
 public:
  virtual ~OperatorView() = default;
  // `bearer` is what stood behind "Bearer ", unchecked but for its length (1 to
  // 1024 bytes), and `agent_id` whatever the path had. The token comes first:
  // TOKEN_REQUIRED when it is not known, ROLE_INSUFFICIENT when it is not an
  // admin's; then AGENT_NOT_FOUND, also for an id that no agent can have; then the
  // store's failures.
  virtual Result<v1::DescribeAgentResponse::Description> Describe(std::string_view bearer,
                                                                  const std::string& agent_id) = 0;
};

}  // namespace edgeplane::registry
