#include "base/metrics_pages.h"

#include <utility>

#include "base/log_escape.h"

namespace edgeplane {

MetricsPages::MetricsPages(MetricsRegistry& metrics,
                           std::function<std::vector<std::string>()> not_ready)
    : metrics_(metrics), not_ready_(std::move(not_ready)) {}

MetricsPage MetricsPages::Answer(bool is_read, std::string_view target) const {
  const std::string_view path = target.substr(0, target.find('?'));
  if (path != "/metrics" && path != "/healthz" && path != "/readyz") {
    return {404, "No such page here; there are /metrics, /healthz and /readyz.\n"};
  }
  if (!is_read) return {405, "Only GET and HEAD here.\n"};
  if (path == "/metrics") return {200, metrics_.Render(), "text/plain; version=0.0.4"};
  if (path == "/healthz") return {200, "ok\n"};
  return Readiness();
}

MetricsPage MetricsPages::Readiness() const {
  const std::vector<std::string> reasons = not_ready_();
  if (reasons.empty()) return {200, "ready\n"};
  MetricsPage page{503, ""};
  for (const std::string& reason : reasons) {
    AppendPlainText(page.body, reason);  // one line each, whatever it holds
    page.body += '\n';
  }
  return page;
}

}  // namespace edgeplane
