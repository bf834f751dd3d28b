// What the metrics listener answers, apart from how it listens.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"

namespace edgeplane {

struct MetricsPage {
  unsigned status = 200;  // of HTTP
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

// Thread safe if `not_ready` is.
class MetricsPages {
 public:
  // As MetricsServer takes them.
  MetricsPages(MetricsRegistry& metrics, std::function<std::vector<std::string>()> not_ready);

  // `is_read`: the method is GET or HEAD. `target` as in the request line.
  [[nodiscard]] MetricsPage Answer(bool is_read, std::string_view target) const;

 private:
  [[nodiscard]] MetricsPage Readiness() const;

  MetricsRegistry& metrics_;
  const std::function<std::vector<std::string>()> not_ready_;
};

}  // namespace edgeplane
