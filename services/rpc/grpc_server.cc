#include "services/rpc/grpc_server.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "base/log.h"
#include "services/rpc/accept_loop.h"
#include "services/rpc/reflection.h"

namespace edgeplane::rpc {
namespace {

using std::chrono::milliseconds;

// A client may ping each 4 s, with calls open or without; the second is for
// timers that are early. Faster ones are told too_many_pings.
constexpr milliseconds kClientPingInterval(3'000);
// We ask a silent client whether it is still there, so that one that vanished
// frees its connection and its streams within 50 s.
constexpr milliseconds kServerPingInterval(30'000);
constexpr milliseconds kServerPingTimeout(20'000);
// From accept to a complete HTTP/2 preface (and TLS handshake).
constexpr milliseconds kHandshakeTimeout(10'000);
constexpr int kMetadataBytesMax = 16 * 1024;

int Millis(milliseconds span) { return static_cast<int>(span.count()); }

void ConfigureTransport(const GrpcServerSettings& settings, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(settings.receive_bytes_max);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, settings.concurrent_streams_max);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, Millis(kHandshakeTimeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Millis(kClientPingInterval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // ours: no limit
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Millis(kServerPingInterval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Millis(kServerPingTimeout));
  // Two servers on one port would share its connections at random.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);

  grpc::ResourceQuota quota(settings.name);
  quota.Resize(static_cast<size_t>(settings.memory_bytes_max));
  quota.SetMaxThreads(settings.threads_max);
  builder.SetResourceQuota(quota);
}

std::vector<std::string> NamesOf(const std::vector<HostedService>& services) {
  std::vector<std::string> names;
  names.reserve(services.size());
  for (const HostedService& hosted : services) names.push_back(hosted.name);
  return names;
}

}  // namespace

class GrpcServer::Impl {
 public:
  explicit Impl(GrpcServerSettings settings) : settings_(std::move(settings)) {}

  Status Start() {
    std::optional<ListeningSocket> socket;
    if (!settings_.address.empty()) {
      Result<ListeningSocket> opened = ListeningSocket::Open(settings_.address);
      if (!opened.ok()) return opened.error();
      address_ = opened->address();
      port_ = opened->port();
      socket = std::move(*opened);
    }
    if (Status built = Build(socket.has_value()); !built.ok()) return built;
    SetServing(true);
    if (!socket) return {};
    accepts_.emplace(std::move(*socket), [this](int fd) { Take(fd); });
    return accepts_->Start(settings_.name + "-acc");
  }

  void SetServing(bool serving) {
    server_->GetHealthCheckService()->SetServingStatus("", serving);
    for (const HostedService& hosted : settings_.services) {
      server_->GetHealthCheckService()->SetServingStatus(hosted.name, serving);
    }
  }

  void Shutdown(Duration grace) {
    const std::lock_guard lock(shutdown_mutex_);
    if (!server_ || std::exchange(shut_down_, true)) return;
    if (accepts_) accepts_->Stop();
    server_->GetHealthCheckService()->Shutdown();
    if (reflection_) reflection_->Stop();
    server_->Shutdown(std::chrono::system_clock::now() + grace);
  }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] bool starved() const { return accepts_ && accepts_->starved(); }
  std::shared_ptr<grpc::Channel> InProcessChannel() {
    return server_->InProcessChannel(grpc::ChannelArguments());
  }

 private:
  Status Build(bool listens) {
    // Process-wide in gRPC, and read when a server is built. Servers are built
    // at start-up, on one thread.
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    ConfigureTransport(settings_, builder);
    if (listens) {
      auto credentials = settings_.credentials;
      if (!credentials) credentials = grpc::InsecureServerCredentials();
      acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
          grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, credentials);
    }
    for (const HostedService& hosted : settings_.services) builder.RegisterService(hosted.service);
    if (settings_.reflection) {
      reflection_.emplace(NamesOf(settings_.services));
      for (grpc::Service* service : reflection_->services()) builder.RegisterService(service);
    }
    server_ = builder.BuildAndStart();
    if (!server_ || server_->GetHealthCheckService() == nullptr) {
      return MakeError(v1::ErrorReason::INTERNAL, "gRPC could not start the server '" +
                                                      settings_.name + "'; its log says why.");
    }
    return {};
  }

  void Take(int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
    connection.listener_fd = accepts_->socket().fd();
    connection.fd = fd;
    acceptor_->HandleNewConnection(&connection);
  }

  const GrpcServerSettings settings_;
  std::string address_;
  uint16_t port_ = 0;
  // In the order they are needed in: the server uses what is above it, the
  // accept loop hands connections to the acceptor.
  std::optional<Reflection> reflection_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
  std::optional<AcceptLoop> accepts_;
  std::mutex shutdown_mutex_;
  bool shut_down_ = false;
};

Result<std::unique_ptr<GrpcServer>> GrpcServer::Start(GrpcServerSettings settings) {
  auto impl = std::make_unique<Impl>(std::move(settings));
  std::unique_ptr<GrpcServer> server(new GrpcServer(std::move(impl)));
  if (Status started = server->impl_->Start(); !started.ok()) return started.error();
  return server;
}

GrpcServer::GrpcServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GrpcServer::~GrpcServer() { Shutdown(Duration::zero()); }

const std::string& GrpcServer::address() const { return impl_->address(); }
uint16_t GrpcServer::port() const { return impl_->port(); }
bool GrpcServer::starved() const { return impl_->starved(); }
std::shared_ptr<grpc::Channel> GrpcServer::InProcessChannel() { return impl_->InProcessChannel(); }
void GrpcServer::SetServing(bool serving) { impl_->SetServing(serving); }
void GrpcServer::Shutdown(Duration grace) { impl_->Shutdown(grace); }

}  // namespace edgeplane::rpc
