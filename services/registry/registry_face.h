// AgentRegistry on gRPC: nothing but the way to the parts that answer.
#pragma once

#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "services/registry/acknowledger.h"
#include "services/registry/admitter.h"
#include "services/registry/describer.h"
#include "services/registry/registrar.h"
#include "services/registry/registry_parts.h"
#include "services/registry/syncer.h"

namespace edgeplane::registry {

class RegistryFace final : public v1::AgentRegistry::CallbackService {
 public:
  struct Answerers {
    Admitter& admitter;
    Syncer& syncer;
    Acknowledger& acknowledger;
    Registrar& registrar;
    Describer& describer;
  };
  // All must outlive this.
  RegistryFace(const RegistryParts& parts, const Answerers& answerers)
      : parts_(parts), answerers_(answerers) {}

  using Context = grpc::CallbackServerContext;
  using Unary = grpc::ServerUnaryReactor;

  Unary* Admit(Context* context, const v1::AdmitRequest* request,
               v1::AdmitResponse* response) override;
  Unary* Sync(Context* context, const v1::SyncRequest* request,
              v1::SyncResponse* response) override;
  Unary* Acknowledge(Context* context, const v1::AcknowledgeRequest* request,
                     v1::AcknowledgeResponse* response) override;
  Unary* Register(Context* context, const v1::RegisterRequest* request,
                  v1::RegisterResponse* response) override;
  Unary* DescribeAgent(Context* context, const v1::DescribeAgentRequest* request,
                       v1::DescribeAgentResponse* response) override;
  grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>* Link(Context* context) override;

 private:
  const RegistryParts& parts_;
  const Answerers answerers_;
};

}  // namespace edgeplane::registry
