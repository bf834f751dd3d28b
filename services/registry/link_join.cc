// How a gateway's link begins: Hello, what it repeats, reconciliation, Welcome.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "services/registry/command_moves.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/link_table.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_directory.h"

namespace edgeplane::registry {
namespace {

// Gateways wait 10 s for Welcome, or less where another registry may be well. Whoever is inside the
// gate makes one call of the store; if that takes as long, the store is in trouble anyway.
constexpr std::chrono::seconds kGateWaitMax{5};

// Far above what gateways hold, and a bound to what one may make us remember.
constexpr size_t kHeldSessionsMax = 1'000'000;

Status Misused(std::string message) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(message));
}

}  // namespace

Status Link::TakeIntroduction(std::span<const v1::GatewayMessage>& messages) {
  if (!introduced_ && !messages.empty()) {
    if (!messages.front().has_hello()) return Misused("A link begins with Hello.");
    Status status = Introduce(messages.front().hello());
    if (!status.ok()) return status;
    messages = messages.subspan(1);
  }
  while (sessions_follow_ && !messages.empty()) {
    if (!messages.front().has_held_sessions()) {
      return Misused("Hello has to be followed by the sessions it announced.");
    }
    const v1::HeldSessions& more = messages.front().held_sessions();
    if (Status status = Hold(more.sessions()); !status.ok()) return status;
    sessions_follow_ = more.sessions_follow();
    messages = messages.subspan(1);
  }
  for (const v1::GatewayMessage& message : messages) {
    if (message.has_hello()) return Misused("A link has one Hello, at its beginning.");
    if (message.has_held_sessions()) return Misused("HeldSessions come right behind Hello.");
  }
  return {};
}

Status Link::Hold(const google::protobuf::RepeatedPtrField<v1::Hello::HeldSession>& sessions) {
  Result<std::vector<storage::HeldSession>> held = ToHeldSessions(sessions);
  if (!held.ok()) return held.error();
  for (size_t i = 0; i < held->size(); ++i) {
    storage::HeldSession& session = (*held)[i];
    std::string session_id = session.fence.session_id;
    const bool opened = !sessions[static_cast<int>(i)].not_open();
    joining_.insert_or_assign(std::move(session_id), Joining{std::move(session), opened});
  }
  if (joining_.size() <= kHeldSessionsMax) return {};
  return Misused("A gateway holds at most " + std::to_string(kHeldSessionsMax) + " sessions.");
}

Status Link::Introduce(const v1::Hello& hello) {
  if (Status status = CheckGatewayId(hello.gateway_id()); !status.ok()) return status;
  if (Status status = Hold(hello.sessions()); !status.ok()) return status;
  sessions_follow_ = hello.sessions_follow();
  repeats_through_ = hello.repeats_through();
  hello_link_ = hello.link();
  gate_ = parts_.links.Gate(hello.gateway_id());
  introduced_ = true;
  {
    const std::lock_guard lock(mutex_);
    gateway_id_ = hello.gateway_id();
  }
  const std::shared_ptr<Link> replaced = parts_.links.Seat(hello.gateway_id(), shared_from_this());
  if (replaced != nullptr) {
    // Usual after a break only this side has not noticed; again and again, it is
    // two gateways under one id.
    LogWarning(
        "link replaced",
        {{"gateway", hello.gateway_id()}, {"peer", peer_}, {"replaced_peer", replaced->peer_}});
    replaced->End(MakeError(v1::ErrorReason::SESSION_FENCED,
                            "A newer link of the same gateway_id has taken over."));
  }
  // Ended meanwhile: it left a seat that it did not have yet.
  if (!open()) parts_.links.Unseat(hello.gateway_id(), this);
  return {};
}

Status Link::Join() {
  if (!open()) return {};
  const std::string gateway = gateway_id();
  // From now on whatever goes on over earlier links, here or elsewhere, is fenced off.
  const Duration lease = parts_.settings.gateway_lease;
  const Result<int64_t> number =
      parts_.store.BeginLink({gateway, hello_link_}, lease, parts_.clock.Now());
  if (!number.ok()) return number.error();
  {
    const std::lock_guard lock(mutex_);
    number_ = *number;
    lease_time_ = parts_.clock.Now();
  }
  std::optional<GatewayGate::Closure> closure = gate_->Close(kGateWaitMax);
  if (!closure) {
    return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                     "What an earlier link of the gateway had begun did not end in time.");
  }
  // A newer link of the gateway has said Hello: what this one was told is old.
  if (!open()) return {};
  // Those it names it has taken up, over an earlier link.
  for (const auto& [session_id, session] : joining_) parts_.pending.Settled(session.held.fence);
  for (const storage::Fence& fence : parts_.pending.Of(gateway)) {
    joining_.try_emplace(fence.session_id, Joining{storage::HeldSession{fence, {}}, false});
  }
  std::vector<storage::HeldSession> held;
  held.reserve(joining_.size());
  for (const auto& [session_id, session] : joining_) held.push_back(session.held);
  const Result<storage::Reconciled> reconciled =
      parts_.store.ReconcileGateway({gateway, *number}, held, parts_.clock.Now());
  if (!reconciled.ok()) return reconciled.error();
  NoteMoves(parts_, reconciled->moved);

  joined_ = true;
  {
    const std::lock_guard lock(mutex_);
    welcomed_ = true;
  }
  Send(WelcomeMessage(lease, parts_.settings.alone));
  for (const storage::Fence& fence : reconciled->stale) {
    joining_.erase(fence.session_id);
    Send(EndSessionMessage(fence, v1::SUPERSEDED));
  }
  // One whose upgrade is not complete is entered when it opens: what was claimed
  // for it before would have nowhere to go.
  std::erase_if(joining_, [](const auto& entry) { return !entry.second.opened; });
  for (const auto& [session_id, session] : joining_) EnterSession(session.held.fence);
  LogInfo("link opened", {{"gateway", gateway},
                          {"peer", peer_},
                          {"sessions", joining_.size()},
                          {"ended", reconciled->ended.size()},
                          {"stale", reconciled->stale.size()}});
  // Deliveries do not get through the gate before it is open again.
  closure.reset();
  for (const auto& [session_id, session] : std::exchange(joining_, {})) {
    parts_.dispatcher.Wake(session.held.fence.agent_id);
  }
  return {};
}

void Link::EnterThroughGate(const storage::Fence& fence) {
  // It may be closed by a newer link that takes over, or for a moment by an older
  // one that has yet to find out that it was replaced.
  const std::optional<GatewayGate::Pass> pass = gate_->Enter(kGateWaitMax);
  if (pass) return EnterSession(fence);
  End(MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                "The gateway's sessions took too long to be reconciled."));
}

// With a pass of the gate, or with the gate closed: so a newer link of the
// gateway, which ends this one first, enters its sessions later than this.
void Link::EnterSession(const storage::Fence& fence) {
  if (!open()) return;
  if (!parts_.directory.Enter(fence, shared_from_this())) {
    Send(EndSessionMessage(fence, v1::SUPERSEDED));
    return;
  }
  // Ended meanwhile: it cleared the directory before this entry was there.
  if (!open()) parts_.directory.Remove(fence);
}

}  // namespace edgeplane::registry
