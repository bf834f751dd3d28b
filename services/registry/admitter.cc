#include "services/registry/admitter.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/uuid.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/link_table.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_directory.h"

namespace edgeplane::registry {
namespace {

constexpr size_t kBearerBytesMax = 1024;
// Reconciling a gateway takes one call of the store; agents wait 10 s for us.
constexpr std::chrono::seconds kGateWaitMax{5};

Status CheckRequest(const v1::AdmitRequest& request) {
  if (Status status = CheckGatewayId(request.gateway_id()); !status.ok()) return status;
  if (Status status = CheckAgentId(request.agent_id()); !status.ok()) return status;
  if (request.bearer().empty() || request.bearer().size() > kBearerBytesMax) {
    return MakeError(
        v1::ErrorReason::INVALID_FIELD,
        "bearer has " + std::to_string(request.bearer().size()) + " bytes; 1 to 1024 are allowed.");
  }
  if (request.peer_address().size() > kPeerAddressBytesMax) {
    return MakeError(v1::ErrorReason::INVALID_FIELD, "peer_address is longer than 64 bytes.");
  }
  return {};
}

void Refuse(AdmissionRefusal refusal, v1::AdmitResponse& response) {
  v1::RefusedAttempt& refused = *response.mutable_refused();
  refused.set_reason(refusal.reason);
  refused.set_detail(std::move(refusal.detail));
  *refused.mutable_presented() = std::move(refusal.presented);
  *refused.mutable_expected() = std::move(refusal.expected);
}

Error StoreFailed(const char* operation, const Error& error) {
  LogWarning("store failed", {{"operation", operation}, {"error", error.message}});
  return error;
}

}  // namespace

Status Admitter::Admit(const v1::AdmitRequest& request, v1::AdmitResponse& response) {
  const auto start = std::chrono::steady_clock::now();
  Status status = Answer(request, response);
  parts_.metrics.AdmissionTook(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - start));
  return status;
}

Status Admitter::Answer(const v1::AdmitRequest& request, v1::AdmitResponse& response) {
  if (Status status = CheckRequest(request); !status.ok()) return status;
  const Result<storage::AgentCredentials> credentials =
      parts_.store.GetCredentials(request.agent_id());
  if (!credentials.ok() && credentials.error().code != v1::ErrorReason::AGENT_NOT_FOUND) {
    return StoreFailed("GetCredentials", credentials.error());
  }
  AdmissionInput input;
  input.agent_id = request.agent_id();
  input.bearer = request.bearer();
  input.peer_address = request.peer_address();
  input.registered = credentials.ok() ? &*credentials : nullptr;
  input.now = parts_.clock.Now();
  AdmissionVerdict verdict = Decide(input, policy_);
  if (verdict.secret_unreadable) {
    LogError("secret unreadable", {{"agent", request.agent_id()}});
  }
  if (verdict.admitted()) return OpenSession(request, response);
  Refuse(*std::move(verdict.refusal), response);
  return {};
}

Status Admitter::OpenSession(const v1::AdmitRequest& request, v1::AdmitResponse& response) {
  storage::SessionRequest session;
  session.agent_id = request.agent_id();
  session.gateway_id = request.gateway_id();
  session.peer_address = request.peer_address();

  const std::shared_ptr<GatewayGate> gate = parts_.links.Gate(request.gateway_id());
  std::optional<GatewayGate::Pass> pass = gate->Enter(kGateWaitMax);
  if (!pass) {
    return MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                     "The gateway's sessions are being reconciled; try again in a moment.");
  }
  session.now = parts_.clock.Now();
  session.session_id = NewUuid(session.now);
  const Result<storage::SessionGrant> grant = parts_.store.OpenSession(session);
  if (grant.ok()) {
    parts_.pending.Granted({session.agent_id, session.session_id, grant->epoch}, session.gateway_id,
                           session.now);
  }
  pass.reset();

  if (!grant.ok()) {
    // The agent was changed between the decision and now.
    if (grant.error().code == v1::ErrorReason::AGENT_NOT_FOUND) {
      Refuse({v1::AGENT_UNKNOWN, "The agent was deleted a moment ago.", {}, {}}, response);
      return {};
    }
    if (grant.error().code == v1::ErrorReason::AGENT_IS_DISABLED) {
      Refuse({v1::AGENT_DISABLED, "An operator disabled the agent a moment ago.", {}, {}},
             response);
      return {};
    }
    return StoreFailed("OpenSession", grant.error());
  }
  if (grant->superseded) TakeOver(*grant->superseded, request);
  response.mutable_admitted()->set_session_id(session.session_id);
  response.mutable_admitted()->set_epoch(grant->epoch);
  return {};
}

void Admitter::TakeOver(const storage::Session& superseded, const v1::AdmitRequest& request) {
  parts_.metrics.TookOver();
  LogInfo("session takeover", {{"agent", request.agent_id()},
                               {"peer", request.peer_address()},
                               {"gateway", request.gateway_id()},
                               {"superseded_peer", superseded.peer_address},
                               {"superseded_gateway", superseded.gateway_id},
                               {"superseded_session", superseded.session_id}});
  const storage::Fence fence{superseded.agent_id, superseded.session_id, superseded.epoch};
  for (const std::string& id : parts_.directory.Remove(fence)) parts_.signals.Changed(id);
  // Where its gateway has no link here, its next Hello is told.
  if (const std::shared_ptr<Link> link = parts_.links.Find(superseded.gateway_id)) {
    link->Send(EndSessionMessage(fence, v1::SUPERSEDED));
  }
}

}  // namespace edgeplane::registry
