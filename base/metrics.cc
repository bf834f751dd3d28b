#include "base/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "base/process_metrics.h"
#include "base/version.h"

namespace edgeplane {
namespace {

std::string FullName(std::string_view name) { return "edgeplane_" + std::string(name); }

}  // namespace

MetricsRegistry::MetricsRegistry() {
  AddGaugeFamily("build_info", "The version that runs; always 1.")
      .Add({{"version", std::string(Version())}})
      .Set(1);
}

CounterFamily& MetricsRegistry::AddCounterFamily(std::string_view name, std::string_view help) {
  return prometheus::BuildCounter()
      .Name(FullName(name))
      .Help(std::string(help))
      .Register(registry_);
}

GaugeFamily& MetricsRegistry::AddGaugeFamily(std::string_view name, std::string_view help) {
  return prometheus::BuildGauge().Name(FullName(name)).Help(std::string(help)).Register(registry_);
}

Counter& MetricsRegistry::AddCounter(std::string_view name, std::string_view help) {
  return AddCounterFamily(name, help).Add({});
}

Gauge& MetricsRegistry::AddGauge(std::string_view name, std::string_view help) {
  return AddGaugeFamily(name, help).Add({});
}

Histogram& MetricsRegistry::AddHistogram(std::string_view name, std::string_view help,
                                         std::vector<double> buckets) {
  return prometheus::BuildHistogram()
      .Name(FullName(name))
      .Help(std::string(help))
      .Register(registry_)
      .Add({}, std::move(buckets));
}

void MetricsRegistry::OnScrape(std::function<void()> refresh) {
  std::lock_guard lock(mutex_);
  refreshers_.push_back(std::move(refresh));
}

std::string MetricsRegistry::Render() {
  {
    std::lock_guard lock(mutex_);
    for (const auto& refresh : refreshers_) refresh();
  }
  std::vector<prometheus::MetricFamily> families = registry_.Collect();
  for (auto& family : ProcessMetrics().Collect()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

std::vector<double> MetricsRegistry::LatencyBuckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

}  // namespace edgeplane
