#include "gateway/gateway_metrics.h"

#include <set>
#include <string>

#include "base/reasons.h"

namespace edgeplane::gateway {

namespace {

// A session lasts from a moment to months.
std::vector<double> SessionBuckets() {
  return {1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600, 7 * 24 * 3600};
}

constexpr std::array<const char*, 6> kMessageTypes = {"ping",  "command_ack", "status",
                                                      "event", "unknown",     "malformed"};
// Of DroppedReport, from kEvent on.
constexpr std::array<const char*, 4> kReportKinds = {"event", "status", "result",
                                                     "sync_unanswered"};

// Every status there is an answer with.
std::set<int> HttpStatuses() {
  std::set<int> statuses = {101, 200, 404, 409, 503};
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    const auto& of_reason = TraitsOf(reason).http_status();
    statuses.insert(of_reason.begin(), of_reason.end());
  }
  return statuses;
}

}  // namespace

GatewayMetrics::GatewayMetrics(MetricsRegistry& registry)
    : connections_(registry.AddGauge("connections", "Agents connected now.")),
      sockets_(registry.AddGauge("sockets", "Connections held now, agents or not.")),
      opened_(registry.AddCounter("connections_opened_total", "Sessions opened.")),
      duration_(registry.AddHistogram("connection_duration_seconds", "How long sessions lasted.",
                                      SessionBuckets())),
      link_up_(registry.AddGauge("link_up", "1 while the link to a registry stands.")),
      refusals_dropped_(registry.AddCounter("refusals_dropped_total",
                                            "Refusals that could not be kept for the ledger.")),
      accept_failures_(registry.AddCounter(
          "accept_failures_total", "Connections that could not be accepted (file descriptors).")) {
  CounterFamily& refusals =
      registry.AddCounterFamily("refusals_total", "Refused attempts by stage and reason.");
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    if (reason == v1::REASON_UNSPECIFIED) continue;
    refusals_[reason] = &refusals.Add(
        {{"stage", std::string(LabelOf(TraitsOf(reason).stage()))}, {"reason", NameOf(reason)}});
  }
  CounterFamily& closed =
      registry.AddCounterFamily("connections_closed_total", "Sessions ended, by reason.");
  const auto* disconnects = v1::Disconnect_descriptor();
  for (int i = 0; i < disconnects->value_count(); ++i) {
    const auto disconnect = static_cast<v1::Disconnect>(disconnects->value(i)->number());
    if (disconnect == v1::DISCONNECT_UNSPECIFIED) continue;
    closed_[disconnect] = &closed.Add({{"reason", NameOf(disconnect)}});
  }
  CounterFamily& messages =
      registry.AddCounterFamily("messages_received_total", "Messages from agents, by type.");
  for (size_t i = 0; i < kMessageTypes.size(); ++i) {
    messages_[i] = &messages.Add({{"type", kMessageTypes[i]}});
  }
  CounterFamily& dropped =
      registry.AddCounterFamily("reports_dropped_total",
                                "What was to be told to the registry and there was no room for; "
                                "events come again by themselves.");
  for (size_t i = 0; i < kReportKinds.size(); ++i) {
    reports_dropped_[i] = &dropped.Add({{"kind", kReportKinds[i]}});
  }
  CounterFamily& answers =
      registry.AddCounterFamily("http_requests_total", "HTTP requests answered.");
  for (size_t path = 0; path < kHttpPaths; ++path) {
    const std::string name(PathLabel(static_cast<HttpPath>(path)));
    for (const int status : HttpStatuses()) {
      http_answers_[path][status] =
          &answers.Add({{"path", name}, {"code", std::to_string(status)}});
    }
  }
}

void GatewayMetrics::ConnectionOpened() {
  connections_.Increment();
  opened_.Increment();
}

void GatewayMetrics::ConnectionClosed(v1::Disconnect reason, double seconds) {
  connections_.Decrement();
  duration_.Observe(seconds);
  const auto found = closed_.find(reason);
  if (found != closed_.end()) found->second->Increment();
}

int64_t GatewayMetrics::connections() const { return static_cast<int64_t>(connections_.Value()); }

void GatewayMetrics::Refused(v1::Reason reason) {
  const auto found = refusals_.find(reason);
  if (found != refusals_.end()) found->second->Increment();
}

void GatewayMetrics::MessageReceived(MessageType type, size_t count) {
  messages_[static_cast<size_t>(type)]->Increment(static_cast<double>(count));
}

void GatewayMetrics::HttpAnswered(HttpPath path, int status) {
  const auto& of_path = http_answers_[static_cast<size_t>(path)];
  const auto found = of_path.find(status);
  if (found != of_path.end()) found->second->Increment();
}

void GatewayMetrics::LinkUp(bool up) { link_up_.Set(up ? 1 : 0); }
void GatewayMetrics::ReportDropped(DroppedReport kind) {
  if (kind == DroppedReport::kRefusal) return refusals_dropped_.Increment();
  reports_dropped_[static_cast<size_t>(kind) - 1]->Increment();
}
void GatewayMetrics::AcceptFailed() { accept_failures_.Increment(); }
void GatewayMetrics::SocketsOpen(size_t count) { sockets_.Set(static_cast<double>(count)); }

}  // namespace edgeplane::gateway
