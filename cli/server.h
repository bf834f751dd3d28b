// A process of edgeplane: the parts that it runs, put together, and metrics.
//
// Start once, then Stop once, from one thread. Start says in its error what to
// do; a half-started server is taken down by the destructor.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_lock.h"
#include "base/metrics.h"
#include "base/metrics_server.h"
#include "base/result.h"
#include "cli/all_settings.h"
#include "cli/endpoints.h"
#include "cli/gateway_part.h"
#include "cli/registry_part.h"

namespace edgeplane::cli {

class Server {
 public:
  Server(AllSettings settings, Parts parts);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // `give_up`, asked several times a second, ends a wait for a registry, or for another one
  // that changes the schema.
  Result<Endpoints> Start(const std::function<bool()>& give_up);
  // Agents are sent away first, then the calls end, then the store closes.
  void Stop();

  // The one that agents see.
  Status ReloadCertificate() { return gateway_ ? gateway_->ReloadCertificate() : Status(); }
  // Finds out whether the store takes writes; blocks. For readiness.
  void CheckStore() {
    if (registry_) registry_->CheckStore();
  }

  // For what is said at the start; null where this process does not run that part.
  [[nodiscard]] const RegistryPart* registry() const { return registry_ ? &*registry_ : nullptr; }
  [[nodiscard]] const GatewayPart* gateway() const { return gateway_ ? &*gateway_ : nullptr; }

 private:
  Status StartMetrics();
  Status StartGateway(const std::function<bool()>& give_up);
  [[nodiscard]] std::vector<std::string> NotReady() const;

  const AllSettings settings_;
  SystemClock clock_;
  MetricsRegistry metrics_;
  std::atomic<bool> stopping_ = false;
  bool started_ = false;
  Endpoints endpoints_;

  // In the order they are built; destroyed the other way round.
  std::unique_ptr<FileLock> lock_;
  std::optional<RegistryPart> registry_;
  std::optional<GatewayPart> gateway_;
  std::unique_ptr<MetricsServer> metrics_server_;
};

}  // namespace edgeplane::cli
