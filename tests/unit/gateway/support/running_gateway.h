// A gateway on loopback ports of the system's choice, linked to a
// ScriptedRegistry.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "gateway/gateway.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/gateway/support/scripted_registry.h"

namespace edgeplane::gateway {

class RunningGateway {
 public:
  using Adjust = std::function<void(GatewaySettings&)>;
  // Settings begin with their defaults but for one thread and a short close and
  // drain. Throws std::runtime_error when it does not start.
  explicit RunningGateway(const Adjust& adjust = {}, bool tls = false);
  ~RunningGateway();

  ScriptedRegistry& registry() { return registry_; }
  Gateway& gateway() { return *gateway_; }
  [[nodiscard]] uint16_t port() const { return port_; }
  [[nodiscard]] uint16_t tls_port() const { return tls_port_; }
  // The value of a metric line, for example
  // `edgeplane_connections_closed_total{reason="RESTART"}`; -1 where there is none.
  double Metric(const std::string& line);
  bool AwaitMetric(const std::string& line, double value);
  // Calls Drain, Stop or both; ends the test program when that takes too long.
  bool EndsInTime(const std::function<void(Gateway&)>& end);

 private:
  ScriptedRegistry registry_;
  SystemClock clock_;
  MetricsRegistry metrics_;
  TemporaryDirectory directory_;
  std::unique_ptr<Gateway> gateway_;
  uint16_t port_ = 0;
  uint16_t tls_port_ = 0;
};

}  // namespace edgeplane::gateway
