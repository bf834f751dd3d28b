#include "services/rpc/grpc_server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <gtest/gtest.h>

#include <future>
#include <string>

#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/unit/rpc/server_fixture.h"

namespace edgeplane::rpc {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using testing::HasSubstr;

// SERVICE_UNKNOWN when the server does not know the name.
HealthCheckResponse::ServingStatus HealthOf(const std::shared_ptr<grpc::Channel>& channel,
                                            const std::string& service) {
  grpc::ClientContext context;
  context.set_deadline(Patience());
  HealthCheckRequest request;
  request.set_service(service);
  HealthCheckResponse response;
  const auto status = Health::NewStub(channel)->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    return HealthCheckResponse::SERVICE_UNKNOWN;
  }
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.status();
}

TEST(GrpcServer, TakesAFreePortAndServes) {
  auto server = UnimplementedServer::Listening();
  EXPECT_GT(server->port(), 0);
  EXPECT_EQ(server->address(), "127.0.0.1:" + std::to_string(server->port()));
  EXPECT_FALSE(server->starved());
  EXPECT_EQ(HealthOf(server.Channel(), ""), HealthCheckResponse::SERVING);
  EXPECT_EQ(HealthOf(server.Channel(), kAdminService), HealthCheckResponse::SERVING);
  EXPECT_EQ(HealthOf(server.Channel(), "no.such.Service"), HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST(GrpcServer, ListensOnEveryAddressWhenNoneIsNamed) {
  GrpcServerSettings settings;
  settings.address = ":0";
  UnimplementedServer server(std::move(settings));
  const auto channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server->port()),
                                           grpc::InsecureChannelCredentials());
  EXPECT_EQ(HealthOf(channel, ""), HealthCheckResponse::SERVING);
}

TEST(GrpcServer, ServesInsideTheProcessWithoutAListener) {
  UnimplementedServer server(GrpcServerSettings{});
  EXPECT_EQ(server->port(), 0);
  EXPECT_EQ(server->address(), "");
  EXPECT_EQ(HealthOf(server->InProcessChannel(), kAdminService), HealthCheckResponse::SERVING);
}

TEST(GrpcServer, SaysWhyItCannotListen) {
  auto first = UnimplementedServer::Listening();
  GrpcServerSettings settings;
  settings.name = "second";
  for (const std::string& address :
       {first->address(), std::string("192.0.2.1:0"), std::string("no-address")}) {
    settings.address = address;
    const auto second = GrpcServer::Start(settings);
    ASSERT_FALSE(second.ok()) << address;
    EXPECT_THAT(second.error().message, HasSubstr(address));
  }
}

TEST(GrpcServer, HealthFollowsSetServing) {
  auto server = UnimplementedServer::Listening();
  server->SetServing(false);
  EXPECT_EQ(HealthOf(server.Channel(), ""), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(HealthOf(server.Channel(), kAdminService), HealthCheckResponse::NOT_SERVING);
  server->SetServing(true);
  EXPECT_EQ(HealthOf(server.Channel(), kAdminService), HealthCheckResponse::SERVING);
}

// A balancer that watches hears of the shutdown, and its open stream does not
// keep the server from ending.
TEST(GrpcServer, ShutdownTellsHealthWatchersAndEndsThem) {
  auto server = UnimplementedServer::Listening();
  grpc::ClientContext context;
  context.set_deadline(Patience());
  auto stub = Health::NewStub(server.Channel());
  auto watch = stub->Watch(&context, HealthCheckRequest());
  HealthCheckResponse response;
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);

  auto shutdown =
      std::async(std::launch::async, [&] { server->Shutdown(std::chrono::milliseconds(100)); });
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(watch->Read(&response));
  shutdown.get();
  EXPECT_FALSE(watch->Finish().ok());
}

TEST(GrpcServer, TakesNoConnectionsAfterShutdownAndCanBeShutDownTwice) {
  auto server = UnimplementedServer::Listening();
  const auto channel = server.Channel();
  server->Shutdown(Duration::zero());
  server->Shutdown(Duration::zero());
  grpc::ClientContext context;
  context.set_deadline(Patience());
  HealthCheckResponse response;
  const auto status = Health::NewStub(channel)->Check(&context, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(GrpcServer, RefusesMessagesThatAreTooLargeAndGoesOn) {
  auto server = UnimplementedServer::Listening();
  const auto stub = v1::AdminService::NewStub(server.Channel());
  const auto call = [&](size_t bytes) {
    grpc::ClientContext context;
    context.set_deadline(Patience());
    v1::SendCommandRequest request;
    request.set_type(std::string(bytes, 't'));
    v1::Command response;
    return stub->SendCommand(&context, request, &response).error_code();
  };
  EXPECT_EQ(call(1024 * 1024), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(call(1024 * 1024 - 64), grpc::StatusCode::UNIMPLEMENTED);  // reached the method
}

}  // namespace
}  // namespace edgeplane::rpc
