#include "services/registry/admitter.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/uuid.h"
#include "services/registry/awaited_sessions.h"
#include "services/registry/command_moves.h"
#include "services/registry/link.h"
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

bool IsWithoutLink(const Error& error) {
  return error.code == v1::ErrorReason::SESSION_FENCED ||
         error.code == v1::ErrorReason::GATEWAY_NOT_LINKED;
}

Error NotLinked() {
  return MakeError(v1::ErrorReason::GATEWAY_NOT_LINKED,
                   "The gateway has no link to this registry at the moment; try again.");
}

// Up to a whole second: Retry-After has no parts of one.
void SetRetryAfter(Duration wait, v1::RefusedAttempt& refused) {
  refused.mutable_retry_after()->set_seconds(std::chrono::ceil<std::chrono::seconds>(wait).count());
}

}  // namespace

void Admitter::Admit(const v1::AdmitRequest& request, v1::AdmitResponse& response,
                     Abandoned abandoned, const Finish& finish) {
  const AdmissionTimer timer(parts_.metrics);
  const std::optional<Status> status = Decide({request, response, std::move(abandoned), finish});
  if (status) finish(*status);
}

std::optional<Status> Admitter::Decide(const Asked& asked) {
  const CallerRef caller = CallerOf(asked.request);
  if (Status status = CheckCaller(caller, Naming::kRequired); !status.ok()) return status;
  Result<AdmissionVerdict> verdict = authenticator_.Ask(caller);
  if (!verdict.ok()) return verdict.error();
  if (verdict->admitted()) return OpenSession(asked, *verdict);
  *asked.response.mutable_refused() = ToRefusedAttempt(*std::move(verdict->refusal));
  return Status();
}

std::optional<Status> Admitter::OpenSession(const Asked& asked, const AdmissionVerdict& verdict) {
  const v1::AdmitRequest& request = asked.request;
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
  if (asked.abandoned()) return CallerGone();
  if (const std::shared_ptr<Link> link = parts_.links.Find(request.gateway_id())) {
    session.link = link->number();
  }
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

  if (grant != nullptr) return Granted(asked, session, *grant);
  if (answer.ok()) {
    RefuseTakeover(session, verdict.credential_kind, std::get<storage::SessionHeld>(*answer),
                   asked.response);
    return Status();
  }
  if (IsWithoutLink(answer.error())) return NotLinked();
  std::optional<AdmissionRefusal> refusal = ChangedMeanwhile(answer.error());
  if (!refusal) return StoreFailed("OpenSession", answer.error());
  *asked.response.mutable_refused() = ToRefusedAttempt(*std::move(refusal));
  return Status();
}

std::optional<Status> Admitter::Granted(const Asked& asked, const storage::SessionRequest& session,
                                        const storage::SessionGrant& grant) {
  NoteMoves(parts_, grant.moved);
  if (grant.superseded) TakeOver(*grant.superseded, session);
  const storage::Fence fence{session.agent_id, session.session_id, grant.epoch};
  if (grant.awaited.empty()) return Take(asked, fence);
  for (const storage::AwaitedSession& awaited : grant.awaited) {
    if (grant.superseded && awaited.session_id == grant.superseded->session_id) continue;
    DirectEnd(parts_, {awaited.agent_id, awaited.session_id}, awaited.gateway_id, v1::SUPERSEDED);
  }
  parts_.awaited.Await(
      session.agent_id, session.gateway_id, grant.awaited,
      [this, asked, fence,
       holder = grant.awaited.front().gateway_id](const AwaitedSessions::Outcome& outcome) {
        asked.finish(outcome.closed ? Take(asked, fence)
                                    : GiveUp(asked, fence, holder, outcome.lease_left));
      });
  return std::nullopt;
}

Status Admitter::Take(const Asked& asked, const storage::Fence& fence) {
  if (asked.abandoned()) {
    // The gateway will never name it.
    if (EndUntakenSession(parts_, fence).ok()) parts_.pending.Settled(fence);
    return CallerGone();
  }
  asked.response.mutable_admitted()->set_session_id(fence.session_id);
  asked.response.mutable_admitted()->set_epoch(fence.epoch);
  return {};
}

Status Admitter::GiveUp(const Asked& asked, const storage::Fence& fence, const std::string& holder,
                        Duration lease_left) {
  if (EndUntakenSession(parts_, fence).ok()) parts_.pending.Settled(fence);
  LogWarning("session not given up", {{"agent", fence.agent_id}, {"held_by_gateway", holder}});
  v1::RefusedAttempt& refused = *asked.response.mutable_refused();
  refused.set_reason(v1::REGISTRY_UNAVAILABLE);
  refused.set_detail("The gateway " + holder +
                     " may hold the agent still and does not answer; once its lease is over "
                     "(gateway-lease), the agent is let in.");
  SetRetryAfter(std::max<Duration>(lease_left, std::chrono::seconds(1)), refused);
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
  SetRetryAfter(held.retry_after, refused);
}

void Admitter::TakeOver(const storage::Session& superseded, const storage::SessionRequest& by) {
  parts_.metrics.TookOver();
  LogInfo("session takeover", {{"agent", by.agent_id},
                               {"peer", by.peer_address},
                               {"gateway", by.gateway_id},
                               {"superseded_peer", superseded.peer_address},
                               {"superseded_gateway", superseded.gateway_id},
                               {"superseded_session", superseded.session_id}});
  DirectEnd(parts_, storage::FenceOf(superseded), superseded.gateway_id, v1::SUPERSEDED);
}

}  // namespace edgeplane::registry
