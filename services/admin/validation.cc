#include "services/admin/validation.h"

#include <chrono>
#include <string>
#include <utility>

#include "services/admin/admin_settings.h"
#include "services/admin/field_checks.h"

namespace edgeplane::admin {
namespace {

constexpr size_t kCommandTypeBytesMax = 128;
constexpr size_t kIdempotencyKeyBytesMax = 128;
constexpr int kDeliveriesMax = 100;
// Of what a filter lists: more than there are values says something twice.
constexpr int kStatesMax = 16;
constexpr int kReasonsMax = 128;
// Refusals hold ids as claimed, well formed or not.
constexpr size_t kClaimedIdBytesMax = 256;
constexpr size_t kEventTypeBytesMax = 128;
constexpr size_t kCallerBytesMax = 128;
constexpr size_t kMethodBytesMax = 128;
constexpr int64_t kJoinUsesMax = 1'000'000;
constexpr Duration kOverlapMax = std::chrono::hours(24 * 30);
constexpr Duration kJoinTtlMin = std::chrono::seconds(1);
constexpr Duration kJoinTtlMax = std::chrono::hours(24 * 3650);

std::string At(const char* field, int index) {
  return std::string(field) + "[" + std::to_string(index) + "]";
}

// What CreateAgent and ImportAgent have in common.
template <class Message>
void CheckDescription(const Message& message, FieldChecks& checks) {
  checks.Phone("user_phone", message.user_phone());
  checks.Text("display_name", message.display_name());
  checks.LabelMap("labels", message.labels());
  checks.AllowedAddresses("allowed_addresses", message.allowed_addresses());
}

Status OnlyAgentId(const std::string& agent_id) {
  FieldChecks checks;
  checks.AgentId("agent_id", agent_id);
  return std::move(checks).Result();
}

void CheckEventFilter(const v1::EventFilter& filter, FieldChecks& checks) {
  if (!filter.agent_id().empty()) checks.AgentId("filter.agent_id", filter.agent_id());
  checks.Text("filter.event_type", filter.event_type(), kEventTypeBytesMax);
}

Status OnlyUuid(const char* field, const std::string& id) {
  FieldChecks checks;
  checks.Uuid(field, id);
  return std::move(checks).Result();
}

}  // namespace

Status Validate(const v1::CreateAgentRequest& request) {
  FieldChecks checks;
  checks.AgentId("agent_id", request.agent_id());
  CheckDescription(request, checks);
  return std::move(checks).Result();
}

Status Validate(const v1::ImportAgentRequest& request) {
  FieldChecks checks;
  checks.AgentId("agent_id", request.agent_id());
  CheckDescription(request, checks);
  checks.AgentSecret("secret", request.secret());
  return std::move(checks).Result();
}

Status Validate(const v1::GetAgentRequest& request) { return OnlyAgentId(request.agent_id()); }

Status Validate(const v1::ListAgentsRequest& request) {
  FieldChecks checks;
  checks.PageSize("page_size", request.page_size());
  checks.AgentIdPrefix("filter.agent_id_prefix", request.filter().agent_id_prefix());
  checks.LabelMap("filter.labels", request.filter().labels());
  return std::move(checks).Result();
}

Status Validate(const v1::UpdateAgentRequest& request) {
  FieldChecks checks;
  checks.AgentId("agent.agent_id", request.agent().agent_id());
  const auto& paths = request.update_mask().paths();
  checks.FailUnless(!paths.empty(), "update_mask",
                    "Must name what to change: user_phone, display_name, labels or "
                    "allowed_addresses.");
  const v1::Agent& agent = request.agent();
  for (int i = 0; i < paths.size(); ++i) {
    // Only what the mask names is looked at: the rest is not touched.
    if (paths[i] == "user_phone") {
      checks.Phone("agent.user_phone", agent.user_phone());
    } else if (paths[i] == "display_name") {
      checks.Text("agent.display_name", agent.display_name());
    } else if (paths[i] == "labels") {
      checks.LabelMap("agent.labels", agent.labels());
    } else if (paths[i] == "allowed_addresses") {
      checks.AllowedAddresses("agent.allowed_addresses", agent.allowed_addresses());
    } else {
      checks.Fail(At("update_mask.paths", i),
                  "Must be user_phone, display_name, labels or allowed_addresses.");
    }
  }
  return std::move(checks).Result();
}

Status Validate(const v1::DisableAgentRequest& request) {
  FieldChecks checks;
  checks.AgentId("agent_id", request.agent_id());
  checks.Text("reason", request.reason());
  return std::move(checks).Result();
}

Status Validate(const v1::EnableAgentRequest& request) { return OnlyAgentId(request.agent_id()); }

Status Validate(const v1::DeleteAgentRequest& request) { return OnlyAgentId(request.agent_id()); }

Status Validate(const v1::RotateSecretRequest& request) {
  FieldChecks checks;
  checks.AgentId("agent_id", request.agent_id());
  if (request.has_overlap()) {
    checks.Span("overlap", request.overlap(), Duration::zero(), kOverlapMax,
                "Must be 0 to 30 days.");
  }
  return std::move(checks).Result();
}

Status Validate(const v1::RetireSecretRequest& request) { return OnlyAgentId(request.agent_id()); }

Status Validate(const v1::DisconnectAgentRequest& request) {
  return OnlyAgentId(request.agent_id());
}

Status Validate(const v1::CreateJoinTokenRequest& request) {
  FieldChecks checks;
  checks.Text("description", request.description());
  checks.PhoneOrNone("user_phone", request.user_phone());
  checks.LabelMap("labels", request.labels());
  checks.FailUnless(request.max_uses() >= 0 && request.max_uses() <= kJoinUsesMax, "max_uses",
                    "Must be 1 to 1000000, or 0 for any number.");
  if (request.has_ttl()) {
    checks.Span("ttl", request.ttl(), kJoinTtlMin, kJoinTtlMax, "Must be 1 second to 3650 days.");
  }
  return std::move(checks).Result();
}

Status Validate(const v1::ListJoinTokensRequest& request) {
  FieldChecks checks;
  checks.PageSize("page_size", request.page_size());
  return std::move(checks).Result();
}

Status Validate(const v1::RevokeJoinTokenRequest& request) {
  return OnlyUuid("join_token_id", request.join_token_id());
}

Status Validate(const v1::SetDesiredConfigRequest& request) {
  FieldChecks checks;
  checks.AgentId("agent_id", request.agent_id());
  checks.FailUnless(request.has_config(), "config",
                    "Must be given; the configuration without any members is {}.");
  return std::move(checks).Result();
}

Status Validate(const v1::GetDesiredConfigRequest& request) {
  return OnlyAgentId(request.agent_id());
}

Status Validate(const v1::ListEventsRequest& request) {
  FieldChecks checks;
  checks.PageSize("page_size", request.page_size());
  CheckEventFilter(request.filter(), checks);
  return std::move(checks).Result();
}

Status Validate(const v1::WatchEventsRequest& request) {
  FieldChecks checks;
  CheckEventFilter(request.filter(), checks);
  return std::move(checks).Result();
}

Status Validate(const v1::SendCommandRequest& request) {
  FieldChecks checks;
  checks.AgentId("agent_id", request.agent_id());
  checks.FailUnless(!request.type().empty(), "type", "Must not be empty.");
  checks.Text("type", request.type(), kCommandTypeBytesMax);
  checks.FailUnless(v1::Command::Priority_IsValid(request.priority()), "priority",
                    "Must be NORMAL or IMMEDIATE.");
  if (request.has_ttl()) {
    checks.Span("ttl", request.ttl(), kCommandTtlMin, kCommandTtlMax,
                "Must be 1 second to 30 days.");
  }
  checks.FailUnless(request.max_deliveries() >= 0 && request.max_deliveries() <= kDeliveriesMax,
                    "max_deliveries", "Must be 0 to 100.");
  const std::string& key = request.idempotency_key();
  bool printable = key.size() <= kIdempotencyKeyBytesMax;
  for (const char c : key) printable = printable && c >= 0x20 && c <= 0x7e;
  checks.FailUnless(printable, "idempotency_key",
                    "Must be at most 128 printable ASCII characters.");
  return std::move(checks).Result();
}

Status Validate(const v1::GetCommandRequest& request) {
  return OnlyUuid("command_id", request.command_id());
}

Status Validate(const v1::ListCommandsRequest& request) {
  FieldChecks checks;
  checks.PageSize("page_size", request.page_size());
  const v1::CommandFilter& filter = request.filter();
  if (!filter.agent_id().empty()) checks.AgentId("filter.agent_id", filter.agent_id());
  checks.FailUnless(filter.states_size() <= kStatesMax, "filter.states",
                    "Must be at most 16 states.");
  for (int i = 0; i < filter.states_size() && i < kStatesMax; ++i) {
    const auto state = filter.states(i);
    checks.FailUnless(v1::Command::State_IsValid(state) && state != v1::Command::STATE_UNSPECIFIED,
                      At("filter.states", i), "Must be a state of edgeplane.v1.Command.State.");
  }
  return std::move(checks).Result();
}

Status Validate(const v1::CancelCommandRequest& request) {
  FieldChecks checks;
  checks.Uuid("command_id", request.command_id());
  checks.Text("reason", request.reason());
  return std::move(checks).Result();
}

Status Validate(const v1::WatchCommandRequest& request) {
  FieldChecks checks;
  checks.Uuid("command_id", request.command_id());
  checks.FailUnless(request.after_number() >= 0, "after_number", "Must not be negative.");
  return std::move(checks).Result();
}

Status Validate(const v1::GetRefusalRequest& request) {
  return OnlyUuid("refusal_id", request.refusal_id());
}

Status Validate(const v1::ListRefusalsRequest& request) {
  FieldChecks checks;
  checks.PageSize("page_size", request.page_size());
  const v1::RefusalFilter& filter = request.filter();
  checks.Text("filter.agent_id", filter.agent_id(), kClaimedIdBytesMax);
  checks.FailUnless(filter.reasons_size() <= kReasonsMax, "filter.reasons",
                    "Must be at most 128 reasons.");
  for (int i = 0; i < filter.reasons_size() && i < kReasonsMax; ++i) {
    const auto reason = filter.reasons(i);
    checks.FailUnless(v1::Reason_IsValid(reason) && reason != v1::REASON_UNSPECIFIED,
                      At("filter.reasons", i), "Must be a reason of edgeplane.v1.Reason.");
  }
  if (filter.has_since()) checks.Timestamp("filter.since", filter.since());
  return std::move(checks).Result();
}

Status Validate(const v1::ListAuditRequest& request) {
  FieldChecks checks;
  checks.PageSize("page_size", request.page_size());
  const v1::AuditFilter& filter = request.filter();
  checks.Text("filter.agent_id", filter.agent_id(), kClaimedIdBytesMax);
  checks.Text("filter.caller", filter.caller(), kCallerBytesMax);
  checks.Text("filter.method", filter.method(), kMethodBytesMax);
  if (filter.has_since()) checks.Timestamp("filter.since", filter.since());
  return std::move(checks).Result();
}

}  // namespace edgeplane::admin
