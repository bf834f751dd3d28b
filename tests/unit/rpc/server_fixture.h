// A server that hosts AdminService, every method of which is UNIMPLEMENTED.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "edgeplane/v1/admin_service.grpc.pb.h"
#include "services/rpc/grpc_server.h"

namespace edgeplane::rpc {

inline constexpr char kAdminService[] = "edgeplane.v1.AdminService";

// Nothing here takes long; this only ends a test that hangs.
inline std::chrono::system_clock::time_point Patience() {
  return std::chrono::system_clock::now() + std::chrono::seconds(30);
}

class UnimplementedServer {
 public:
  explicit UnimplementedServer(GrpcServerSettings settings) {
    settings.name = "test";
    settings.services = {{&service_, kAdminService}};
    auto started = GrpcServer::Start(std::move(settings));
    if (!started.ok()) {
      ADD_FAILURE() << started.error().message;
      return;
    }
    server_ = std::move(*started);
  }

  static UnimplementedServer Listening() {
    GrpcServerSettings settings;
    settings.address = "127.0.0.1:0";
    return UnimplementedServer(std::move(settings));
  }

  GrpcServer& operator*() { return *server_; }
  GrpcServer* operator->() { return server_.get(); }

  std::shared_ptr<grpc::Channel> Channel() {
    return grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  }

 private:
  v1::AdminService::CallbackService service_;
  std::unique_ptr<GrpcServer> server_;
};

}  // namespace edgeplane::rpc
