// AgentRegistry on gRPC: nothing but the way to the parts that answer.
#pragma once

#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "services/registry/admitter.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

class RegistryFace final : public v1::AgentRegistry::CallbackService {
 public:
  // Both must outlive this.
  RegistryFace(const RegistryParts& parts, Admitter& admitter)
      : parts_(parts), admitter_(admitter) {}

  grpc::ServerUnaryReactor* Admit(grpc::CallbackServerContext* context,
                                  const v1::AdmitRequest* request,
                                  v1::AdmitResponse* response) override;
  grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>* Link(
      grpc::CallbackServerContext* context) override;

 private:
  const RegistryParts& parts_;
  Admitter& admitter_;
};

}  // namespace edgeplane::registry
