#include "services/admin/convert.h"

#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/reasons.h"
#include "base/timestamp.h"
#include "services/admin/payload.h"

namespace edgeplane::admin {
namespace {

using storage::Channel;
using storage::CommandState;

// Numbers are shared between the store and the wire, so that a cast converts.
constexpr bool Same(CommandState ours, v1::Command::State theirs) {
  return static_cast<int>(ours) == static_cast<int>(theirs);
}
constexpr bool Same(Channel ours, v1::CommandStep::Channel theirs) {
  return static_cast<int>(ours) == static_cast<int>(theirs);
}
static_assert(Same(CommandState::kQueued, v1::Command::QUEUED));
static_assert(Same(CommandState::kDelivered, v1::Command::DELIVERED));
static_assert(Same(CommandState::kReceived, v1::Command::RECEIVED));
static_assert(Same(CommandState::kExecuting, v1::Command::EXECUTING));
static_assert(Same(CommandState::kCompleted, v1::Command::COMPLETED));
static_assert(Same(CommandState::kFailed, v1::Command::FAILED));
static_assert(Same(CommandState::kExpired, v1::Command::EXPIRED));
static_assert(Same(CommandState::kCancelled, v1::Command::CANCELLED));
static_assert(Same(CommandState::kInDoubt, v1::Command::IN_DOUBT));
static_assert(v1::Command::State_MAX == v1::Command::IN_DOUBT);
static_assert(Same(Channel::kApi, v1::CommandStep::API));
static_assert(Same(Channel::kWebSocket, v1::CommandStep::WEBSOCKET));
static_assert(Same(Channel::kHttp, v1::CommandStep::HTTP));
static_assert(Same(Channel::kSystem, v1::CommandStep::SYSTEM));
static_assert(v1::CommandStep::Channel_MAX == v1::CommandStep::SYSTEM);

std::map<std::string, std::string> ToMap(
    const google::protobuf::Map<std::string, std::string>& labels) {
  return {labels.begin(), labels.end()};
}

std::vector<std::string> ToVector(const google::protobuf::RepeatedPtrField<std::string>& strings) {
  return {strings.begin(), strings.end()};
}

// The most an agent may say in one piece (ReportedEvent.details_json).
constexpr size_t kWordsBytesMax = 256 * 1024;

// What an agent said, where there is something that can be read.
std::optional<google::protobuf::Struct> WordsOf(const std::string& json, std::string_view what,
                                                const std::string& whose) {
  if (json.empty()) return std::nullopt;
  Result<google::protobuf::Struct> words = PayloadFromJson(json, kWordsBytesMax);
  if (words.ok()) return std::move(*words);
  LogError("agent words corrupt",
           {{"what", what}, {"id", whose}, {"cause", words.error().message}});
  return std::nullopt;
}

}  // namespace

v1::Agent ToProto(const storage::Agent& agent) {
  v1::Agent to;
  to.set_agent_id(agent.agent_id);
  to.set_user_phone(agent.user_phone);
  to.set_display_name(agent.display_name);
  to.mutable_labels()->insert(agent.labels.begin(), agent.labels.end());
  to.mutable_allowed_addresses()->Add(agent.allowed_addresses.begin(),
                                      agent.allowed_addresses.end());
  to.set_disabled(agent.disabled);
  to.set_disabled_reason(agent.disabled_reason);
  if (agent.disable_time) SetTime(*agent.disable_time, *to.mutable_disable_time());
  SetTime(agent.create_time, *to.mutable_create_time());
  SetTime(agent.update_time, *to.mutable_update_time());
  to.set_secret_fingerprint(agent.secret_fingerprint);
  if (agent.secret_create_time) {
    SetTime(*agent.secret_create_time, *to.mutable_secret_create_time());
  }
  if (agent.session) *to.mutable_session() = ToProto(*agent.session);
  if (agent.status) {
    SetTime(agent.status->time, *to.mutable_status()->mutable_time());
    auto fields = WordsOf(agent.status->status_json, "status", agent.agent_id);
    if (fields) *to.mutable_status()->mutable_fields() = std::move(*fields);
  }
  if (agent.last_sync_time) SetTime(*agent.last_sync_time, *to.mutable_last_sync_time());
  to.set_config_version(agent.config_version);
  to.set_delivered_config_version(agent.delivered_config_version);
  return to;
}

v1::Session ToProto(const storage::Session& session) {
  v1::Session to;
  to.set_session_id(session.session_id);
  to.set_gateway_id(session.gateway_id);
  to.set_peer_address(session.peer_address);
  SetTime(session.open_time, *to.mutable_open_time());
  to.set_epoch(session.epoch);
  to.set_secret_fingerprint(session.secret_fingerprint);
  return to;
}

v1::Command::State ToProto(CommandState state) { return static_cast<v1::Command::State>(state); }

v1::CommandStep ToProto(const storage::CommandStep& step) {
  v1::CommandStep to;
  to.set_number(step.number);
  SetTime(step.time, *to.mutable_time());
  to.set_state(ToProto(step.state));
  to.set_channel(static_cast<v1::CommandStep::Channel>(step.channel));
  to.set_session_id(step.session_id);
  to.set_detail(step.detail);
  return to;
}

Result<v1::Command> ToProto(const storage::Command& command) {
  Result<google::protobuf::Struct> payload = PayloadFromJson(command.payload_json);
  if (!payload.ok()) {
    LogError("command payload corrupt",
             {{"command_id", command.command_id}, {"cause", payload.error().message}});
    return payload.error();
  }
  v1::Command to;
  to.set_command_id(command.command_id);
  to.set_agent_id(command.agent_id);
  to.set_type(command.type);
  *to.mutable_payload() = std::move(*payload);
  to.set_priority(command.immediate ? v1::Command::IMMEDIATE : v1::Command::NORMAL);
  to.set_state(ToProto(command.state));
  to.set_max_deliveries(command.max_deliveries);
  to.set_deliveries(command.deliveries);
  to.set_idempotency_key(command.idempotency_key);
  SetTime(command.create_time, *to.mutable_create_time());
  SetTime(command.expire_time, *to.mutable_expire_time());
  SetTime(command.update_time, *to.mutable_update_time());
  to.set_error(command.error);
  for (const storage::CommandStep& step : command.history) *to.add_history() = ToProto(step);
  auto result = WordsOf(command.result_json, "result", command.command_id);
  if (result) *to.mutable_result() = std::move(*result);
  return to;
}

v1::JoinToken ToProto(const storage::JoinToken& token) {
  v1::JoinToken to;
  to.set_join_token_id(token.join_token_id);
  to.set_description(token.description);
  if (!token.user_phone.empty()) to.set_user_phone("+" + token.user_phone);
  to.mutable_labels()->insert(token.labels.begin(), token.labels.end());
  to.set_max_uses(token.max_uses);
  to.set_uses(token.uses);
  SetTime(token.create_time, *to.mutable_create_time());
  SetTime(token.expire_time, *to.mutable_expire_time());
  if (token.revoke_time) SetTime(*token.revoke_time, *to.mutable_revoke_time());
  return to;
}

Result<v1::DesiredConfig> ToProto(const storage::DesiredConfig& config) {
  v1::DesiredConfig to;
  to.set_agent_id(config.agent_id);
  if (config.version == 0) return to;
  Result<google::protobuf::Struct> content = PayloadFromJson(config.config_json);
  if (!content.ok()) {
    LogError("configuration corrupt",
             {{"agent_id", config.agent_id}, {"cause", content.error().message}});
    return content.error();
  }
  to.set_version(config.version);
  *to.mutable_config() = std::move(*content);
  SetTime(config.update_time, *to.mutable_update_time());
  to.set_delivered_version(config.delivered_version);
  if (config.deliver_time) SetTime(*config.deliver_time, *to.mutable_deliver_time());
  return to;
}

v1::Event ToProto(const storage::Event& event) {
  v1::Event to;
  to.set_agent_id(event.agent_id);
  to.set_event_id(event.event_id);
  to.set_event_type(event.event_type);
  to.set_thread_id(event.thread_id);
  auto details = WordsOf(event.details_json, "event", event.event_id);
  if (details) *to.mutable_details() = std::move(*details);
  SetTime(event.receive_time, *to.mutable_receive_time());
  to.set_channel(static_cast<v1::CommandStep::Channel>(event.channel));
  return to;
}

v1::Refusal ToProto(const storage::Refusal& refusal) {
  v1::Refusal to;
  if (!to.ParseFromString(refusal.evidence)) {
    LogError("refusal evidence corrupt", {{"refusal_id", refusal.refusal_id}});
    to.Clear();
    to.set_detail("What was presented cannot be read any more; the server's log says more.");
  }
  to.set_refusal_id(refusal.refusal_id);
  to.set_agent_id(refusal.agent_id);
  to.set_peer_address(refusal.peer_address);
  to.set_gateway_id(refusal.gateway_id);
  SetTime(refusal.create_time, *to.mutable_create_time());
  SetTime(refusal.last_time, *to.mutable_last_time());
  to.set_count(refusal.count);
  to.set_http_status(refusal.http_status);

  const auto reason = static_cast<v1::Reason>(refusal.reason);
  const v1::ReasonTraits& traits = TraitsOf(reason);
  to.set_reason(reason);
  to.set_stage(traits.stage());
  to.set_retry(traits.retry());
  to.set_turn(traits.turn());
  to.set_sentence(traits.sentence());
  return to;
}

storage::AgentFilter FromProto(const v1::AgentFilter& filter) {
  storage::AgentFilter to;
  to.agent_id_prefix = filter.agent_id_prefix();
  if (filter.has_disabled()) to.disabled = filter.disabled();
  if (filter.has_connected()) to.connected = filter.connected();
  to.labels = ToMap(filter.labels());
  if (filter.has_has_secret()) to.has_secret = filter.has_secret();
  return to;
}

storage::EventFilter FromProto(const v1::EventFilter& filter) {
  return {filter.agent_id(), filter.event_type()};
}

Duration FromProto(const google::protobuf::Duration& span) {
  return std::chrono::seconds(span.seconds()) +
         std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(span.nanos()));
}

storage::CommandFilter FromProto(const v1::CommandFilter& filter) {
  storage::CommandFilter to;
  to.agent_id = filter.agent_id();
  for (const int state : filter.states()) to.states.push_back(static_cast<CommandState>(state));
  return to;
}

storage::RefusalFilter FromProto(const v1::RefusalFilter& filter) {
  storage::RefusalFilter to;
  to.agent_id = filter.agent_id();
  to.reasons.assign(filter.reasons().begin(), filter.reasons().end());
  if (filter.has_since()) to.since = GetTime(filter.since());
  return to;
}

v1::AuditEntry ToProto(const storage::AuditEntry& entry) {
  v1::AuditEntry to;
  to.set_audit_id(entry.audit_id);
  SetTime(entry.create_time, *to.mutable_create_time());
  to.set_caller(entry.caller);
  to.set_peer_address(entry.peer_address);
  to.set_method(entry.method);
  to.set_agent_id(entry.agent_id);
  to.set_subject_id(entry.subject);
  to.set_detail(entry.detail);
  if (!entry.end) return to;
  to.set_status_code(entry.end->status_code);
  to.set_error_reason(entry.end->error_reason);
  return to;
}

storage::AuditFilter FromProto(const v1::AuditFilter& filter) {
  storage::AuditFilter to{filter.agent_id(), filter.caller(), filter.method(), std::nullopt};
  if (filter.has_since()) to.since = GetTime(filter.since());
  return to;
}

storage::AgentChanges ChangesOf(const v1::UpdateAgentRequest& request) {
  storage::AgentChanges changes;
  const v1::Agent& agent = request.agent();
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "user_phone") changes.user_phone = agent.user_phone();
    if (path == "display_name") changes.display_name = agent.display_name();
    if (path == "labels") changes.labels = ToMap(agent.labels());
    if (path == "allowed_addresses") {
      changes.allowed_addresses = ToVector(agent.allowed_addresses());
    }
  }
  return changes;
}

}  // namespace edgeplane::admin
