#include "services/registry/link_batch.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/timestamp.h"
#include "services/registry/applied_acks.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link_messages.h"
#include "services/registry/reported.h"
#include "services/registry/session_directory.h"
#include "services/registry/syncer.h"

namespace edgeplane::registry {
namespace {

void LeftOut(const std::string& gateway_id, const char* what, const Error& error) {
  LogWarning("link message invalid",
             {{"gateway", gateway_id}, {"message", what}, {"error", error.message}});
}

template <class T, class List>
void Keep(Result<T> read, const std::string& gateway_id, const char* what, List& list) {
  if (!read.ok()) return LeftOut(gateway_id, what, read.error());
  list.push_back(*std::move(read));
}

Result<LinkBatch::Opened> ReadOpened(const v1::SessionOpened& opened) {
  Result<storage::Fence> fence = FenceOf(opened);
  if (!fence.ok()) return fence.error();
  return LinkBatch::Opened{*std::move(fence)};
}

Result<LinkBatch::Ended> ReadEnded(const v1::SessionClosed& closed, Time now) {
  Result<storage::SessionEnd> end = ToSessionEnd(closed, now);
  if (!end.ok()) return end.error();
  return LinkBatch::Ended{*std::move(end)};
}

Result<storage::Event> ReadEvent(const v1::EventReported& message) {
  return ToEvent(message.event(), message.agent_id(), storage::Channel::kWebSocket,
                 GetTime(message.time()));
}

Result<storage::ReportedStatus> ReadStatus(const v1::StatusReported& message) {
  if (Status status = CheckAgentId(message.agent_id()); !status.ok()) return status.error();
  Result<storage::AgentStatus> status = ToStatus(message.status_json(), GetTime(message.time()));
  if (!status.ok()) return status.error();
  return storage::ReportedStatus{message.agent_id(), *std::move(status)};
}

Result<LinkBatch::ConfigWrite> ReadConfigWrite(const v1::ConfigWritten& message) {
  Result<storage::Fence> fence = FenceOf(message);
  if (!fence.ok()) return fence.error();
  return LinkBatch::ConfigWrite{*std::move(fence), message.version()};
}

Result<LinkBatch::Unanswered> ReadUnanswered(const v1::SyncUnanswered& message) {
  if (Status status = CheckAgentId(message.agent_id()); !status.ok()) return status.error();
  if (Status status = CheckUuid("sync_id", message.sync_id()); !status.ok()) {
    return status.error();
  }
  return LinkBatch::Unanswered{message.agent_id(), message.sync_id()};
}

void Sort(const v1::GatewayMessage& message, const std::string& gateway_id, Time now,
          LinkBatch& batch) {
  using Message = v1::GatewayMessage;
  switch (message.message_case()) {
    case Message::kSessionOpened:
      return Keep(ReadOpened(message.session_opened()), gateway_id, "session_opened",
                  batch.sessions);
    case Message::kSessionClosed:
      return Keep(ReadEnded(message.session_closed(), now), gateway_id, "session_closed",
                  batch.sessions);
    case Message::kCommandAck:
      return Keep(ToAck(message.command_ack()), gateway_id, "command_ack", batch.acks);
    case Message::kRefusal:
      return Keep(ToRefusal(message.refusal(), gateway_id), gateway_id, "refusal", batch.refusals);
    case Message::kEvent:
      return Keep(ReadEvent(message.event()), gateway_id, "event", batch.events);
    case Message::kStatus:
      return Keep(ReadStatus(message.status()), gateway_id, "status", batch.statuses);
    case Message::kConfigWritten:
      return Keep(ReadConfigWrite(message.config_written()), gateway_id, "config_written",
                  batch.config_writes);
    case Message::kSyncUnanswered:
      return Keep(ReadUnanswered(message.sync_unanswered()), gateway_id, "sync_unanswered",
                  batch.unanswered);
    default:  // a kind that a newer gateway knows
      LeftOut(gateway_id, "unknown", MakeError(v1::ErrorReason::INVALID_FIELD, "unknown kind"));
  }
}

// Whatever changed while it was on its way has waited for this.
Status NoteWritten(const RegistryParts& parts, const LinkBatch::ConfigWrite& write) {
  Status status = parts.store.ConfigDelivered(write.fence, write.version, parts.clock.Now());
  if (status.ok() && parts.directory.ConfigWritten(write.fence)) {
    parts.dispatcher.Wake(write.fence.agent_id);
  }
  return status;
}

Status RecordEvents(const RegistryParts& parts, const std::vector<storage::Event>& events) {
  const Result<size_t> stored = parts.store.RecordEvents(events);
  if (!stored.ok()) return stored.error();
  if (*stored == 0) return {};
  parts.metrics.EventsStored(storage::Channel::kWebSocket, *stored);
  parts.event_signals.Changed();
  return {};
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

std::optional<FailedCall> RecordReports(const RegistryParts& parts, const LinkBatch& batch) {
  if (!batch.acks.empty()) {
    const auto outcomes = ApplyAcks(parts, batch.acks);
    if (!outcomes.ok()) return FailedCall{"ApplyAcks", outcomes.error()};
  }
  if (!batch.refusals.empty()) {
    const Status status = parts.store.RecordRefusals(batch.refusals);
    if (!status.ok()) return FailedCall{"RecordRefusals", status.error()};
  }
  if (!batch.events.empty()) {
    const Status status = RecordEvents(parts, batch.events);
    if (!status.ok()) return FailedCall{"RecordEvents", status.error()};
  }
  if (!batch.statuses.empty()) {
    const Status status = parts.store.RecordStatuses(batch.statuses);
    if (!status.ok()) return FailedCall{"RecordStatuses", status.error()};
  }
  return std::nullopt;
}

std::vector<StoreCall> SettlingCalls(const RegistryParts& parts, const LinkBatch& batch) {
  std::vector<StoreCall> calls;
  for (const LinkBatch::ConfigWrite& write : batch.config_writes) {
    calls.push_back({"ConfigDelivered", [&parts, write] { return NoteWritten(parts, write); }});
  }
  for (const LinkBatch::Unanswered& sync : batch.unanswered) {
    calls.push_back({"ReturnSync",
                     [&parts, sync] { return TakeBackSync(parts, sync.agent_id, sync.sync_id); }});
  }
  return calls;
}

}  // namespace edgeplane::registry
