#include "services/registry/link_messages.h"

#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "base/version.h"

namespace edgeplane::registry {
namespace {

constexpr size_t kErrorBytesMax = 4 * 1024;
constexpr size_t kStatusBytesMax = 64;
constexpr size_t kForwardedBytesMax = 256;
constexpr size_t kDetailBytesMax = 2 * 1024;
constexpr size_t kEvidenceBytesMax = 64 * 1024;

Error Invalid(std::string message) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(message));
}

Status CheckUuid(const char* name, const std::string& text) {
  if (IsUuid(text)) return {};
  return Invalid(std::string(name) + " is not a UUID.");
}

Status CheckUuids(const char* name, const google::protobuf::RepeatedPtrField<std::string>& texts) {
  for (const std::string& text : texts) {
    if (Status status = CheckUuid(name, text); !status.ok()) return status;
  }
  return {};
}

template <class Message>
Result<storage::Fence> FenceOf(const Message& message) {
  if (Status status = CheckAgentId(message.agent_id()); !status.ok()) return status.error();
  if (Status status = CheckUuid("session_id", message.session_id()); !status.ok()) {
    return status.error();
  }
  return storage::Fence{message.agent_id(), message.session_id(), message.epoch()};
}

std::optional<storage::CommandEvent> EventOf(v1::CommandAck::Outcome outcome) {
  switch (outcome) {
    case v1::CommandAck::RECEIVED:
      return storage::CommandEvent::kAckReceived;
    case v1::CommandAck::EXECUTING:
      return storage::CommandEvent::kAckExecuting;
    case v1::CommandAck::COMPLETED:
      return storage::CommandEvent::kAckCompleted;
    case v1::CommandAck::FAILED:
      return storage::CommandEvent::kAckFailed;
    default:  // an open enum: also values a newer gateway may know
      return std::nullopt;
  }
}

std::string Cut(const std::string& text, size_t bytes_max) {
  return std::string(CutUtf8(text, bytes_max));
}

}  // namespace

Status CheckGatewayId(const std::string& gateway_id) {
  if (!gateway_id.empty() && gateway_id.size() <= kGatewayIdBytesMax) return {};
  return Invalid("gateway_id has " + std::to_string(gateway_id.size()) + " bytes; 1 to " +
                 std::to_string(kGatewayIdBytesMax) + " are allowed.");
}

Status CheckAgentId(const std::string& agent_id) {
  if (!agent_id.empty() && agent_id.size() <= kAgentIdBytesMax) return {};
  return Invalid("agent_id has " + std::to_string(agent_id.size()) + " bytes; 1 to " +
                 std::to_string(kAgentIdBytesMax) + " are allowed.");
}

Result<std::vector<storage::HeldSession>> ToHeldSessions(
    const google::protobuf::RepeatedPtrField<v1::Hello::HeldSession>& sessions) {
  std::vector<storage::HeldSession> held;
  held.reserve(static_cast<size_t>(sessions.size()));
  for (const v1::Hello::HeldSession& session : sessions) {
    Result<storage::Fence> fence = FenceOf(session);
    if (!fence.ok()) return fence.error();
    const auto& ids = session.unacknowledged_command_ids();
    if (Status status = CheckUuids("unacknowledged_command_ids", ids); !status.ok()) {
      return status.error();
    }
    held.push_back(
        {*std::move(fence), {ids.begin(), ids.end()}, !session.unacknowledged_unknown()});
  }
  return held;
}

Result<storage::Fence> ToFence(const v1::SessionOpened& opened) { return FenceOf(opened); }

Result<storage::SessionEnd> ToSessionEnd(const v1::SessionClosed& closed, Time now) {
  Result<storage::Fence> fence = FenceOf(closed);
  if (!fence.ok()) return fence.error();
  storage::SessionEnd end{*std::move(fence), now, std::nullopt};
  if (!closed.has_written()) return end;
  const auto& ids = closed.written().command_ids();
  if (Status status = CheckUuids("written", ids); !status.ok()) return status.error();
  end.written_command_ids.emplace(ids.begin(), ids.end());
  return end;
}

Result<storage::Ack> ToAck(const v1::CommandAck& ack) {
  Result<storage::Fence> fence = FenceOf(ack);
  if (!fence.ok()) return fence.error();
  if (Status status = CheckUuid("command_id", ack.command_id()); !status.ok()) {
    return status.error();
  }
  const std::optional<storage::CommandEvent> event = EventOf(ack.outcome());
  if (!event) return Invalid("outcome is not one this registry knows.");
  if (ack.ordinal() < 1) return Invalid("ordinal counts from 1.");
  storage::Ack result;
  result.fence = *std::move(fence);
  result.command_id = ack.command_id();
  result.event = *event;
  result.status = Cut(ack.status(), kStatusBytesMax);
  result.error = Cut(ack.error(), kErrorBytesMax);
  result.time = GetTime(ack.time());
  result.ordinal = ack.ordinal();
  return result;
}

Result<storage::Refusal> ToRefusal(const v1::Refusal& refusal, const std::string& gateway_id) {
  if (Status status = CheckUuid("refusal_id", refusal.refusal_id()); !status.ok()) {
    return status.error();
  }
  if (!v1::Reason_IsValid(refusal.reason()) || refusal.reason() == v1::REASON_UNSPECIFIED) {
    return Invalid("reason is not one this registry knows.");
  }
  v1::Refusal evidence;
  evidence.set_forwarded_for(Cut(refusal.forwarded_for(), kForwardedBytesMax));
  evidence.set_detail(Cut(refusal.detail(), kDetailBytesMax));
  if (refusal.has_presented()) *evidence.mutable_presented() = refusal.presented();
  if (refusal.has_expected()) *evidence.mutable_expected() = refusal.expected();
  if (evidence.ByteSizeLong() > kEvidenceBytesMax) return Invalid("The evidence is too large.");

  storage::Refusal row;
  row.refusal_id = refusal.refusal_id();
  row.reason = refusal.reason();
  row.agent_id = Cut(refusal.agent_id(), kAgentIdBytesMax);
  row.peer_address = Cut(refusal.peer_address(), kPeerAddressBytesMax);
  row.gateway_id = gateway_id;
  row.create_time = GetTime(refusal.create_time());
  row.last_time = GetTime(refusal.last_time());
  row.count = refusal.count() < 1 ? 1 : refusal.count();
  row.http_status = refusal.http_status();
  row.evidence = evidence.SerializeAsString();
  return row;
}

v1::RegistryMessage WelcomeMessage() {
  v1::RegistryMessage message;
  message.mutable_welcome()->set_registry_version(std::string(Version()));
  return message;
}

v1::RegistryMessage ConfirmMessage(int64_t sequence) {
  v1::RegistryMessage message;
  message.mutable_confirm()->set_sequence(sequence);
  return message;
}

v1::RegistryMessage DeliverMessage(const std::string& session_id, const storage::Command& command) {
  v1::RegistryMessage message;
  v1::Deliver& deliver = *message.mutable_deliver();
  deliver.set_session_id(session_id);
  deliver.set_agent_id(command.agent_id);
  deliver.set_command_id(command.command_id);
  deliver.set_type(command.type);
  deliver.set_payload_json(command.payload_json);
  deliver.set_immediate(command.immediate);
  SetTime(command.create_time, *deliver.mutable_create_time());
  return message;
}

v1::RegistryMessage EndSessionMessage(const storage::Fence& fence, v1::Disconnect reason) {
  v1::RegistryMessage message;
  v1::EndSession& end = *message.mutable_end_session();
  end.set_session_id(fence.session_id);
  end.set_agent_id(fence.agent_id);
  end.set_reason(reason);
  return message;
}

}  // namespace edgeplane::registry
