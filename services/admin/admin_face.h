// edgeplane.v1.AdminService over gRPC: who calls, then the domain's function on
// the pool. Nothing is decided here.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <string>

#include "base/result.h"
#include "base/worker_pool.h"
#include "edgeplane/v1/admin_service.grpc.pb.h"
#include "services/admin/admin_auth.h"
#include "services/admin/admin_metrics.h"
#include "services/admin/agent_secrets.h"
#include "services/admin/agents.h"
#include "services/admin/audit.h"
#include "services/admin/audit_log.h"
#include "services/admin/commands.h"
#include "services/admin/desired_configs.h"
#include "services/admin/event_watch.h"
#include "services/admin/events.h"
#include "services/admin/fleet.h"
#include "services/admin/join_tokens.h"
#include "services/admin/refusals.h"
#include "services/admin/watch_hub.h"

namespace edgeplane::admin {

class AdminFace final : public v1::AdminService::CallbackService {
 public:
  struct Parts {
    const AdminAuth& auth;
    WorkerPool& pool;
    AdminMetrics& metrics;
    Agents& agents;
    AgentSecrets& secrets;
    JoinTokens& join_tokens;
    DesiredConfigs& configs;
    Events& events;
    Commands& commands;
    Refusals& refusals;
    Fleet& fleet;
    Audit& audit;
    AuditLog& audit_log;
    // What streams read by themselves.
    storage::CommandStore& command_store;
    registry::CommandSignals& command_signals;
    const EventWatch::Parts event_watch;
    WatchHub& hub;
  };
  // Everything given must outlive it.
  explicit AdminFace(const Parts& parts);

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* CreateAgent(Context*, const v1::CreateAgentRequest*, v1::CreateAgentResponse*) override;
  Unary* ImportAgent(Context*, const v1::ImportAgentRequest*, v1::Agent*) override;
  Unary* GetAgent(Context*, const v1::GetAgentRequest*, v1::Agent*) override;
  Unary* ListAgents(Context*, const v1::ListAgentsRequest*, v1::ListAgentsResponse*) override;
  Unary* UpdateAgent(Context*, const v1::UpdateAgentRequest*, v1::Agent*) override;
  Unary* DisableAgent(Context*, const v1::DisableAgentRequest*, v1::Agent*) override;
  Unary* EnableAgent(Context*, const v1::EnableAgentRequest*, v1::Agent*) override;
  Unary* DeleteAgent(Context*, const v1::DeleteAgentRequest*, v1::DeleteAgentResponse*) override;

  Unary* RotateSecret(Context*, const v1::RotateSecretRequest*, v1::RotateSecretResponse*) override;
  Unary* RetireSecret(Context*, const v1::RetireSecretRequest*, v1::Agent*) override;
  Unary* DisconnectAgent(Context*, const v1::DisconnectAgentRequest*,
                         v1::DisconnectAgentResponse*) override;

  Unary* CreateJoinToken(Context*, const v1::CreateJoinTokenRequest*,
                         v1::CreateJoinTokenResponse*) override;
  Unary* ListJoinTokens(Context*, const v1::ListJoinTokensRequest*,
                        v1::ListJoinTokensResponse*) override;
  Unary* RevokeJoinToken(Context*, const v1::RevokeJoinTokenRequest*, v1::JoinToken*) override;

  Unary* SetDesiredConfig(Context*, const v1::SetDesiredConfigRequest*,
                          v1::DesiredConfig*) override;
  Unary* GetDesiredConfig(Context*, const v1::GetDesiredConfigRequest*,
                          v1::DesiredConfig*) override;

  Unary* ListEvents(Context*, const v1::ListEventsRequest*, v1::ListEventsResponse*) override;
  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      Context*, const v1::WatchEventsRequest*) override;

  Unary* SendCommand(Context*, const v1::SendCommandRequest*, v1::Command*) override;
  Unary* GetCommand(Context*, const v1::GetCommandRequest*, v1::Command*) override;
  Unary* ListCommands(Context*, const v1::ListCommandsRequest*, v1::ListCommandsResponse*) override;
  Unary* CancelCommand(Context*, const v1::CancelCommandRequest*, v1::Command*) override;
  grpc::ServerWriteReactor<v1::WatchCommandResponse>* WatchCommand(
      Context*, const v1::WatchCommandRequest*) override;

  Unary* GetRefusal(Context*, const v1::GetRefusalRequest*, v1::Refusal*) override;
  Unary* ListRefusals(Context*, const v1::ListRefusalsRequest*, v1::ListRefusalsResponse*) override;
  Unary* ListAudit(Context*, const v1::ListAuditRequest*, v1::ListAuditResponse*) override;
  Unary* GetFleetStatus(Context*, const v1::GetFleetStatusRequest*, v1::FleetStatus*) override;

 private:
  // One for each method of the service.
  struct Calls {
    explicit Calls(CounterFamily& family);
    MethodCalls create_agent, import_agent, get_agent, list_agents, update_agent, disable_agent,
        enable_agent, delete_agent, rotate_secret, retire_secret, disconnect_agent,
        create_join_token, list_join_tokens, revoke_join_token, set_desired_config,
        get_desired_config, list_events, watch_events, send_command, get_command, list_commands,
        cancel_command, watch_command, get_refusal, list_refusals, list_audit, get_fleet_status;
  };

  // Gives the name of the caller's token.
  [[nodiscard]] Result<std::string> Authenticate(const Context& context);
  // Authenticates, then runs `(domain.*call)(*request)` on the pool; what has side
  // effects goes through the audit log.
  template <class Domain, class Request, class Response>
  Unary* Run(MethodCalls& calls, Context* context, const Request* request, Response* response,
             Domain& domain, Result<Response> (Domain::*call)(const Request&));

  // Authenticates and validates, then streams what `(*make)(*request)` gives:
  // Result<std::unique_ptr<WatchSource<Message>>>.
  template <class Message, class Request, class Make>
  grpc::ServerWriteReactor<Message>* Stream(MethodCalls& calls, Context* context,
                                            const Request* request, Make make);

  const Parts parts_;
  Calls calls_;
};

}  // namespace edgeplane::admin
