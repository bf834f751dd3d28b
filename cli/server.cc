#include "cli/server.h"

#include "base/endpoint.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/data_directory.h"
#include "cli/data_files.h"
#include "edgeplane/v1/admin_service.grpc.pb.h"
#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "gateway/tls_context.h"
#include "services/admin/bootstrap_token.h"
#include "services/registry/fleet_secret.h"

namespace edgeplane::cli {

namespace {

constexpr char kStoreFile[] = "edgeplane.db";
constexpr char kMasterKeyFile[] = "master.key";
constexpr char kGatewayIdFile[] = "gateway.id";
constexpr char kTlsDirectory[] = "tls";
constexpr char kKeyCheckFact[] = "master_key_check";
constexpr auto kLinkTimeout = std::chrono::seconds(10);
constexpr auto kCallsGrace = std::chrono::seconds(2);

// An address that cannot be listened on is mended by another.
Error WithSetting(Error error, const std::string& settings) {
  if (IsCannotListen(error)) {
    error.message += " Another address can be given with " + settings + ".";
  }
  return error;
}

}  // namespace

Server::Server(AllSettings settings) : settings_(std::move(settings)), store_metrics_(metrics_) {}

Server::~Server() { Stop(); }

std::filesystem::path Server::InData(const char* name) const {
  return std::filesystem::path(settings_.serve.data_dir) / name;
}

std::filesystem::path Server::admin_token_path() const { return InData(kAdminTokenFile); }

Result<Endpoints> Server::Start() {
  if (Status made = MakePrivateDirectory(settings_.serve.data_dir); !made) return made.error();
  if (Status opened = OpenStore(); !opened) return opened.error();
  // Only now: the store's lock says that no other server uses this directory.
  RemoveEndpoints(settings_.serve.data_dir);
  if (Status unlocked = UnlockVault(); !unlocked) return unlocked.error();
  if (Status started = StartServices(); !started) return started.error();
  if (Status started = StartGateway(); !started) return started.error();
  if (Status written = WriteEndpoints(settings_.serve.data_dir, endpoints_); !written) {
    return written.error();
  }
  return endpoints_;
}

Status Server::OpenStore() {
  storage::SqliteSettings sqlite;
  sqlite.path = InData(kStoreFile);
  Result<std::unique_ptr<storage::SqliteStore>> opened =
      storage::SqliteStore::Open(sqlite, &store_metrics_);
  if (!opened) return opened.error();
  store_ = *std::move(opened);
  store_writable_ = true;
  return {};
}

// The key and the store belong together. A key that is missing is made only for
// a store that has never had one: with any other, every agent would be refused.
Status Server::UnlockVault() {
  const std::filesystem::path path = settings_.serve.master_key_file.empty()
                                         ? InData(kMasterKeyFile)
                                         : std::filesystem::path(settings_.serve.master_key_file);
  Result<std::optional<std::string>> check = store_->GetFact(kKeyCheckFact);
  if (!check) return check.error();
  Result<std::optional<Secret>> key = ReadMasterKey(path);
  if (!key) return key.error();
  if (!key->has_value()) {
    if (check->has_value()) {
      return MakeError(v1::ErrorReason::INVALID_FIELD,
                       "The master key " + path.string() +
                           " is missing, and the agents' secrets in the store are sealed under it: "
                           "restore it from your backup.");
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

Status Server::StartServices() {
  const Result<Secret> fleet_secret =
      registry::ReadFleetSecret(settings_.registry.fleet_secret_file);
  if (!fleet_secret) return fleet_secret.error();
  registry_ = std::make_unique<registry::Registry>(settings_.registry, *store_, *vault_, clock_,
                                                   metrics_, *fleet_secret);
  const Result<admin::BootstrapToken> token =
      admin::EnsureAdminToken(*store_, admin_token_path(), clock_);
  if (!token) return token.error();
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

  rpc::GrpcServerSettings internal;
  internal.name = "registry";
  internal.services = {{&registry_->service(), v1::AgentRegistry::service_full_name()}};
  Result<std::unique_ptr<rpc::GrpcServer>> registry_server =
      rpc::GrpcServer::Start(std::move(internal));
  if (!registry_server) return registry_server.error();
  registry_server_ = *std::move(registry_server);

  rpc::GrpcServerSettings operators;
  operators.name = "admin";
  operators.address = settings_.serve.grpc_listen;
  operators.reflection = settings_.admin.reflection;
  operators.services = {{&admin_->service(), v1::AdminService::service_full_name()}};
  Result<std::unique_ptr<rpc::GrpcServer>> admin_server =
      rpc::GrpcServer::Start(std::move(operators));
  if (!admin_server) return WithSetting(admin_server.error(), "--grpc-listen");
  admin_server_ = *std::move(admin_server);
  endpoints_.grpc_listen = admin_server_->address();

  return StartMetrics();
}

Status Server::StartMetrics() {
  if (settings_.serve.metrics_listen.empty()) return {};
  metrics_server_ = std::make_unique<MetricsServer>(metrics_, [this] { return NotReady(); });
  Result<std::string> address = metrics_server_->Start(settings_.serve.metrics_listen);
  if (!address) return WithSetting(address.error(), "--metrics-listen");
  endpoints_.metrics_listen = *address;
  return {};
}

Status Server::StartGateway() {
  gateway::Gateway::Options options;
  options.settings = settings_.gateway;
  options.addresses = {settings_.serve.listen, settings_.serve.tls_listen};
  Result<std::string> id = EnsureGatewayId(InData(kGatewayIdFile));
  if (!id) return id.error();
  options.gateway_id = *id;
  options.tls_certificate = settings_.serve.tls_certificate;
  options.tls_key = settings_.serve.tls_key;
  if (options.tls_certificate.empty() && !settings_.serve.tls_listen.empty()) {
    options.tls_certificate = InData(kTlsDirectory) / "cert.pem";
    options.tls_key = InData(kTlsDirectory) / "key.pem";
    if (Status made =
            gateway::EnsureSelfSignedCertificate(options.tls_certificate, options.tls_key);
        !made) {
      return made;
    }
    self_signed_ = options.tls_certificate;
  }
  gateway_ = std::make_unique<gateway::Gateway>(
      std::move(options), registry_server_->InProcessChannel(), clock_, metrics_);
  Result<gateway::GatewayAddresses> started = gateway_->Start(kLinkTimeout);
  if (!started) return WithSetting(started.error(), "--listen and --tls-listen");
  endpoints_.listen = started->listen;
  endpoints_.tls_listen = started->tls_listen;
  ready_gateway_ = gateway_.get();
  return {};
}

std::vector<std::string> Server::NotReady() const {
  std::vector<std::string> reasons;
  const gateway::Gateway* gateway = ready_gateway_;
  if (stopping_) {
    reasons.emplace_back("shutting down");
  } else if (gateway == nullptr) {
    reasons.emplace_back("starting");
  } else if (!gateway->ready()) {
    reasons.emplace_back("the gateway has no link to a registry");
  }
  if (!store_writable_) reasons.emplace_back("the store does not take writes");
  return reasons;
}

void Server::CheckStore() {
  const Status writable = store_->CheckWritable();
  if (!writable && store_writable_) {
    LogError("store not writable", {{"error", writable.error().message}});
  } else if (writable && !store_writable_) {
    LogInfo("store writable again");
  }
  store_writable_ = writable.ok();
}

void Server::Stop() {
  if (stopping_.exchange(true)) return;
  if (admin_server_) admin_server_->SetServing(false);
  if (gateway_) {
    gateway_->Drain();
    gateway_->Stop();
  }
  if (admin_) admin_->Stop();
  if (admin_server_) admin_server_->Shutdown(kCallsGrace);
  if (registry_) registry_->Stop();
  // The gateway's channel leads into this server, so it has to go first.
  if (metrics_server_) metrics_server_->Stop();
  ready_gateway_ = nullptr;
  gateway_.reset();
  if (registry_server_) registry_server_->Shutdown(kCallsGrace);
  // What the pool still runs may be the admin face's, which goes before it.
  if (registry_) registry_->pool().Stop();
  if (!endpoints_.listen.empty() || !endpoints_.tls_listen.empty()) {
    RemoveEndpoints(settings_.serve.data_dir);
  }
}

}  // namespace edgeplane::cli
