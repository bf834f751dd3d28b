#include "services/admin/admin_face.h"

#include <string_view>
#include <utility>

#include "services/admin/validation.h"
#include "services/rpc/status.h"
#include "services/rpc/unary.h"

namespace edgeplane::admin {
namespace {

constexpr char kAuthorization[] = "authorization";

// A stream that ends before it has begun.
class RefusedWatch final : public grpc::ServerWriteReactor<v1::WatchCommandResponse> {
 public:
  explicit RefusedWatch(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

AdminFace::Calls::Calls(CounterFamily& family)
    : create_agent(family, "CreateAgent"),
      import_agent(family, "ImportAgent"),
      get_agent(family, "GetAgent"),
      list_agents(family, "ListAgents"),
      update_agent(family, "UpdateAgent"),
      disable_agent(family, "DisableAgent"),
      enable_agent(family, "EnableAgent"),
      delete_agent(family, "DeleteAgent"),
      send_command(family, "SendCommand"),
      get_command(family, "GetCommand"),
      list_commands(family, "ListCommands"),
      cancel_command(family, "CancelCommand"),
      watch_command(family, "WatchCommand"),
      get_refusal(family, "GetRefusal"),
      list_refusals(family, "ListRefusals"),
      get_fleet_status(family, "GetFleetStatus") {}

AdminFace::AdminFace(const Parts& parts) : parts_(parts), calls_(parts.metrics.calls()) {}

Status AdminFace::Authenticate(const Context& context) {
  const auto [first, last] = context.client_metadata().equal_range(kAuthorization);
  std::string_view authorization;
  if (first != last) authorization = {first->second.data(), first->second.size()};
  Status allowed = first != last && std::next(first) != last
                       ? MakeError(v1::ErrorReason::TOKEN_REQUIRED,
                                   "The call carries the authorization metadata twice; send it "
                                   "once.")
                       : parts_.auth.Check(authorization);
  if (!allowed.ok()) parts_.metrics.AuthenticationFailed();
  return allowed;
}

template <class Domain, class Request, class Response>
AdminFace::Unary* AdminFace::Run(MethodCalls& calls, Context* context, const Request* request,
                                 Response* response, Domain& domain,
                                 Result<Response> (Domain::*call)(const Request&)) {
  if (Status allowed = Authenticate(*context); !allowed.ok()) {
    const grpc::Status status = rpc::ToGrpcStatus(allowed.error());
    calls.Ended(status.error_code());
    Unary* reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }
  return rpc::RunOnPool(
      parts_.pool, context, request, response,
      [&domain, call](const Request& asked, Response& answer) -> Status {
        Result<Response> result = (domain.*call)(asked);
        if (!result.ok()) return result.error();
        answer = std::move(*result);
        return {};
      },
      [&calls](grpc::StatusCode code) { calls.Ended(code); });
}

AdminFace::Unary* AdminFace::CreateAgent(Context* context, const v1::CreateAgentRequest* request,
                                         v1::CreateAgentResponse* response) {
  return Run(calls_.create_agent, context, request, response, parts_.agents, &Agents::Create);
}

AdminFace::Unary* AdminFace::ImportAgent(Context* context, const v1::ImportAgentRequest* request,
                                         v1::Agent* response) {
  return Run(calls_.import_agent, context, request, response, parts_.agents, &Agents::Import);
}

AdminFace::Unary* AdminFace::GetAgent(Context* context, const v1::GetAgentRequest* request,
                                      v1::Agent* response) {
  return Run(calls_.get_agent, context, request, response, parts_.agents, &Agents::Get);
}

AdminFace::Unary* AdminFace::ListAgents(Context* context, const v1::ListAgentsRequest* request,
                                        v1::ListAgentsResponse* response) {
  return Run(calls_.list_agents, context, request, response, parts_.agents, &Agents::List);
}

AdminFace::Unary* AdminFace::UpdateAgent(Context* context, const v1::UpdateAgentRequest* request,
                                         v1::Agent* response) {
  return Run(calls_.update_agent, context, request, response, parts_.agents, &Agents::Update);
}

AdminFace::Unary* AdminFace::DisableAgent(Context* context, const v1::DisableAgentRequest* request,
                                          v1::Agent* response) {
  return Run(calls_.disable_agent, context, request, response, parts_.agents, &Agents::Disable);
}

AdminFace::Unary* AdminFace::EnableAgent(Context* context, const v1::EnableAgentRequest* request,
                                         v1::Agent* response) {
  return Run(calls_.enable_agent, context, request, response, parts_.agents, &Agents::Enable);
}

AdminFace::Unary* AdminFace::DeleteAgent(Context* context, const v1::DeleteAgentRequest* request,
                                         v1::DeleteAgentResponse* response) {
  return Run(calls_.delete_agent, context, request, response, parts_.agents, &Agents::Delete);
}

AdminFace::Unary* AdminFace::SendCommand(Context* context, const v1::SendCommandRequest* request,
                                         v1::Command* response) {
  return Run(calls_.send_command, context, request, response, parts_.commands, &Commands::Send);
}

AdminFace::Unary* AdminFace::GetCommand(Context* context, const v1::GetCommandRequest* request,
                                        v1::Command* response) {
  return Run(calls_.get_command, context, request, response, parts_.commands, &Commands::Get);
}

AdminFace::Unary* AdminFace::ListCommands(Context* context, const v1::ListCommandsRequest* request,
                                          v1::ListCommandsResponse* response) {
  return Run(calls_.list_commands, context, request, response, parts_.commands, &Commands::List);
}

AdminFace::Unary* AdminFace::CancelCommand(Context* context,
                                           const v1::CancelCommandRequest* request,
                                           v1::Command* response) {
  return Run(calls_.cancel_command, context, request, response, parts_.commands, &Commands::Cancel);
}

grpc::ServerWriteReactor<v1::WatchCommandResponse>* AdminFace::WatchCommand(
    Context* context, const v1::WatchCommandRequest* request) {
  Status allowed = Authenticate(*context);
  if (allowed.ok()) allowed = Validate(*request);
  if (!allowed.ok()) {
    const grpc::Status status = rpc::ToGrpcStatus(allowed.error());
    calls_.watch_command.Ended(status.error_code());
    return new RefusedWatch(status);
  }
  return CommandWatch::Start(
      {parts_.store, parts_.signals, parts_.pool, parts_.hub, calls_.watch_command}, context,
      *request);
}

AdminFace::Unary* AdminFace::GetRefusal(Context* context, const v1::GetRefusalRequest* request,
                                        v1::Refusal* response) {
  return Run(calls_.get_refusal, context, request, response, parts_.refusals, &Refusals::Get);
}

AdminFace::Unary* AdminFace::ListRefusals(Context* context, const v1::ListRefusalsRequest* request,
                                          v1::ListRefusalsResponse* response) {
  return Run(calls_.list_refusals, context, request, response, parts_.refusals, &Refusals::List);
}

AdminFace::Unary* AdminFace::GetFleetStatus(Context* context,
                                            const v1::GetFleetStatusRequest* request,
                                            v1::FleetStatus* response) {
  return Run(calls_.get_fleet_status, context, request, response, parts_.fleet, &Fleet::Get);
}

}  // namespace edgeplane::admin
