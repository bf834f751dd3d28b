#include "services/admin/agent_descriptions.h"

#include <vector>

#include "services/admin/convert.h"
#include "services/admin/validation.h"

namespace edgeplane::admin {

Result<v1::DescribeAgentResponse::Description> AgentDescriptions::Describe(
    std::string_view bearer, const std::string& agent_id) {
  if (const auto allowed = auth_.CheckToken(bearer); !allowed.ok()) {
    metrics_.AuthenticationFailed();
    return allowed.error();
  }
  v1::GetAgentRequest request;
  request.set_agent_id(agent_id);
  if (!Validate(request).ok()) {
    return MakeError(v1::ErrorReason::AGENT_NOT_FOUND, "No agent can have this id.");
  }
  const auto agent = store_.GetAgent(agent_id);
  if (!agent.ok()) return agent.error();
  storage::RefusalFilter of_agent;
  of_agent.agent_id = agent_id;
  const auto refusals = store_.ListRefusals(of_agent, {1, std::nullopt});
  if (!refusals.ok()) return refusals.error();
  const auto commands = store_.CountAgentCommands(agent_id);
  if (!commands.ok()) return commands.error();

  v1::DescribeAgentResponse::Description description;
  *description.mutable_agent() = ToProto(*agent);
  if (!refusals->items.empty()) {
    *description.mutable_last_refusal() = ToProto(refusals->items.front());
  }
  int64_t in_flight = 0;
  for (const storage::StateCount& counted : *commands) {
    if (counted.state == storage::CommandState::kQueued) {
      description.set_queued_commands(counted.count);
    } else if (!storage::IsFinal(counted.state)) {
      in_flight += counted.count;
    }
  }
  description.set_commands_in_flight(in_flight);
  return description;
}

}  // namespace edgeplane::admin
