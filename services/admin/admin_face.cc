#include "services/admin/admin_face.h"

#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "services/admin/audited_call.h"
#include "services/admin/command_watch.h"
#include "services/admin/validation.h"
#include "services/admin/watch_stream.h"
#include "services/rpc/status.h"
#include "services/rpc/unary.h"

namespace edgeplane::admin {
namespace {

constexpr char kAuthorization[] = "authorization";

// gRPC writes "ipv4:127.0.0.1:4711" and "ipv6:%5B::1%5D:4711".
std::string PeerOf(const grpc::CallbackServerContext& context) {
  std::string peer = context.peer();
  if (peer.starts_with("ipv4:") || peer.starts_with("ipv6:")) peer.erase(0, 5);
  for (const auto& [escaped, plain] : {std::pair("%5B", "["), std::pair("%5D", "]")}) {
    if (const size_t at = peer.find(escaped); at != std::string::npos) peer.replace(at, 3, plain);
  }
  return peer;
}

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
      rotate_secret(family, "RotateSecret"),
      retire_secret(family, "RetireSecret"),
      disconnect_agent(family, "DisconnectAgent"),
      create_join_token(family, "CreateJoinToken"),
      list_join_tokens(family, "ListJoinTokens"),
      revoke_join_token(family, "RevokeJoinToken"),
      set_desired_config(family, "SetDesiredConfig"),
      get_desired_config(family, "GetDesiredConfig"),
      list_events(family, "ListEvents"),
      watch_events(family, "WatchEvents"),
      send_command(family, "SendCommand"),
      get_command(family, "GetCommand"),
      list_commands(family, "ListCommands"),
      cancel_command(family, "CancelCommand"),
      watch_command(family, "WatchCommand"),
      get_refusal(family, "GetRefusal"),
      list_refusals(family, "ListRefusals"),
      list_audit(family, "ListAudit"),
      get_fleet_status(family, "GetFleetStatus") {}

AdminFace::AdminFace(const Parts& parts) : parts_(parts), calls_(parts.metrics.calls()) {}

Result<std::string> AdminFace::Authenticate(const Context& context) {
  const auto [first, last] = context.client_metadata().equal_range(kAuthorization);
  std::string_view authorization;
  if (first != last) authorization = {first->second.data(), first->second.size()};
  Result<std::string> allowed =
      first != last && std::next(first) != last
          ? MakeError(v1::ErrorReason::TOKEN_REQUIRED,
                      "The call carries the authorization metadata twice; send it once.")
          : parts_.auth.Check(authorization);
  if (!allowed.ok()) parts_.metrics.AuthenticationFailed();
  return allowed;
}

template <class Domain, class Request, class Response>
AdminFace::Unary* AdminFace::Run(MethodCalls& calls, Context* context, const Request* request,
                                 Response* response, Domain& domain,
                                 Result<Response> (Domain::*call)(const Request&)) {
  const Result<std::string> caller = Authenticate(*context);
  if (!caller.ok()) {
    const grpc::Status status = rpc::ToGrpcStatus(caller.error());
    calls.Ended(status.error_code());
    Unary* reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }
  return rpc::RunOnPool(
      parts_.pool, context, request, response,
      [&domain, call, &log = parts_.audit_log, &method = calls.method(),
       who = Caller{*caller, PeerOf(*context)}](const Request& asked, Response& answer) -> Status {
        AuditedCall audited(log, method, who, asked);
        if (Status begun = audited.Begin(); !begun.ok()) return begun;
        Result<Response> result = (domain.*call)(asked);
        const Status status = result.ok() ? Status() : Status(result.error());
        if (result.ok()) answer = std::move(*result);
        audited.End(status, status.ok() ? &answer : nullptr);
        return status;
      },
      [&calls](grpc::StatusCode code) { calls.Ended(code); });
}

template <class Message, class Request, class Make>
grpc::ServerWriteReactor<Message>* AdminFace::Stream(MethodCalls& calls, Context* context,
                                                     const Request* request, Make make) {
  const auto refuse = [&calls](const Error& error) {
    const grpc::Status status = rpc::ToGrpcStatus(error);
    calls.Ended(status.error_code());
    return new RefusedStream<Message>(status);
  };
  const Result<std::string> caller = Authenticate(*context);
  if (!caller.ok()) return refuse(caller.error());
  if (Status valid = Validate(*request); !valid.ok()) return refuse(valid.error());
  auto source = make(*request);
  if (!source.ok()) return refuse(source.error());
  return WatchStream<Message>::Start({parts_.pool, parts_.hub, calls}, context, std::move(*source));
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

AdminFace::Unary* AdminFace::RotateSecret(Context* context, const v1::RotateSecretRequest* request,
                                          v1::RotateSecretResponse* response) {
  return Run(calls_.rotate_secret, context, request, response, parts_.secrets,
             &AgentSecrets::Rotate);
}

AdminFace::Unary* AdminFace::RetireSecret(Context* context, const v1::RetireSecretRequest* request,
                                          v1::Agent* response) {
  return Run(calls_.retire_secret, context, request, response, parts_.secrets,
             &AgentSecrets::Retire);
}

AdminFace::Unary* AdminFace::DisconnectAgent(Context* context,
                                             const v1::DisconnectAgentRequest* request,
                                             v1::DisconnectAgentResponse* response) {
  return Run(calls_.disconnect_agent, context, request, response, parts_.agents,
             &Agents::Disconnect);
}

AdminFace::Unary* AdminFace::CreateJoinToken(Context* context,
                                             const v1::CreateJoinTokenRequest* request,
                                             v1::CreateJoinTokenResponse* response) {
  return Run(calls_.create_join_token, context, request, response, parts_.join_tokens,
             &JoinTokens::Create);
}

AdminFace::Unary* AdminFace::ListJoinTokens(Context* context,
                                            const v1::ListJoinTokensRequest* request,
                                            v1::ListJoinTokensResponse* response) {
  return Run(calls_.list_join_tokens, context, request, response, parts_.join_tokens,
             &JoinTokens::List);
}

AdminFace::Unary* AdminFace::RevokeJoinToken(Context* context,
                                             const v1::RevokeJoinTokenRequest* request,
                                             v1::JoinToken* response) {
  return Run(calls_.revoke_join_token, context, request, response, parts_.join_tokens,
             &JoinTokens::Revoke);
}

AdminFace::Unary* AdminFace::SetDesiredConfig(Context* context,
                                              const v1::SetDesiredConfigRequest* request,
                                              v1::DesiredConfig* response) {
  return Run(calls_.set_desired_config, context, request, response, parts_.configs,
             &DesiredConfigs::Set);
}

AdminFace::Unary* AdminFace::GetDesiredConfig(Context* context,
                                              const v1::GetDesiredConfigRequest* request,
                                              v1::DesiredConfig* response) {
  return Run(calls_.get_desired_config, context, request, response, parts_.configs,
             &DesiredConfigs::Get);
}

AdminFace::Unary* AdminFace::ListEvents(Context* context, const v1::ListEventsRequest* request,
                                        v1::ListEventsResponse* response) {
  return Run(calls_.list_events, context, request, response, parts_.events, &Events::List);
}

grpc::ServerWriteReactor<v1::WatchEventsResponse>* AdminFace::WatchEvents(
    Context* context, const v1::WatchEventsRequest* request) {
  return Stream<v1::WatchEventsResponse>(calls_.watch_events, context, request,
                                         [this](const v1::WatchEventsRequest& asked) {
                                           return EventWatch::Make(parts_.event_watch, asked);
                                         });
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
  return Stream<v1::WatchCommandResponse>(
      calls_.watch_command, context, request, [this](const v1::WatchCommandRequest& asked) {
        return Result(
            std::make_unique<CommandWatch>(parts_.command_store, parts_.command_signals, asked));
      });
}

AdminFace::Unary* AdminFace::GetRefusal(Context* context, const v1::GetRefusalRequest* request,
                                        v1::Refusal* response) {
  return Run(calls_.get_refusal, context, request, response, parts_.refusals, &Refusals::Get);
}

AdminFace::Unary* AdminFace::ListRefusals(Context* context, const v1::ListRefusalsRequest* request,
                                          v1::ListRefusalsResponse* response) {
  return Run(calls_.list_refusals, context, request, response, parts_.refusals, &Refusals::List);
}

AdminFace::Unary* AdminFace::ListAudit(Context* context, const v1::ListAuditRequest* request,
                                       v1::ListAuditResponse* response) {
  return Run(calls_.list_audit, context, request, response, parts_.audit, &Audit::List);
}

AdminFace::Unary* AdminFace::GetFleetStatus(Context* context,
                                            const v1::GetFleetStatusRequest* request,
                                            v1::FleetStatus* response) {
  return Run(calls_.get_fleet_status, context, request, response, parts_.fleet, &Fleet::Get);
}

}  // namespace edgeplane::admin
