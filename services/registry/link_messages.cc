#include "services/registry/link_messages.h"

#include <utility>

#include "base/encoding.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "base/version.h"

namespace edgeplane::registry {

namespace {

constexpr size_t kForwardedBytesMax = 256;
constexpr size_t kDetailBytesMax = 2 * 1024;
constexpr size_t kEvidenceBytesMax = 64 * 1024;

Error Invalid(std::string message) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(message));
}

Status CheckUuids(const char* name, const google::protobuf::RepeatedPtrField<std::string>& texts) {
  for (const std::string& text : texts) {
    if (Status status = CheckUuid(name, text); !status.ok()) return status;
  }
  return {};
}

std::string Cut(const std::string& text, size_t bytes_max) {
  return std::string(CutUtf8(text, bytes_max));
}

}  // namespace

Status CheckGatewayId(std::string_view gateway_id) {
  if (!gateway_id.empty() && gateway_id.size() <= kGatewayIdBytesMax) return {};
  return Invalid("gateway_id has " + std::to_string(gateway_id.size()) + " bytes; 1 to " +
                 std::to_string(kGatewayIdBytesMax) + " are allowed.");
}

Status CheckAgentId(std::string_view agent_id) {
  if (!agent_id.empty() && agent_id.size() <= kAgentIdBytesMax) return {};
  return Invalid("agent_id has " + std::to_string(agent_id.size()) + " bytes; 1 to " +
                 std::to_string(kAgentIdBytesMax) + " are allowed.");
}

Status CheckUuid(const char* name, const std::string& text) {
  if (IsUuid(text)) return {};
  return Invalid(std::string(name) + " is not a UUID.");
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
    held.push_back({*std::move(fence),
                    {ids.begin(), ids.end()},
                    !session.unacknowledged_unknown(),
                    session.unwritten_config_version()});
  }
  return held;
}

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

v1::RegistryMessage WelcomeMessage(Duration lease, bool alone) {
  v1::RegistryMessage message;
  v1::Welcome& welcome = *message.mutable_welcome();
  welcome.set_registry_version(std::string(Version()));
  SetDuration(lease, *welcome.mutable_lease());
  welcome.set_alone(alone);
  return message;
}

v1::RegistryMessage LeaseMessage(int64_t number, Duration lease) {
  v1::RegistryMessage message;
  v1::LeaseRenewed& renewed = *message.mutable_lease_renewed();
  renewed.set_number(number);
  SetDuration(lease, *renewed.mutable_lease());
  return message;
}

v1::RegistryMessage ConfirmMessage(int64_t sequence) {
  v1::RegistryMessage message;
  message.mutable_confirm()->set_sequence(sequence);
  return message;
}

v1::RegistryMessage DeliverMessage(const std::string& session_id, const storage::Command& command) {
  v1::RegistryMessage message;
  SetDeliver(session_id, command, *message.mutable_deliver());
  return message;
}

void SetDeliver(const std::string& session_id, const storage::Command& command,
                v1::Deliver& deliver) {
  deliver.set_session_id(session_id);
  deliver.set_agent_id(command.agent_id);
  deliver.set_command_id(command.command_id);
  deliver.set_type(command.type);
  deliver.set_payload_json(command.payload_json);
  deliver.set_immediate(command.immediate);
  SetTime(command.create_time, *deliver.mutable_create_time());
}

v1::RegistryMessage DeliverConfigMessage(const std::string& session_id,
                                         const storage::DesiredConfig& config) {
  v1::RegistryMessage message;
  v1::DeliverConfig& deliver = *message.mutable_deliver_config();
  deliver.set_session_id(session_id);
  deliver.set_agent_id(config.agent_id);
  deliver.set_version(config.version);
  deliver.set_config_json(config.config_json);
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
