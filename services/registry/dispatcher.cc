#include "services/registry/dispatcher.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "services/registry/command_moves.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/peers.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {
namespace {

// Of the pool's threads, at most half deliver.
size_t RunnersMax(const RegistrySettings& settings) {
  return std::max<size_t>(1, static_cast<size_t>(settings.registry_workers) / 2);
}

}  // namespace

Dispatcher::Dispatcher(const RegistryParts& parts)
    : parts_(parts), runners_max_(RunnersMax(parts.settings)) {}

void Dispatcher::Wake(const std::string& agent_id) {
  if (!parts_.directory.Find(agent_id)) return;
  const std::lock_guard lock(mutex_);
  const auto [it, inserted] = scheduled_.try_emplace(agent_id, false);
  if (!inserted) {
    it->second = true;
    return;
  }
  waiting_.push_back(agent_id);
  StartRunner();
}

void Dispatcher::WakeAnywhere(const std::string& agent_id) {
  if (parts_.directory.Find(agent_id)) return Wake(agent_id);
  parts_.peers.Wake(agent_id);
}

void Dispatcher::WakeLeftBehind() {
  std::unordered_set<std::string> agents;
  {
    const std::lock_guard lock(mutex_);
    agents.swap(left_behind_);
  }
  for (const std::string& agent_id : agents) Wake(agent_id);
}

bool Dispatcher::Idle() const {
  const std::lock_guard lock(mutex_);
  return scheduled_.empty() && runners_ == 0;
}

// With mutex_ held. A runner is not counted against the pool's bound: there are
// runners_max_ of them at most.
void Dispatcher::StartRunner() {
  if (runners_ >= runners_max_) return;
  if (parts_.pool.Continue([this] { RunOne(); })) ++runners_;
}

void Dispatcher::RunOne() {
  std::string agent_id;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      --runners_;
      return;
    }
    agent_id = std::move(waiting_.front());
    waiting_.pop_front();
    scheduled_[agent_id] = false;
  }
  const Outcome outcome = Deliver(agent_id);
  const std::lock_guard lock(mutex_);
  if (outcome == Outcome::kLeftBehind) left_behind_.insert(agent_id);
  const auto it = scheduled_.find(agent_id);
  // To the end of the line: a long queue of one agent does not hold up others.
  if (outcome == Outcome::kMore || it->second) {
    waiting_.push_back(std::move(agent_id));
  } else {
    scheduled_.erase(it);
  }
  --runners_;
  if (!waiting_.empty()) StartRunner();
}

Dispatcher::Outcome Dispatcher::Deliver(const std::string& agent_id) {
  const std::optional<LiveSession> seen = parts_.directory.Find(agent_id);
  if (!seen) return Outcome::kDone;
  const std::optional<GatewayGate::Pass> pass = seen->link->gate()->Enter();
  // Closed while the gateway's sessions are reconciled.
  if (!pass) return Outcome::kLeftBehind;
  // Only now is it certain that the link is the one to send over: it may have
  // been replaced, and the sessions reconciled, before the pass was given.
  std::optional<LiveSession> session = parts_.directory.Find(agent_id);
  if (!session || session->link != seen->link || !session->link->open()) return Outcome::kDone;
  if (!session->confirmed) {
    if (const Outcome outcome = ConfirmSession(*session); outcome != Outcome::kMore) return outcome;
  }
  // Room on the link wakes again, as CommandWritten does.
  if (!session->link->HasRoomFor(agent_id)) return Outcome::kDone;
  bool config_failed = false;
  if (session->config_wanted) {
    const Outcome outcome = OfferConfig(*session);
    if (outcome == Outcome::kDone) return outcome;
    // It stays wanted; the commands do not wait for it.
    config_failed = outcome == Outcome::kLeftBehind;
  }
  const Outcome outcome = session->room.count == 0 ? Outcome::kDone : ClaimAndSend(*session);
  return outcome == Outcome::kDone && config_failed ? Outcome::kLeftBehind : outcome;
}

// A session that comes with a Hello may have been disabled or superseded while
// its gateway had no link, and one that opens may have been since its admission.
Dispatcher::Outcome Dispatcher::ConfirmSession(LiveSession& session) {
  const Result<storage::Agent> agent = parts_.store.GetAgent(session.fence.agent_id);
  if (!agent.ok()) {
    if (agent.error().code != v1::ErrorReason::AGENT_NOT_FOUND) {
      static_cast<void>(StoreFailed("GetAgent", agent.error()));
      return Outcome::kLeftBehind;
    }
    Dismiss(session, v1::CREDENTIALS_REVOKED);
    return Outcome::kDone;
  }
  if (agent->disabled) {
    Dismiss(session, v1::DISABLED);
    return Outcome::kDone;
  }
  if (!agent->session || agent->session->session_id != session.fence.session_id) {
    Dismiss(session, v1::SUPERSEDED);
    return Outcome::kDone;
  }
  if (agent->config_version > agent->delivered_config_version) {
    session.config_wanted = true;
    parts_.directory.WantConfig(session.fence.agent_id);
  }
  parts_.directory.Confirm(session.fence);
  return Outcome::kMore;
}

Dispatcher::Outcome Dispatcher::OfferConfig(const LiveSession& session) {
  // Before the store is asked: a change after that is looked at again.
  parts_.directory.LookAtConfig(session.fence);
  const Result<std::optional<storage::DesiredConfig>> offer =
      parts_.store.OfferConfig(session.fence, session.link->number());
  if (!offer.ok()) {
    const Outcome outcome = Failed(session, "OfferConfig", offer.error());
    if (outcome == Outcome::kLeftBehind) parts_.directory.WantConfig(session.fence.agent_id);
    return outcome;
  }
  if (!*offer) return Outcome::kMore;
  parts_.directory.ConfigOffered(session.fence);
  // If it does not arrive, the offer falls with the session or with the link.
  const bool sent = session.link->Send(DeliverConfigMessage(session.fence.session_id, **offer));
  return sent ? Outcome::kMore : Outcome::kDone;
}

Dispatcher::Outcome Dispatcher::ClaimAndSend(const LiveSession& session) {
  storage::Claim claim;
  claim.fence = session.fence;
  claim.count_max = session.room.count;
  claim.bytes_max = session.room.bytes;
  claim.now = parts_.clock.Now();
  claim.link = session.link->number();
  const Result<std::vector<storage::Command>> claimed = parts_.store.ClaimCommands(claim);
  if (!claimed.ok()) return Failed(session, "ClaimCommands", claimed.error());
  if (claimed->empty()) return Outcome::kDone;
  Send(session, *claimed);
  return Outcome::kMore;
}

void Dispatcher::Send(const LiveSession& session, const std::vector<storage::Command>& commands) {
  std::vector<Outstanding> outstanding;
  outstanding.reserve(commands.size());
  for (const storage::Command& command : commands) {
    parts_.metrics.CommandMoved(storage::CommandState::kDelivered);
    parts_.signals.Changed(command.command_id);
    outstanding.push_back({command.command_id, command.payload_json.size(), command.create_time,
                           IsFirstOnTheWire(command)});
  }
  // Before they are sent: the gateway may report one as written at once. What is
  // not sent because the session or the link has gone stays DELIVERED, until
  // EndSession or ReconcileGateway brings it back.
  if (!parts_.directory.AddOutstanding(session.fence, outstanding)) return;
  for (const storage::Command& command : commands) {
    if (!session.link->Send(DeliverMessage(session.fence.session_id, command))) return;
  }
}

// The agent may be somewhere else by now, or it has been deleted at another registry
// and word of that is on its way: the reason is the store's. Where the session is as it
// was, it is the link that is fenced off: the gateway has a newer one, or its lease is over.
Dispatcher::Outcome Dispatcher::Fenced(LiveSession session, const Error& error) {
  const Outcome outcome = ConfirmSession(session);
  if (outcome == Outcome::kMore) session.link->End(error);
  if (outcome != Outcome::kLeftBehind) parts_.peers.Wake(session.fence.agent_id);
  return outcome == Outcome::kLeftBehind ? outcome : Outcome::kDone;
}

Dispatcher::Outcome Dispatcher::Failed(const LiveSession& session, const char* operation,
                                       const Error& error) {
  if (error.code == v1::ErrorReason::SESSION_FENCED) return Fenced(session, error);
  static_cast<void>(StoreFailed(operation, error));
  // It may have been done, with what nobody knows: the gateway's next Hello brings
  // that back.
  if (error.code == v1::ErrorReason::STORE_IN_DOUBT) {
    session.link->End(error);
    return Outcome::kDone;
  }
  return Outcome::kLeftBehind;
}

void Dispatcher::Dismiss(const LiveSession& session, v1::Disconnect reason) {
  parts_.directory.Remove(session.fence);
  // If the link has ended, so has its way to say so; the next Hello is told.
  static_cast<void>(session.link->Send(EndSessionMessage(session.fence, reason)));
}

}  // namespace edgeplane::registry
