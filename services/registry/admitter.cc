#include "services/registry/admitter.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/uuid.h"
#include "services/registry/command_moves.h"
#include "services/registry/link_table.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_end.h"
#include "services/registry/span_text.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {
namespace {

// Reconciling a gateway takes one call of the store; agents wait 10 s for us.
constexpr std::chrono::seconds kGateWaitMax{5};

std::string TakeoverDetail(const storage::SessionHeld& held,
                           const storage::TakeoverLimits& limits) {
  return "The session is held by " + held.by.peer_address + " at the gateway " +
         held.by.gateway_id + ", since " + FormatSeconds(held.by.open_time) +
         ". Newer connections took over " + std::to_string(held.takeovers) + " times within " +
         SpanText(limits.window) + " (takeover-max), so none may until nobody has tried for " +
         SpanText(limits.calm) + " (takeover-calm).";
}

}  // namespace

Status Admitter::Admit(const v1::AdmitRequest& request, v1::AdmitResponse& response,
                       const Abandoned& abandoned) {
  const AdmissionTimer timer(parts_.metrics);
  const CallerRef caller = CallerOf(request);
  if (Status status = CheckCaller(caller, Naming::kRequired); !status.ok()) return status;
  Result<AdmissionVerdict> verdict = authenticator_.Ask(caller);
  if (!verdict.ok()) return verdict.error();
  if (verdict->admitted()) return OpenSession(request, *verdict, response, abandoned);
  *response.mutable_refused() = ToRefusedAttempt(*std::move(verdict->refusal));
  return {};
}

Status Admitter::OpenSession(const v1::AdmitRequest& request, const AdmissionVerdict& verdict,
                             v1::AdmitResponse& response, const Abandoned& abandoned) {
  storage::SessionRequest session;
  session.agent_id = request.agent_id();
  session.gateway_id = request.gateway_id();
  session.peer_address = request.peer_address();
  session.secret_fingerprint = verdict.secret_fingerprint;
  session.takeovers = parts_.settings.takeovers;

  const std::shared_ptr<GatewayGate> gate = parts_.links.Gate(request.gateway_id());
  std::optional<GatewayGate::Pass> pass = gate->Enter(kGateWaitMax);
  if (!pass) {
    return MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                     "The gateway's sessions are being reconciled; try again in a moment.");
  }
  // By now the agent may have come again, and must not be thrown out by itself.
  if (abandoned()) return CallerGone();
  session.now = parts_.clock.Now();
  session.session_id = NewUuid(session.now);
  const Result<storage::SessionAnswer> answer = parts_.store.OpenSession(session);
  const auto* grant = answer.ok() ? std::get_if<storage::SessionGrant>(&*answer) : nullptr;
  if (grant != nullptr) {
    parts_.pending.Granted({session.agent_id, session.session_id, grant->epoch}, session.gateway_id,
                           session.now);
  } else if (!answer.ok() && answer.error().code == v1::ErrorReason::STORE_IN_DOUBT) {
    parts_.pending.Granted({session.agent_id, session.session_id, 0}, session.gateway_id,
                           session.now);
  }
  pass.reset();

  if (grant != nullptr) return Granted(session, *grant, response, abandoned);
  if (answer.ok()) {
    RefuseTakeover(session, verdict.credential_kind, std::get<storage::SessionHeld>(*answer),
                   response);
    return {};
  }
  std::optional<AdmissionRefusal> refusal = ChangedMeanwhile(answer.error());
  if (!refusal) return StoreFailed("OpenSession", answer.error());
  *response.mutable_refused() = ToRefusedAttempt(*std::move(refusal));
  return {};
}

Status Admitter::Granted(const storage::SessionRequest& session, const storage::SessionGrant& grant,
                         v1::AdmitResponse& response, const Abandoned& abandoned) {
  NoteMoves(parts_, grant.moved);
  if (grant.superseded) TakeOver(*grant.superseded, session);
  if (abandoned()) {
    // The gateway will never name it.
    const storage::Fence fence{session.agent_id, session.session_id, grant.epoch};
    if (EndUntakenSession(parts_, fence).ok()) parts_.pending.Settled(fence);
    return CallerGone();
  }
  response.mutable_admitted()->set_session_id(session.session_id);
  response.mutable_admitted()->set_epoch(grant.epoch);
  return {};
}

void Admitter::RefuseTakeover(const storage::SessionRequest& session,
                              const std::string& credential_kind, const storage::SessionHeld& held,
                              v1::AdmitResponse& response) {
  LogWarning("session takeover refused", {{"agent", session.agent_id},
                                          {"peer", session.peer_address},
                                          {"gateway", session.gateway_id},
                                          {"held_by_peer", held.by.peer_address},
                                          {"held_by_gateway", held.by.gateway_id}});
  v1::RefusedAttempt& refused = *response.mutable_refused();
  refused.set_reason(v1::TAKEOVER_FLAPPING);
  refused.set_detail(TakeoverDetail(held, session.takeovers));
  refused.mutable_presented()->set_credential_kind(credential_kind);
  refused.mutable_presented()->set_fingerprint(session.secret_fingerprint);
  refused.mutable_expected()->set_session_peer_address(held.by.peer_address);
  // Up to a whole second: Retry-After has no parts of one.
  refused.mutable_retry_after()->set_seconds(
      std::chrono::ceil<std::chrono::seconds>(held.retry_after).count());
}

void Admitter::TakeOver(const storage::Session& superseded, const storage::SessionRequest& by) {
  parts_.metrics.TookOver();
  LogInfo("session takeover", {{"agent", by.agent_id},
                               {"peer", by.peer_address},
                               {"gateway", by.gateway_id},
                               {"superseded_peer", superseded.peer_address},
                               {"superseded_gateway", superseded.gateway_id},
                               {"superseded_session", superseded.session_id}});
  DirectEnd(parts_, superseded, v1::SUPERSEDED);
}

}  // namespace edgeplane::registry
