#include "services/registry/applied_acks.h"

#include <algorithm>
#include <string_view>

#include "base/log.h"
#include "services/registry/dispatcher.h"
#include "services/registry/session_directory.h"

namespace edgeplane::registry {
namespace {

std::string_view VerdictName(storage::AckVerdict verdict) {
  switch (verdict) {
    case storage::AckVerdict::kApplied:
      return "applied";
    case storage::AckVerdict::kAlreadyApplied:
      return "already_applied";
    case storage::AckVerdict::kUnknown:
      return "unknown";
    case storage::AckVerdict::kFenced:
      return "fenced";
    case storage::AckVerdict::kNotDelivered:
      return "not_delivered";
    case storage::AckVerdict::kHistoryFull:
      return "history_full";
  }
  return "?";
}

void NoteOutcome(const RegistryParts& parts, const storage::Ack& ack,
                 const storage::AckOutcome& outcome) {
  // What is acknowledged has been written, whether that was reported or not.
  if (parts.directory.TakeOutstanding(ack.fence.agent_id, ack.fence.session_id, ack.command_id)) {
    parts.dispatcher.Wake(ack.fence.agent_id);
  }
  if (outcome.verdict != storage::AckVerdict::kApplied) {
    parts.metrics.AckRejected(outcome.verdict);
    LogDebug("ack rejected", {{"agent", ack.fence.agent_id},
                              {"command", ack.command_id},
                              {"session", ack.fence.session_id},
                              {"verdict", VerdictName(outcome.verdict)}});
    return;
  }
  if (outcome.moved_to) parts.metrics.CommandMoved(*outcome.moved_to);
  if (outcome.delivered_at)
    parts.metrics.CommandAcknowledgedAfter(ack.time - *outcome.delivered_at);
  parts.signals.Changed(ack.command_id);
}

}  // namespace

Result<std::vector<storage::AckOutcome>> ApplyAcks(const RegistryParts& parts,
                                                   const std::vector<storage::Ack>& acks) {
  Result<std::vector<storage::AckOutcome>> outcomes = parts.store.ApplyAcks(acks);
  if (!outcomes.ok()) return outcomes;
  if (outcomes->size() != acks.size()) {
    return MakeError(v1::ErrorReason::INTERNAL, "The store judged not every acknowledgement.");
  }
  for (size_t i = 0; i < acks.size(); ++i) NoteOutcome(parts, acks[i], (*outcomes)[i]);
  return outcomes;
}

}  // namespace edgeplane::registry
