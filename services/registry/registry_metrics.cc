#include "services/registry/registry_metrics.h"

#include <chrono>
#include <string>

namespace edgeplane::registry {
namespace {

using storage::AckVerdict;
using storage::Channel;
using storage::CommandState;

constexpr std::array kAllStates = {
    CommandState::kQueued,    CommandState::kDelivered, CommandState::kReceived,
    CommandState::kExecuting, CommandState::kCompleted, CommandState::kFailed,
    CommandState::kExpired,   CommandState::kCancelled, CommandState::kInDoubt,
};

struct RejectedVerdict {
  AckVerdict verdict;
  const char* label;
};
constexpr std::array<RejectedVerdict, 5> kRejected = {{
    {AckVerdict::kAlreadyApplied, "already_applied"},
    {AckVerdict::kUnknown, "unknown"},
    {AckVerdict::kFenced, "fenced"},
    {AckVerdict::kNotDelivered, "not_delivered"},
    {AckVerdict::kHistoryFull, "history_full"},
}};

// A gateway's clock may be behind; a latency below zero is none.
double Seconds(Duration span) { return std::max(0.0, std::chrono::duration<double>(span).count()); }

}  // namespace

RegistryMetrics::RegistryMetrics(MetricsRegistry& registry)
    : admission_(registry.AddHistogram("admission_duration_seconds",
                                       "Time an admission decision took, store included.",
                                       MetricsRegistry::LatencyBuckets())),
      delivery_(registry.AddHistogram(
          "command_delivery_seconds",
          "Time from a command's acceptance to its first delivery on the wire.",
          MetricsRegistry::LatencyBuckets())),
      ack_(registry.AddHistogram(
          "command_ack_seconds",
          "Time from a command's delivery to the first acknowledgement that moved it.",
          MetricsRegistry::LatencyBuckets())),
      queue_depth_(registry.AddGauge("command_queue_depth", "Commands waiting for their agent.")),
      sessions_(registry.AddGauge("sessions", "Agent sessions linked to this registry.")),
      links_(registry.AddGauge("links", "Gateways linked to this registry.")),
      takeovers_(registry.AddCounter(
          "takeovers_total", "Sessions that ended because a newer one of the same agent opened.")),
      fleet_secret_(registry.AddCounter("fleet_secret_admissions_total",
                                        "Admissions by the fleet secret, of agents that have no "
                                        "secret of their own.")) {
  CounterFamily& commands =
      registry.AddCounterFamily("commands_total", "Commands that moved into a state.");
  for (const CommandState state : kAllStates) {
    // As the state is called everywhere else, and as the refusal reasons are.
    const std::string label(storage::StateName(state));
    commands_[static_cast<size_t>(state)] = &commands.Add({{"state", label}});
  }
  CounterFamily& rejected = registry.AddCounterFamily(
      "acks_rejected_total", "Acknowledgements that were not applied, by verdict.");
  for (const RejectedVerdict& row : kRejected) {
    acks_rejected_[static_cast<size_t>(row.verdict)] = &rejected.Add({{"verdict", row.label}});
  }
  CounterFamily& events = registry.AddCounterFamily(
      "events_stored_total", "Events of agents that were stored, each once, by channel.");
  events_[static_cast<size_t>(Channel::kWebSocket)] = &events.Add({{"channel", "WEBSOCKET"}});
  events_[static_cast<size_t>(Channel::kHttp)] = &events.Add({{"channel", "HTTP"}});
  CounterFamily& registrations = registry.AddCounterFamily(
      "registrations_total", "Registrations with a join token, by outcome.");
  registrations_ = {&registrations.Add({{"outcome", "created"}}),
                    &registrations.Add({{"outcome", "known"}}),
                    &registrations.Add({{"outcome", "refused"}})};
}

void RegistryMetrics::AdmissionTook(Duration span) { admission_.Observe(Seconds(span)); }

void RegistryMetrics::CommandMoved(CommandState state, int64_t count) {
  commands_[static_cast<size_t>(state)]->Increment(static_cast<double>(count));
}

void RegistryMetrics::CommandOnTheWireAfter(Duration span) { delivery_.Observe(Seconds(span)); }

void RegistryMetrics::CommandAcknowledgedAfter(Duration span) { ack_.Observe(Seconds(span)); }

void RegistryMetrics::AckRejected(AckVerdict verdict) {
  if (Counter* counter = acks_rejected_[static_cast<size_t>(verdict)]) counter->Increment();
}

void RegistryMetrics::TookOver() { takeovers_.Increment(); }

void RegistryMetrics::AdmittedByFleetSecret() { fleet_secret_.Increment(); }

void RegistryMetrics::EventsStored(storage::Channel channel, size_t count) {
  if (Counter* counter = events_[static_cast<size_t>(channel)]) {
    counter->Increment(static_cast<double>(count));
  }
}

void RegistryMetrics::Registered(Registration outcome) {
  registrations_[static_cast<size_t>(outcome)]->Increment();
}

void RegistryMetrics::SetQueueDepth(int64_t commands) {
  queue_depth_.Set(static_cast<double>(commands));
}

void RegistryMetrics::SetSessions(int64_t sessions) {
  sessions_.Set(static_cast<double>(sessions));
}

void RegistryMetrics::SetLinks(int64_t links) { links_.Set(static_cast<double>(links)); }

}  // namespace edgeplane::registry
