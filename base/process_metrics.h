// What every Prometheus client library says about its process, under the names
// all of them use (without the prefix "edgeplane_"): process_cpu_seconds_total,
// process_resident_memory_bytes, process_open_fds, process_max_fds,
// process_start_time_seconds. Read from the kernel at each scrape; what the
// kernel does not tell is left out.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vector>

namespace edgeplane {

// Thread safe.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace edgeplane
