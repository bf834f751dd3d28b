#include "services/registry/registry_face.h"

#include "services/registry/link_reactor.h"
#include "services/rpc/unary.h"

namespace edgeplane::registry {

grpc::ServerUnaryReactor* RegistryFace::Admit(grpc::CallbackServerContext* context,
                                              const v1::AdmitRequest* request,
                                              v1::AdmitResponse* response) {
  return rpc::RunOnPool(parts_.pool, context, request, response,
                        [this](const v1::AdmitRequest& asked, v1::AdmitResponse& answer) {
                          return admitter_.Admit(asked, answer);
                        });
}

grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>* RegistryFace::Link(
    grpc::CallbackServerContext* context) {
  return LinkReactor::Start(parts_, context);
}

}  // namespace edgeplane::registry
