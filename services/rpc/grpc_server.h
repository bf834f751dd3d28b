// One gRPC server: the services it hosts, a listener of its own (or none), the
// health service and, by setting, reflection.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/security/server_credentials.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace edgeplane::rpc {

// Must outlive the server; everything it has in flight must end by itself soon
// after the call is cancelled, or Shutdown waits for it.
struct HostedService {
  grpc::Service* service = nullptr;
  std::string name;  // fully qualified: AdminService::service_full_name()
};

struct GrpcServerSettings {
  // For logs and thread names; at most 10 characters.
  std::string name;
  // "127.0.0.1:9090", "[::1]:0"; port 0 takes a free one. Empty: no listener,
  // only channels inside this process.
  std::string address;
  // What a connection has to do before it may speak gRPC. Nothing: plaintext,
  // for loopback and in-process. TLS is grpc::SslServerCredentials here, and
  // nothing else changes.
  std::shared_ptr<grpc::ServerCredentials> credentials;
  std::vector<HostedService> services;
  bool reflection = false;

  int receive_bytes_max = 1024 * 1024;  // one message
  int concurrent_streams_max = 1024;    // on one connection
  int64_t memory_bytes_max = 256LL * 1024 * 1024;
  int threads_max = 64;
};

// Thread safe once started.
class GrpcServer {
 public:
  // Listens and serves when it returns. Health says SERVING for every hosted
  // service and for "", the server as a whole.
  static Result<std::unique_ptr<GrpcServer>> Start(GrpcServerSettings settings);
  ~GrpcServer();  // Shutdown without any grace
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // With the port in force; empty and 0 without a listener.
  [[nodiscard]] const std::string& address() const;
  [[nodiscard]] uint16_t port() const;

  // Whether new connections have to wait, usually because the process is out of
  // file descriptors: for readiness.
  [[nodiscard]] bool starved() const;

  // A channel that goes through no socket. Has to go before the server does.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // For all of the hosted services and "": for load balancers and probes.
  void SetServing(bool serving);

  // Takes no more connections, turns health to NOT_SERVING, ends reflection
  // streams, lets the calls in flight end within `grace`, then cancels them, and
  // waits for their handlers. Services with open streams of their own should
  // have ended them before. Calls over an in-process channel get no grace: gRPC
  // breaks that transport at once. Idempotent.
  void Shutdown(Duration grace);

 private:
  class Impl;
  explicit GrpcServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgeplane::rpc
