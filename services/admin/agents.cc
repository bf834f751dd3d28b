#include "services/admin/agents.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/secret.h"
#include "services/admin/convert.h"
#include "services/admin/paging.h"
#include "services/admin/validation.h"
#include "services/registry/made_secret.h"

namespace edgeplane::admin {
namespace {

constexpr char kListName[] = "agents";

bool InDoubt(const Error& error) { return error.code == v1::ErrorReason::STORE_IN_DOUBT; }

Result<v1::Agent> Converted(const Result<storage::Agent>& agent) {
  if (!agent.ok()) return agent.error();
  return ToProto(*agent);
}

}  // namespace

template <class Request>
Result<v1::Agent> Agents::Register(const Request& request, std::string_view secret) {
  const Time now = parts_.clock.Now();
  storage::Agent agent;
  agent.agent_id = request.agent_id();
  agent.user_phone = request.user_phone();
  agent.display_name = request.display_name();
  agent.labels = {request.labels().begin(), request.labels().end()};
  agent.allowed_addresses = {request.allowed_addresses().begin(),
                             request.allowed_addresses().end()};
  agent.create_time = now;
  agent.update_time = now;
  return Converted(parts_.store.CreateAgent(
      agent, registry::SealAgentSecret(parts_.vault, secret, agent.agent_id, now)));
}

Result<v1::CreateAgentResponse> Agents::Create(const v1::CreateAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const Secret secret = registry::MakeRandomToken();
  Result<v1::Agent> agent = Register(request, secret.Reveal());
  if (!agent.ok()) {
    Error error = agent.error();
    if (InDoubt(error)) {
      error.message +=
          " Look the agent up: if it is there, delete it and create it again, because nobody has "
          "its secret.";
    }
    return error;
  }
  v1::CreateAgentResponse response;
  *response.mutable_agent() = std::move(*agent);
  response.set_secret(std::string(secret.Reveal()));
  return response;
}

Result<v1::Agent> Agents::Import(const v1::ImportAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  return Register(request, request.secret());
}

Result<v1::Agent> Agents::Get(const v1::GetAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  return Converted(parts_.store.GetAgent(request.agent_id()));
}

Result<v1::ListAgentsResponse> Agents::List(const v1::ListAgentsRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  auto cursor = parts_.tokens.Read(kListName, request.filter(), request.page_token());
  if (!cursor.ok()) return cursor.error();

  const storage::AgentFilter filter = FromProto(request.filter());
  v1::ListAgentsResponse response;
  auto next = FillPage(
      PageSizeOf(request.page_size()), std::move(*cursor),
      [&](const storage::PageRequest& page) { return parts_.store.ListAgents(filter, page); },
      [](const storage::Agent& agent) { return Result<v1::Agent>(ToProto(agent)); },
      *response.mutable_agents());
  if (!next.ok()) return next.error();
  if (*next) response.set_next_page_token(parts_.tokens.Make(kListName, request.filter(), **next));
  return response;
}

Result<v1::Agent> Agents::Update(const v1::UpdateAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  return Converted(
      parts_.store.UpdateAgent(request.agent().agent_id(), ChangesOf(request), parts_.clock.Now()));
}

Result<v1::Agent> Agents::Disable(const v1::DisableAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  std::string reason = request.reason();
  if (reason.empty()) {
    // Once more without a reason is no word against the one there is; an agent
    // that is enabled has none.
    const auto present = parts_.store.GetAgent(request.agent_id());
    if (!present.ok()) return present.error();
    reason = present->disabled_reason;
  }
  const auto agent = parts_.store.DisableAgent(request.agent_id(), reason, parts_.clock.Now());
  // In doubt too: better to end the session of an agent that may come back at
  // once than to leave one open that must not be.
  if (agent.ok() || InDoubt(agent.error())) {
    parts_.control.EndSession(request.agent_id(), v1::DISABLED);
  }
  return Converted(agent);
}

Result<v1::Agent> Agents::Enable(const v1::EnableAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  return Converted(parts_.store.EnableAgent(request.agent_id(), parts_.clock.Now()));
}

Result<v1::DisconnectAgentResponse> Agents::Disconnect(const v1::DisconnectAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto agent = parts_.store.GetAgent(request.agent_id());
  if (!agent.ok()) return agent.error();
  if (!agent->session) {
    return MakeError(v1::ErrorReason::AGENT_NOT_CONNECTED,
                     "The agent " + request.agent_id() + " is not connected.");
  }
  // Nothing of this is written down, so nobody does it later.
  if (!parts_.control.EndThisSession(*agent->session, v1::OPERATOR_DISCONNECTED)) {
    return MakeError(v1::ErrorReason::GATEWAY_NOT_LINKED,
                     "The session is held by the gateway '" + agent->session->gateway_id +
                         "', which has no link here at the moment and was told nothing. Try again "
                         "when it is back; to keep the agent out until then, disable it.");
  }
  v1::DisconnectAgentResponse response;
  *response.mutable_session() = ToProto(*agent->session);
  return response;
}

Result<v1::DeleteAgentResponse> Agents::Delete(const v1::DeleteAgentRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto cancelled = parts_.store.DeleteAgent(request.agent_id(), parts_.clock.Now());
  if (cancelled.ok() || InDoubt(cancelled.error())) {  // as in Disable
    parts_.control.EndSession(request.agent_id(), v1::CREDENTIALS_REVOKED);
  }
  if (!cancelled.ok()) return cancelled.error();
  const auto count = static_cast<int64_t>(cancelled->size());
  parts_.metrics.CommandMoved(storage::CommandState::kCancelled, count);
  for (const storage::Command& command : *cancelled) parts_.signals.Changed(command.command_id);
  v1::DeleteAgentResponse response;
  response.set_cancelled_commands(count);
  return response;
}

}  // namespace edgeplane::admin
