// Every part of edgeplane in one process: the store, the registry and the
// operator's API over it, the gateway linked to it in-process, and metrics.
//
// Start once, then Stop once, from one thread. Start says in its error what to
// do; a half-started server is taken down by the destructor.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/metrics_server.h"
#include "base/result.h"
#include "cli/all_settings.h"
#include "cli/endpoints.h"
#include "gateway/gateway.h"
#include "services/admin/admin.h"
#include "services/registry/registry.h"
#include "services/registry/vault.h"
#include "services/rpc/grpc_server.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/store_metrics.h"

namespace edgeplane::cli {

class Server {
 public:
  explicit Server(AllSettings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Result<Endpoints> Start();
  // Agents are sent away first, then the calls end, then the store closes.
  void Stop();

  Status ReloadCertificate() { return gateway_->ReloadCertificate(); }
  // Finds out whether the store takes writes; blocks. For readiness.
  void CheckStore();

  [[nodiscard]] std::filesystem::path admin_token_path() const;
  // Where a certificate stands that this server made for itself; empty otherwise.
  [[nodiscard]] const std::string& self_signed() const { return self_signed_; }

 private:
  Status OpenStore();
  Status UnlockVault();
  Status StartServices();
  Status StartMetrics();
  Status StartGateway();
  [[nodiscard]] std::filesystem::path InData(const char* name) const;
  [[nodiscard]] std::vector<std::string> NotReady() const;

  const AllSettings settings_;
  SystemClock clock_;
  MetricsRegistry metrics_;
  storage::StoreMetrics store_metrics_;
  std::atomic<bool> store_writable_ = false;
  std::atomic<bool> stopping_ = false;
  std::string self_signed_;
  Endpoints endpoints_;

  // In the order they are built; destroyed the other way round.
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<registry::Vault> vault_;
  std::unique_ptr<registry::Registry> registry_;
  std::unique_ptr<admin::Admin> admin_;
  std::unique_ptr<rpc::GrpcServer> registry_server_;
  std::unique_ptr<rpc::GrpcServer> admin_server_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::atomic<const gateway::Gateway*> ready_gateway_ = nullptr;
  std::unique_ptr<MetricsServer> metrics_server_;
};

}  // namespace edgeplane::cli
