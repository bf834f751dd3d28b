// The part that faces the agents: listeners, event loops, connections.
//
// Start, then at the end Drain and Stop, each once, from one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "gateway/gateway_settings.h"
#include "gateway/registry_dialer.h"

namespace edgeplane::gateway {

struct GatewayAddresses {
  std::string listen;      // plain; empty: no such listener
  std::string tls_listen;  // empty: no such listener
};

class Gateway {
 public:
  struct Options {
    GatewaySettings settings;
    GatewayAddresses addresses;
    std::string gateway_id;
    std::string tls_certificate;  // PEM files; needed for tls_listen
    std::string tls_key;
  };

  // `registries` reach an edgeplane.v1.AgentRegistry each, as RegistryClient has them.
  // `metrics` asks the gateway at each scrape, so there must be none once it is gone.
  Gateway(Options options, std::vector<RegistryDialer> registries, const Clock& clock,
          MetricsRegistry& metrics);
  ~Gateway();  // stops without draining, if nobody did
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Links to a registry, then listens. Gives the addresses in force. Waits for the link up
  // to `link_timeout`, or until `give_up`, which is asked several times a second, says so.
  Result<GatewayAddresses> Start(Duration link_timeout, const std::function<bool()>& give_up);

  // Is there a registry behind it, does its lease run, and does it take agents? Thread
  // safe.
  [[nodiscard]] bool ready() const;

  // Reads the certificate files again; open connections are not touched. Thread
  // safe.
  Status ReloadCertificate();

  // Takes no more connections, then sends every agent away with 1012, spread
  // over drain-window. Returns when all are gone, or at the deadline.
  void Drain();
  // Cuts off whatever is left, tells the registry, and ends the threads.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgeplane::gateway
