#include "services/registry/link_batch.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link_messages.h"
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

void LeftOut(const std::string& gateway_id, const char* what, const Error& error) {
  LogWarning("link message invalid",
             {{"gateway", gateway_id}, {"message", what}, {"error", error.message}});
}

void Sort(const v1::GatewayMessage& message, const std::string& gateway_id, Time now,
          LinkBatch& batch) {
  switch (message.message_case()) {
    case v1::GatewayMessage::kSessionOpened: {
      Result<storage::Fence> fence = ToFence(message.session_opened());
      if (!fence.ok()) return LeftOut(gateway_id, "session_opened", fence.error());
      batch.sessions.emplace_back(LinkBatch::Opened{*std::move(fence)});
      return;
    }
    case v1::GatewayMessage::kSessionClosed: {
      Result<storage::SessionEnd> end = ToSessionEnd(message.session_closed(), now);
      if (!end.ok()) return LeftOut(gateway_id, "session_closed", end.error());
      batch.sessions.emplace_back(LinkBatch::Ended{*std::move(end)});
      return;
    }
    case v1::GatewayMessage::kCommandAck: {
      Result<storage::Ack> ack = ToAck(message.command_ack());
      if (!ack.ok()) return LeftOut(gateway_id, "command_ack", ack.error());
      batch.acks.push_back(*std::move(ack));
      return;
    }
    case v1::GatewayMessage::kRefusal: {
      Result<storage::Refusal> refusal = ToRefusal(message.refusal(), gateway_id);
      if (!refusal.ok()) return LeftOut(gateway_id, "refusal", refusal.error());
      batch.refusals.push_back(*std::move(refusal));
      return;
    }
    default:  // a kind that a newer gateway knows
      LeftOut(gateway_id, "unknown", MakeError(v1::ErrorReason::INVALID_FIELD, "unknown kind"));
  }
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

LinkBatch SortMessages(std::span<const v1::GatewayMessage> messages, const std::string& gateway_id,
                       Time now) {
  LinkBatch batch;
  for (const v1::GatewayMessage& message : messages) {
    batch.last_sequence = std::max(batch.last_sequence, message.sequence());
    Sort(message, gateway_id, now, batch);
  }
  return batch;
}

Status ApplyAcks(const RegistryParts& parts, const std::vector<storage::Ack>& acks) {
  if (acks.empty()) return {};
  const Result<std::vector<storage::AckOutcome>> outcomes = parts.store.ApplyAcks(acks);
  if (!outcomes.ok()) return outcomes.error();
  for (size_t i = 0; i < std::min(acks.size(), outcomes->size()); ++i) {
    NoteOutcome(parts, acks[i], (*outcomes)[i]);
  }
  return {};
}

}  // namespace edgeplane::registry
