// The state of record and everything over it: the store, the registry that
// gateways ask, and the operator's API.
//
// Start once, then Leave, StopCalls and Close once, from one thread; the destructor
// makes up for what was not called.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "cli/all_settings.h"
#include "cli/endpoints.h"
#include "services/admin/admin.h"
#include "services/registry/registry.h"
#include "services/registry/vault.h"
#include "services/rpc/grpc_server.h"
#include "storage/signal_bus.h"
#include "storage/store.h"
#include "storage/store_metrics.h"

namespace edgeplane::cli {

class RegistryPart {
 public:
  // All must outlive this.
  RegistryPart(const AllSettings& settings, const Clock& clock, MetricsRegistry& metrics);
  ~RegistryPart();
  RegistryPart(const RegistryPart&) = delete;
  RegistryPart& operator=(const RegistryPart&) = delete;

  // Adds its listeners to `endpoints`. The error says what to do. `give_up` as OpenStore
  // has it (store_place.h).
  Status Start(const std::function<bool()>& give_up, Endpoints& endpoints);

  // Over which a gateway in this process asks; has to go before Close.
  std::shared_ptr<grpc::Channel> Channel() { return registry_server_->InProcessChannel(); }

  // Finds out whether the store takes writes; blocks.
  void CheckStore();
  [[nodiscard]] bool writable() const { return writable_; }
  // Other registries may use it too.
  [[nodiscard]] bool shared_store() const { return !settings_.serve.database.empty(); }
  [[nodiscard]] std::filesystem::path admin_token_path() const;
  // For people to read.
  [[nodiscard]] std::string admin_token_place() const;
  [[nodiscard]] std::filesystem::path gateway_token_path() const;
  // That gateways of other processes have to trust; empty without such a listener.
  [[nodiscard]] const std::string& registry_certificate() const { return registry_certificate_; }

  // Says to operators that it goes.
  void Leave();
  // Ends the operators' calls, and the gateways' links.
  void StopCalls();
  void Close();

 private:
  Status OpenStore(const std::function<bool()>& give_up);
  Status UnlockVault();
  Status StartRegistry();
  Status ListenForGateways(Endpoints& endpoints);
  Result<std::shared_ptr<grpc::ServerCredentials>> GatewayCredentials();
  Status StartOperators(Endpoints& endpoints);

  const AllSettings& settings_;
  const Clock& clock_;
  MetricsRegistry& metrics_;
  storage::StoreMetrics store_metrics_;
  std::atomic<bool> writable_ = false;
  bool token_elsewhere_ = false;
  std::string registry_certificate_;

  // In the order they are built; destroyed the other way round.
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::SignalBus> bus_;  // null: the store is this process's alone
  std::unique_ptr<registry::Vault> vault_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<admin::Admin> admin_;
  std::unique_ptr<rpc::GrpcServer> registry_server_;
  std::unique_ptr<rpc::GrpcServer> admin_server_;
};

}  // namespace edgeplane::cli
