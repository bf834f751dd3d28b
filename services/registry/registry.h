// The registry: admission, sessions and delivery behind AgentRegistry, put
// together over one store.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/secret.h"
#include "base/worker_pool.h"
#include "services/registry/agent_control.h"
#include "services/registry/command_signals.h"
#include "services/registry/event_signals.h"
#include "services/registry/operator_view.h"
#include "services/registry/registry_metrics.h"
#include "services/registry/registry_settings.h"
#include "services/registry/vault.h"
#include "storage/signal_bus.h"
#include "storage/store.h"

namespace grpc {
class Service;
}

namespace edgeplane::registry {

// Thread safe but for Start, Stop and the destructor.
//
// Order of calls: construct, register service() with a server, Start, start the
// server .. Stop, shut the server down, destroy. Stop ends every link and so
// lets the server's shutdown come to its end; destroying comes after it, because
// calls may run until then.
class Registry {
 public:
  // Everything given must outlive it, but for the settings and the fleet secret
  // (ReadFleetSecret): that one is sealed, and may be wiped after this. `bus` leads to
  // the other registries of the store; null where there are none.
  Registry(const RegistrySettings& settings, storage::Store& store, const Vault& vault,
           const Clock& clock, MetricsRegistry& metrics, const Secret& fleet_secret = Secret(),
           storage::SignalBus* bus = nullptr);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  grpc::Service& service();
  AgentControl& control();
  CommandSignals& signals();
  EventSignals& event_signals();
  // For every call that may block, the admin face's too.
  WorkerPool& pool();
  RegistryMetrics& metrics();

  // Who answers DescribeAgent; before Start. Must outlive the last call.
  void SetOperatorView(OperatorView& view);

  void Start();
  // Ends all links with SHUTTING_DOWN and takes no more; stops sweeping. Returns
  // within some seconds, whatever the gateways do. Idempotent.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgeplane::registry
