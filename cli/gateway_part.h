// What agents connect to: the gateway with its listeners and its certificate.
//
// Start once, then Stop once, from one thread; the destructor stops without sending
// agents away.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"
#include "cli/all_settings.h"
#include "cli/endpoints.h"
#include "gateway/gateway.h"

namespace edgeplane::cli {

class GatewayPart {
 public:
  // All must outlive this.
  GatewayPart(const AllSettings& settings, const Clock& clock, MetricsRegistry& metrics)
      : settings_(settings), clock_(clock), metrics_(metrics) {}
  ~GatewayPart() = default;
  GatewayPart(const GatewayPart&) = delete;
  GatewayPart& operator=(const GatewayPart&) = delete;

  // `registries` lead to one each, as gateway::Gateway has them. Adds its listeners to `endpoints`.
  // The error says what to do. `give_up` as gateway::Gateway has it.
  Status Start(std::vector<gateway::RegistryDialer> registries,
               const std::function<bool()>& give_up, Endpoints& endpoints);

  // Why no agent is taken; empty: they are. Thread safe.
  [[nodiscard]] std::string not_ready() const;
  Status ReloadCertificate() { return gateway_->ReloadCertificate(); }
  // Where a certificate stands that was made here; empty otherwise.
  [[nodiscard]] const std::string& self_signed() const { return self_signed_; }

  // Sends the agents away, tells the registry, and ends.
  void Stop();

 private:
  Status EnsureCertificate(gateway::Gateway::Options& options);

  const AllSettings& settings_;
  const Clock& clock_;
  MetricsRegistry& metrics_;
  std::string self_signed_;
  std::unique_ptr<gateway::Gateway> gateway_;
  std::atomic<const gateway::Gateway*> ready_gateway_ = nullptr;
};

}  // namespace edgeplane::cli
