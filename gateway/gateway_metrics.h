// The gateway's metrics, as verbs.
#pragma once

#include <array>
#include <cstddef>
#include <map>

#include "base/metrics.h"
#include "edgeplane/v1/reason.pb.h"
#include "gateway/http_path.h"

namespace edgeplane::gateway {

// What an agent's message was taken for.
enum class MessageType : uint8_t { kPing, kCommandAck, kStatus, kEvent, kUnknown, kMalformed };

// What there was no room for on its way to the registry.
enum class DroppedReport : uint8_t { kRefusal, kEvent, kStatus, kResult, kSyncUnanswered };

// Thread safe.
class GatewayMetrics {
 public:
  explicit GatewayMetrics(MetricsRegistry& registry);

  void ConnectionOpened();
  void ConnectionClosed(v1::Disconnect reason, double seconds);
  [[nodiscard]] int64_t connections() const;
  void Refused(v1::Reason reason);
  void MessageReceived(MessageType type, size_t count = 1);
  void HttpAnswered(HttpPath path, int status);
  void LinkUp(bool up);
  void ReportDropped(DroppedReport kind);
  void AcceptFailed();
  void SocketsOpen(size_t count);

 private:
  Gauge& connections_;
  Gauge& sockets_;
  Counter& opened_;
  Histogram& duration_;
  Gauge& link_up_;
  Counter& refusals_dropped_;
  Counter& accept_failures_;
  std::map<int, Counter*> refusals_;  // by reason
  std::map<int, Counter*> closed_;    // by disconnect
  std::array<Counter*, 6> messages_{};
  std::array<Counter*, 4> reports_dropped_{};                     // but for refusals
  std::array<std::map<int, Counter*>, kHttpPaths> http_answers_;  // by status
};

}  // namespace edgeplane::gateway
