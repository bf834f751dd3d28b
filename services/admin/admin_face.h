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
#include "services/admin/agents.h"
#include "services/admin/command_watch.h"
#include "services/admin/commands.h"
#include "services/admin/fleet.h"
#include "services/admin/refusals.h"

namespace edgeplane::admin {

class AdminFace final : public v1::AdminService::CallbackService {
 public:
  struct Parts {
    const AdminAuth& auth;
    WorkerPool& pool;
    AdminMetrics& metrics;
    Agents& agents;
    Commands& commands;
    Refusals& refusals;
    Fleet& fleet;
    storage::CommandStore& store;
    registry::CommandSignals& signals;
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

  Unary* SendCommand(Context*, const v1::SendCommandRequest*, v1::Command*) override;
  Unary* GetCommand(Context*, const v1::GetCommandRequest*, v1::Command*) override;
  Unary* ListCommands(Context*, const v1::ListCommandsRequest*, v1::ListCommandsResponse*) override;
  Unary* CancelCommand(Context*, const v1::CancelCommandRequest*, v1::Command*) override;
  grpc::ServerWriteReactor<v1::WatchCommandResponse>* WatchCommand(
      Context*, const v1::WatchCommandRequest*) override;

  Unary* GetRefusal(Context*, const v1::GetRefusalRequest*, v1::Refusal*) override;
  Unary* ListRefusals(Context*, const v1::ListRefusalsRequest*, v1::ListRefusalsResponse*) override;
  Unary* GetFleetStatus(Context*, const v1::GetFleetStatusRequest*, v1::FleetStatus*) override;

 private:
  // One for each method of the service.
  struct Calls {
    explicit Calls(CounterFamily& family);
    MethodCalls create_agent, import_agent, get_agent, list_agents, update_agent, disable_agent,
        enable_agent, delete_agent, send_command, get_command, list_commands, cancel_command,
        watch_command, get_refusal, list_refusals, get_fleet_status;
  };

  [[nodiscard]] Status Authenticate(const Context& context);
  // Authenticates, then runs `(domain.*call)(*request)` on the pool.
  template <class Domain, class Request, class Response>
  Unary* Run(MethodCalls& calls, Context* context, const Request* request, Response* response,
             Domain& domain, Result<Response> (Domain::*call)(const Request&));

  const Parts parts_;
  Calls calls_;
};

}  // namespace edgeplane::admin
