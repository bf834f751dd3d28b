// The operator's API, put together over one store.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "base/worker_pool.h"
#include "services/admin/admin_settings.h"
#include "services/registry/agent_control.h"
#include "services/registry/command_signals.h"
#include "services/registry/event_signals.h"
#include "services/registry/operator_view.h"
#include "services/registry/registry_metrics.h"
#include "services/registry/vault.h"
#include "storage/store.h"

namespace grpc {
class Service;
}

namespace edgeplane::admin {

// Thread safe but for Start, Stop and the destructor.
//
// Order of calls: construct, register service() with a server, Start, start the
// server .. Stop, shut the server down, stop the pool, destroy. Stop ends the
// open watches and so lets the server's shutdown come to its end; calls may run
// until then.
class Admin {
 public:
  struct Parts {
    storage::Store& store;
    const registry::Vault& vault;
    registry::AgentControl& control;
    registry::CommandSignals& signals;
    registry::EventSignals& event_signals;
    registry::RegistryMetrics& registry_metrics;  // counts what operators do to commands, too
    WorkerPool& pool;
    const Clock& clock;
    MetricsRegistry& metrics;
  };
  // Everything given must outlive it; the settings are copied.
  Admin(const AdminSettings& settings, const Parts& parts);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  grpc::Service& service();
  // For the registry; lives as long as this.
  registry::OperatorView& operator_view();

  // Reads the admin tokens; every call is refused until it has. Again when they
  // have changed.
  Status Start();
  // Ends the open watches with SHUTTING_DOWN and takes no more; other calls still
  // work. Returns within some seconds. Idempotent.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgeplane::admin
