// The process's metrics, over prometheus-cpp. Each part has one typed block of
// its own (GatewayMetrics, RegistryMetrics, StoreMetrics) that is built once
// from a MetricsRegistry and called as verbs; nobody looks a child up by label
// in passing.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace edgeplane {

using Counter = prometheus::Counter;
using Gauge = prometheus::Gauge;
using Histogram = prometheus::Histogram;
using CounterFamily = prometheus::Family<prometheus::Counter>;
using GaugeFamily = prometheus::Family<prometheus::Gauge>;

// Thread safe. References handed out live as long as the registry. Names come
// without the prefix "edgeplane_", which is added here. Has edgeplane_build_info
// and the process's own metrics (base/process_metrics.h) from the start.
class MetricsRegistry {
 public:
  MetricsRegistry();

  Counter& AddCounter(std::string_view name, std::string_view help);
  Gauge& AddGauge(std::string_view name, std::string_view help);
  Histogram& AddHistogram(std::string_view name, std::string_view help,
                          std::vector<double> buckets);
  CounterFamily& AddCounterFamily(std::string_view name, std::string_view help);
  GaugeFamily& AddGaugeFamily(std::string_view name, std::string_view help);

  // Runs before each scrape, to bring gauges up to date; must be quick, must not
  // block, and must not come back to this registry.
  void OnScrape(std::function<void()> refresh);

  // The text exposition format, version 0.0.4.
  std::string Render();

  // Seconds from 0.5 ms to 30 s: the buckets of every latency here.
  static std::vector<double> LatencyBuckets();

 private:
  prometheus::Registry registry_;
  std::mutex mutex_;  // guards refreshers_; held while they run
  std::vector<std::function<void()>> refreshers_;
};

}  // namespace edgeplane
