#include "services/registry/registry_face.h"

#include "services/registry/link_reactor.h"
#include "services/rpc/unary.h"

namespace edgeplane::registry {

RegistryFace::Unary* RegistryFace::Admit(Context* context, const v1::AdmitRequest* request,
                                         v1::AdmitResponse* response) {
  return rpc::BeginOnPool(
      parts_.pool, context, request, response,
      [this, context](const v1::AdmitRequest& asked, v1::AdmitResponse& answer,
                      const rpc::Finish& finish) {
        answerers_.admitter.Admit(
            asked, answer, [context] { return context->IsCancelled(); }, finish);
      },
      [](grpc::StatusCode) {});
}

RegistryFace::Unary* RegistryFace::Sync(Context* context, const v1::SyncRequest* request,
                                        v1::SyncResponse* response) {
  return rpc::RunOnPool(parts_.pool, context, request, response,
                        [this, context](const v1::SyncRequest& asked, v1::SyncResponse& answer) {
                          return answerers_.syncer.Sync(
                              asked, answer, [context] { return context->IsCancelled(); });
                        });
}

RegistryFace::Unary* RegistryFace::Acknowledge(Context* context,
                                               const v1::AcknowledgeRequest* request,
                                               v1::AcknowledgeResponse* response) {
  return rpc::RunOnPool(
      parts_.pool, context, request, response,
      [this](const v1::AcknowledgeRequest& asked, v1::AcknowledgeResponse& answer) {
        return answerers_.acknowledger.Acknowledge(asked, answer);
      });
}

RegistryFace::Unary* RegistryFace::Register(Context* context, const v1::RegisterRequest* request,
                                            v1::RegisterResponse* response) {
  return rpc::RunOnPool(
      parts_.pool, context, request, response,
      [this, context](const v1::RegisterRequest& asked, v1::RegisterResponse& answer) {
        return answerers_.registrar.Register(asked, answer,
                                             [context] { return context->IsCancelled(); });
      });
}

RegistryFace::Unary* RegistryFace::DescribeAgent(Context* context,
                                                 const v1::DescribeAgentRequest* request,
                                                 v1::DescribeAgentResponse* response) {
  return rpc::RunOnPool(
      parts_.pool, context, request, response,
      [this](const v1::DescribeAgentRequest& asked, v1::DescribeAgentResponse& answer) {
        return answerers_.describer.Describe(asked, answer);
      });
}

grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>* RegistryFace::Link(
    Context* context) {
  return LinkReactor::Start(parts_, context);
}

}  // namespace edgeplane::registry
