// What the registry counts: one block, called as verbs.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "base/metrics.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Thread safe. Every child is resolved here, once.
class RegistryMetrics {
 public:
  // `registry` must outlive this.
  explicit RegistryMetrics(MetricsRegistry& registry);

  void AdmissionTook(Duration span);
  // Each time a command moves into a state: QUEUED when it is made, and again
  // each time it goes back to the queue.
  void CommandMoved(storage::CommandState state, int64_t count = 1);
  // From accepted to on the wire, of a command's first delivery.
  void CommandOnTheWireAfter(Duration span);
  // From delivered to the first acknowledgement that moved it.
  void CommandAcknowledgedAfter(Duration span);
  // An acknowledgement that did not apply.
  void AckRejected(storage::AckVerdict verdict);
  void TookOver();

  void SetQueueDepth(int64_t commands);
  void SetSessions(int64_t sessions);
  void SetLinks(int64_t links);

 private:
  static constexpr size_t kStates = 10;  // CommandState counts from 1
  static constexpr size_t kVerdicts = 6;

  Histogram& admission_;
  Histogram& delivery_;
  Histogram& ack_;
  Gauge& queue_depth_;
  Gauge& sessions_;
  Gauge& links_;
  Counter& takeovers_;
  std::array<Counter*, kStates> commands_{};
  std::array<Counter*, kVerdicts> acks_rejected_{};
};

}  // namespace edgeplane::registry
