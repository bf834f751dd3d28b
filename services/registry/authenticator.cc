#include "services/registry/authenticator.h"

#include <string>
#include <utility>

#include "base/log.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {

Result<AdmissionVerdict> Authenticator::Ask(const CallerRef& caller) const {
  const Result<storage::AgentCredentials> credentials =
      parts_.store.GetCredentials(std::string(caller.agent_id));
  if (!credentials.ok() && credentials.error().code != v1::ErrorReason::AGENT_NOT_FOUND) {
    return StoreFailed("GetCredentials", credentials.error());
  }
  AdmissionInput input;
  input.agent_id = caller.agent_id;
  input.bearer = caller.bearer;
  input.peer_address = caller.peer_address;
  input.registered = credentials.ok() ? &*credentials : nullptr;
  input.now = parts_.clock.Now();
  AdmissionVerdict verdict = Decide(input, policy_);
  if (verdict.secret_unreadable) LogError("secret unreadable", {{"agent", caller.agent_id}});
  if (verdict.admitted() && verdict.fleet_secret) parts_.metrics.AdmittedByFleetSecret();
  return verdict;
}

v1::RefusedAttempt ToRefusedAttempt(AdmissionRefusal refusal) {
  v1::RefusedAttempt refused;
  refused.set_reason(refusal.reason);
  refused.set_detail(std::move(refusal.detail));
  *refused.mutable_presented() = std::move(refusal.presented);
  *refused.mutable_expected() = std::move(refusal.expected);
  return refused;
}

std::optional<AdmissionRefusal> ChangedMeanwhile(const Error& error) {
  switch (error.code) {
    case v1::ErrorReason::AGENT_NOT_FOUND:
      return AdmissionRefusal{v1::AGENT_UNKNOWN, "The agent was deleted a moment ago.", {}, {}};
    case v1::ErrorReason::AGENT_IS_DISABLED:
      return AdmissionRefusal{
          v1::AGENT_DISABLED, "An operator disabled the agent a moment ago.", {}, {}};
    default:
      return std::nullopt;
  }
}

}  // namespace edgeplane::registry
