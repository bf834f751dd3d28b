// The whole of it over a store in memory, behind a real gRPC server on a free
// port, and an operator that calls it.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/crypto.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "base/worker_pool.h"
#include "edgeplane/v1/admin_service.grpc.pb.h"
#include "services/admin/admin.h"
#include "services/rpc/grpc_server.h"
#include "storage/memory/memory_store.h"
#include "tests/unit/admin/recording_control.h"

namespace edgeplane::admin {

inline constexpr char kToken[] = "ep_the-operator";

// Nothing here takes long; this only ends a test that hangs.
inline std::chrono::system_clock::time_point Patience() {
  return std::chrono::system_clock::now() + std::chrono::seconds(60);
}

class AdminTest : public testing::Test {
 protected:
  // Signals alone have to do: nobody is to be saved by the pulse.
  static AdminSettings Settings() {
    AdminSettings settings;
    settings.watch_recheck = std::chrono::hours(1);
    return settings;
  }

  explicit AdminTest(const AdminSettings& settings = Settings()) {
    EXPECT_TRUE(store_.PutAdminToken({"test", Sha256(kToken), "admin", Time()}).ok());
    admin_ = std::make_unique<Admin>(
        settings, Admin::Parts{store_, vault_, control_, signals_, event_signals_,
                               registry_metrics_, pool_, clock_, metrics_});
    EXPECT_TRUE(admin_->Start().ok());
    rpc::GrpcServerSettings server;
    server.name = "admin";
    server.address = "127.0.0.1:0";
    server.services = {{&admin_->service(), v1::AdminService::service_full_name()}};
    server.reflection = true;
    auto started = rpc::GrpcServer::Start(std::move(server));
    EXPECT_TRUE(started.ok());
    server_ = std::move(*started);
    channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    stub_ = v1::AdminService::NewStub(channel_);
  }

  ~AdminTest() override { Shutdown(); }

  // With more grace than a test has: what is open must end by itself.
  void Shutdown() {
    admin_->Stop();
    server_->Shutdown(std::chrono::hours(1));
    pool_.Stop();
  }

  static std::unique_ptr<grpc::ClientContext> Authorized() {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(Patience());
    context->AddMetadata("authorization", std::string("Bearer ") + kToken);
    return context;
  }

  // One call of the stub, with the token.
  template <class Method, class Request, class Response>
  grpc::Status Call(Method method, const Request& request, Response* response) {
    return ((*stub_).*method)(Authorized().get(), request, response);
  }

  void CreateAgent(const std::string& agent_id) {
    v1::CreateAgentRequest request;
    request.set_agent_id(agent_id);
    request.set_user_phone("+15551234568");
    v1::CreateAgentResponse response;
    const auto status = Call(&Stub::CreateAgent, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  std::string SendCommand(const std::string& agent_id) {
    v1::SendCommandRequest request;
    request.set_agent_id(agent_id);
    request.set_type("print");
    v1::Command response;
    const auto status = Call(&Stub::SendCommand, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.command_id();
  }

  using Stub = v1::AdminService::Stub;

  storage::MemoryStore store_;
  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
  const registry::Vault vault_{Secret(std::string(32, 'k'))};
  RecordingControl control_;
  registry::CommandSignals signals_;
  registry::EventSignals event_signals_;
  MetricsRegistry metrics_;
  registry::RegistryMetrics registry_metrics_{metrics_};
  WorkerPool pool_{"admin", 4, 256};
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<rpc::GrpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace edgeplane::admin
