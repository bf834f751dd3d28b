#include "cli/registry_dialers.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/endpoint.h"
#include "base/files.h"
#include "base/secret.h"
#include "cli/gateway_token.h"

namespace edgeplane::cli {

namespace {

constexpr size_t kCaBytesMax = 1024 * 1024;
constexpr size_t kRegistriesMax = 16;
constexpr int kMessageBytesMax = 4 * 1024 * 1024;
// A registry that vanished is noticed within 7 s, which leaves time to go to another one
// before the lease it gave is over (gateway-lease); it allows a ping each 3 s.
constexpr int kPingMillis = 4'000;
constexpr int kPingTimeoutMillis = 3'000;
constexpr int kReconnectMinMillis = 100;
constexpr int kReconnectMaxMillis = 2'000;
// Three round trips, over a long way, to a registry that many come to at once.
constexpr int kConnectTimeoutMillis = 2'000;

class BearerPlugin final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit BearerPlugin(Secret token) : token_(std::move(token)) {}
  bool IsBlocking() const override { return false; }
  grpc::Status GetMetadata(grpc::string_ref /*service_url*/, grpc::string_ref /*method_name*/,
                           const grpc::AuthContext& /*context*/,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    metadata->emplace("authorization", "Bearer " + std::string(token_.Reveal()));
    return grpc::Status::OK;
  }

 private:
  const Secret token_;
};

Error Wrong(std::string why) { return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(why)); }

// What gRPC calls a target.
std::string TargetOf(const Endpoint& registry) {
  const std::string text = FormatEndpoint(registry.host, registry.port);
  if (IsName(registry.host)) return "dns:///" + text;
  return (registry.host.find(':') == std::string::npos ? "ipv4:" : "ipv6:") + text;
}

// One for each registry. Behind a single name there may be several: then the second
// is another attempt to get to one of them.
Result<std::vector<std::string>> TargetsOf(const std::vector<std::string>& registries) {
  if (registries.size() > kRegistriesMax) return Wrong("registry: 16 addresses at most.");
  std::vector<std::string> targets;
  bool is_name = false;
  for (const std::string& registry : registries) {
    const Result<Endpoint> endpoint = ParseTarget(registry);
    if (!endpoint.ok()) return Wrong("registry: " + endpoint.error().message);
    is_name = IsName(endpoint->host);
    targets.push_back(TargetOf(*endpoint));
  }
  if (targets.size() == 1 && is_name) targets.push_back(targets.front());
  return targets;
}

}  // namespace

Result<std::vector<gateway::RegistryDialer>> MakeRegistryDialers(const ServeSettings& settings) {
  const Result<std::vector<std::string>> targets = TargetsOf(settings.registries);
  if (!targets.ok()) return targets.error();
  Result<std::string> ca = ReadFile(settings.registry_ca, kCaBytesMax);
  if (!ca.ok()) return ca.error();
  if (ca->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
    return Wrong(settings.registry_ca + " holds no certificate in PEM.");
  }
  Result<Secret> token = ReadGatewayToken(settings.registry_token_file);
  if (!token.ok()) return token.error();

  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = *ca;
  const auto credentials = grpc::CompositeChannelCredentials(
      grpc::SslCredentials(tls),
      grpc::MetadataCredentialsFromPlugin(std::make_unique<BearerPlugin>(*std::move(token))));
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride(settings.registry_name);
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingTimeoutMillis);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMinMillis);
  // In spite of its name: how long an attempt may take.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectTimeoutMillis);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMillis);
  // Each channel its own connection: the last one of this target may lead elsewhere.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  std::vector<gateway::RegistryDialer> dialers;
  for (const std::string& target : *targets) {
    dialers.emplace_back([target, credentials, arguments] {
      return grpc::CreateCustomChannel(target, credentials, arguments);
    });
  }
  return dialers;
}

}  // namespace edgeplane::cli
