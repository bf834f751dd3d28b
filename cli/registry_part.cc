#include "cli/registry_part.h"

#include "base/crypto.h"
#include "base/files.h"
#include "base/log.h"
#include "base/self_signed.h"
#include "cli/data_directory.h"
#include "cli/data_files.h"
#include "cli/gateway_token.h"
#include "cli/store_place.h"
#include "edgeplane/v1/admin_service.grpc.pb.h"
#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "services/admin/bootstrap_token.h"
#include "services/registry/fleet_secret.h"
#include "services/rpc/tls_credentials.h"
#include "storage/postgres/signal_bus.h"

namespace edgeplane::cli {

namespace {

constexpr char kKeyCheckFact[] = "master_key_check";
constexpr char kGatewayTokenFile[] = "gateway.token";
constexpr char kRegistryTlsDirectory[] = "registry-tls";
constexpr size_t kPemBytesMax = 1024 * 1024;
constexpr auto kCallsGrace = std::chrono::seconds(2);

}  // namespace

RegistryPart::RegistryPart(const AllSettings& settings, const Clock& clock,
                           MetricsRegistry& metrics)
    : settings_(settings), clock_(clock), metrics_(metrics), store_metrics_(metrics) {}

RegistryPart::~RegistryPart() {
  StopCalls();
  Close();
}

std::filesystem::path RegistryPart::gateway_token_path() const {
  return settings_.serve.gateway_token_file.empty()
             ? settings_.serve.InData(kGatewayTokenFile)
             : std::filesystem::path(settings_.serve.gateway_token_file);
}

std::filesystem::path RegistryPart::admin_token_path() const {
  return settings_.serve.InData(kAdminTokenFile);
}

std::string RegistryPart::admin_token_place() const {
  return token_elsewhere_ ? "with the first registry of this database"
                          : admin_token_path().string();
}

Status RegistryPart::Start(const std::function<bool()>& give_up, Endpoints& endpoints) {
  if (Status opened = OpenStore(give_up); !opened) return opened;
  if (Status unlocked = UnlockVault(); !unlocked) return unlocked;
  if (Status started = StartRegistry(); !started) return started;
  if (Status listens = ListenForGateways(endpoints); !listens) return listens;
  return StartOperators(endpoints);
}

Status RegistryPart::OpenStore(const std::function<bool()>& give_up) {
  Result<std::unique_ptr<storage::Store>> opened =
      cli::OpenStore(settings_.serve, &store_metrics_, give_up);
  if (!opened) return opened.error();
  store_ = *std::move(opened);
  if (shared_store()) {
    Result<std::unique_ptr<storage::PostgresSignalBus>> bus =
        storage::PostgresSignalBus::Open(Secret::CopyOf(settings_.serve.database));
    if (!bus) return bus.error();
    bus_ = *std::move(bus);
  }
  writable_ = true;
  return {};
}

// The key and the store belong together. A key that is missing is made only for
// a store that has never had one: with any other, every agent would be refused.
Status RegistryPart::UnlockVault() {
  const std::filesystem::path path = settings_.serve.master_key_file.empty()
                                         ? settings_.serve.InData(kMasterKeyFile)
                                         : std::filesystem::path(settings_.serve.master_key_file);
  Result<std::optional<std::string>> check = store_->GetFact(kKeyCheckFact);
  if (!check) return check.error();
  Result<std::optional<Secret>> key = ReadMasterKey(path);
  if (!key) return key.error();
  if (!key->has_value()) {
    if (check->has_value()) {
      return MakeError(
          v1::ErrorReason::INVALID_FIELD,
          "The master key " + path.string() +
              " is missing, and the agents' secrets in the store are sealed under it: "
              "restore it from your backup, or copy it from another registry of the same "
              "database.");
    }
    Result<Secret> made = CreateMasterKey(path);
    if (!made) return made.error();
    LogInfo("master key made", {{"path", path.string()}});
    *key = *std::move(made);
  }
  vault_ = std::make_unique<registry::Vault>(**key);
  Result<std::string> in_force = store_->PutFactOnce(kKeyCheckFact, vault_->KeyCheck());
  if (!in_force) return in_force.error();
  if (!ConstantTimeEquals(*in_force, vault_->KeyCheck())) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "The master key " + path.string() +
                         " is not the one this store was set up with: restore that one.");
  }
  return {};
}

Status RegistryPart::StartRegistry() {
  const Result<Secret> fleet_secret =
      registry::ReadFleetSecret(settings_.registry.fleet_secret_file);
  if (!fleet_secret) return fleet_secret.error();
  registry::RegistrySettings settings = settings_.registry;
  settings.alone = settings_.serve.registry_listen.empty() && !shared_store();
  registry_ = std::make_unique<registry::Registry>(settings, *store_, *vault_, clock_, metrics_,
                                                   *fleet_secret, bus_.get());
  const Result<admin::BootstrapToken> token =
      admin::EnsureAdminToken(*store_, admin_token_path(), clock_, shared_store());
  if (!token) return token.error();
  token_elsewhere_ = *token == admin::BootstrapToken::kElsewhere;
  const admin::Admin::Parts parts{*store_,
                                  *vault_,
                                  registry_->control(),
                                  registry_->signals(),
                                  registry_->event_signals(),
                                  registry_->metrics(),
                                  registry_->pool(),
                                  clock_,
                                  metrics_};
  admin_ = std::make_unique<admin::Admin>(settings_.admin, parts);
  if (Status started = admin_->Start(); !started) return started;
  registry_->SetOperatorView(admin_->operator_view());
  registry_->Start();
  return {};
}

// A listener only where one is asked for; a gateway in this process needs none.
Status RegistryPart::ListenForGateways(Endpoints& endpoints) {
  rpc::GrpcServerSettings gateways;
  gateways.name = "registry";
  gateways.services = {{&registry_->service(), v1::AgentRegistry::service_full_name()}};
  if (!settings_.serve.registry_listen.empty()) {
    gateways.address = settings_.serve.registry_listen;
    auto credentials = GatewayCredentials();
    if (!credentials) return credentials.error();
    gateways.credentials = *std::move(credentials);
  }
  Result<std::unique_ptr<rpc::GrpcServer>> server = rpc::GrpcServer::Start(std::move(gateways));
  if (!server) return NameListenSetting(server.error(), "--registry-listen");
  registry_server_ = *std::move(server);
  endpoints.registry_listen = registry_server_->address();
  return {};
}

Result<std::shared_ptr<grpc::ServerCredentials>> RegistryPart::GatewayCredentials() {
  std::filesystem::path certificate = settings_.serve.registry_certificate;
  std::filesystem::path key = settings_.serve.registry_key;
  if (certificate.empty()) {
    certificate = settings_.serve.InData(kRegistryTlsDirectory) / "cert.pem";
    key = settings_.serve.InData(kRegistryTlsDirectory) / "key.pem";
    const std::string names = std::string("DNS:") + kRegistryName;
    Status made = EnsureSelfSignedCertificate(certificate, key, names.c_str());
    if (!made) return made.error();
  }
  registry_certificate_ = certificate;
  Result<std::string> chain = ReadFile(certificate, kPemBytesMax);
  if (!chain) return chain.error();
  Result<std::string> private_key = ReadPrivateFile(key, kPemBytesMax);
  if (!private_key) return private_key.error();
  if (Status made = EnsureGatewayTokenFile(gateway_token_path()); !made) return made.error();
  Result<GatewayTokens> tokens = GatewayTokens::Read(gateway_token_path());
  if (!tokens) return tokens.error();
  const rpc::TlsIdentity identity{*chain, *private_key};
  Wipe(*private_key);
  return rpc::TlsWithBearer(identity,
                            [tokens = *std::move(tokens)](std::string_view authorization) {
                              return tokens.Know(authorization);
                            });
}

Status RegistryPart::StartOperators(Endpoints& endpoints) {
  rpc::GrpcServerSettings operators;
  operators.name = "admin";
  operators.address = settings_.serve.grpc_listen;
  operators.reflection = settings_.admin.reflection;
  operators.services = {{&admin_->service(), v1::AdminService::service_full_name()}};
  Result<std::unique_ptr<rpc::GrpcServer>> server = rpc::GrpcServer::Start(std::move(operators));
  if (!server) return NameListenSetting(server.error(), "--grpc-listen");
  admin_server_ = *std::move(server);
  endpoints.grpc_listen = admin_server_->address();
  return {};
}

void RegistryPart::CheckStore() {
  const Status writable = store_->CheckWritable();
  if (!writable && writable_) {
    LogError("store not writable", {{"error", writable.error().message}});
  } else if (writable && !writable_) {
    LogInfo("store writable again");
  }
  writable_ = writable.ok();
}

void RegistryPart::Leave() {
  if (admin_server_) admin_server_->SetServing(false);
}

void RegistryPart::StopCalls() {
  if (admin_) admin_->Stop();
  if (admin_server_) admin_server_->Shutdown(kCallsGrace);
  if (registry_) registry_->Stop();
}

void RegistryPart::Close() {
  if (registry_server_) registry_server_->Shutdown(kCallsGrace);
  // What the pool still runs may be the admin face's, which goes before it.
  if (registry_) registry_->pool().Stop();
}

}  // namespace edgeplane::cli
