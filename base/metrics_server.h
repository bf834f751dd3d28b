// The listener for Prometheus and for health checks: GET /metrics, /healthz
// (the process runs) and /readyz (it takes work; 503 with the reasons when not).
//
// One thread, own event loop, at most 64 connections, every request within 5 s:
// a scraper that says half a sentence holds up nobody else. Not meant for the
// open Internet; bind it to loopback or a private network.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"

namespace edgeplane {

class MetricsServer {
 public:
  // What keeps the process from being ready; empty when it is. Called on the
  // server's thread; must not block.
  using NotReady = std::function<std::vector<std::string>()>;

  // `metrics` must outlive the server.
  MetricsServer(MetricsRegistry& metrics, NotReady not_ready);
  ~MetricsServer();  // stops
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // "127.0.0.1:9091", "[::1]:0": port 0 takes a free one. Gives the address in
  // force, in the same form.
  Result<std::string> Start(const std::string& address);
  void Stop();  // idempotent

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgeplane
