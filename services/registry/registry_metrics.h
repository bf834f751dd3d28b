// What the registry counts: one block, called as verbs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/metrics.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Thread safe. Every child is resolved here, once.
class RegistryMetrics {
 public:
  // How a program's registration with a join token ended: a new agent, one there
  // was, or none.
  enum class Registration : uint8_t { kCreated, kKnown, kRefused };

  // `registry` must outlive this.
  explicit RegistryMetrics(MetricsRegistry& registry);

  void AdmissionTook(Duration span);
  // Of an agent that has no secret of its own, on whichever channel.
  void AdmittedByFleetSecret();
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
  // Events that had not been stored before; only of the agents' channels.
  void EventsStored(storage::Channel channel, size_t count);
  void Registered(Registration outcome);

  void SetQueueDepth(int64_t commands);
  void SetSessions(int64_t sessions);
  void SetLinks(int64_t links);

 private:
  static constexpr size_t kStates = 10;  // CommandState counts from 1
  static constexpr size_t kVerdicts = 6;
  static constexpr size_t kChannels = 5;  // Channel counts from 1

  Histogram& admission_;
  Histogram& delivery_;
  Histogram& ack_;
  Gauge& queue_depth_;
  Gauge& sessions_;
  Gauge& links_;
  Counter& takeovers_;
  Counter& fleet_secret_;
  std::array<Counter*, kChannels> events_{};
  std::array<Counter*, 3> registrations_{};
  std::array<Counter*, kStates> commands_{};
  std::array<Counter*, kVerdicts> acks_rejected_{};
};

// Takes the time of one admission decision, from its making to its end.
class AdmissionTimer {
 public:
  // `metrics` must outlive it.
  explicit AdmissionTimer(RegistryMetrics& metrics) : metrics_(metrics) {}
  ~AdmissionTimer() {
    metrics_.AdmissionTook(
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start_));
  }
  AdmissionTimer(const AdmissionTimer&) = delete;
  AdmissionTimer& operator=(const AdmissionTimer&) = delete;

 private:
  RegistryMetrics& metrics_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace edgeplane::registry
