#include <algorithm>

#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {
namespace {

// When the session's secret is no longer accepted; nothing: that is not known yet.
// The fleet secret is for agents without a secret of their own in force; one that is
// no longer kept was retired long ago.
std::optional<Time> LapseTime(const Session& session, const std::vector<SealedSecret>& secrets) {
  const bool fleet = session.secret_fingerprint.empty();
  Time last{};
  for (const SealedSecret& secret : secrets) {
    if (fleet && !secret.retire_time) return Time();
    if (secret.fingerprint != session.secret_fingerprint) continue;
    if (!secret.retire_time) return std::nullopt;
    last = std::max(last, *secret.retire_time);
  }
  return fleet ? std::nullopt : std::optional<Time>(last);
}

}  // namespace

Result<SessionAnswer> MemoryStore::OpenSession(const SessionRequest& request) {
  return Write([&]() -> Result<SessionAnswer> {
    StoredAgent* stored = FindAgent(request.agent_id);
    if (stored == nullptr) return AgentNotFound(request.agent_id);
    if (stored->agent.disabled) return AgentIsDisabled(request.agent_id);
    if (Status may = CheckMayHold(LeaseOf(request.gateway_id), request.link); !may.ok()) {
      return may.error();
    }
    if (!stored->agent.session) stored->takeovers = {};
    if (stored->agent.session) {
      const TakeoverVerdict verdict =
          JudgeTakeover(stored->takeovers, request.takeovers, request.now);
      if (!verdict.allowed) {
        return SessionAnswer(
            SessionHeld{*stored->agent.session, stored->takeovers.count, verdict.retry_after});
      }
    }
    SessionGrant grant{++epoch_, stored->agent.session, {}, {}};
    if (grant.superseded) {
      Session& older = *grant.superseded;
      older.lease = LeaseOf(older.gateway_id);
      if (IsAwaited(older, request)) {
        superseded_[{request.agent_id, older.session_id}] = older.gateway_id;
      }
      ReleaseCommands(request.agent_id, std::nullopt, request.now, grant.moved);
    }
    grant.awaited = AwaitedBy(request.agent_id, request.gateway_id);
    stored->agent.session = NewSession(request, grant.epoch);
    return SessionAnswer(std::move(grant));
  });
}

Result<std::optional<CommandMoves>> MemoryStore::EndSession(const SessionEnd& end) {
  return Write([&]() -> Result<std::optional<CommandMoves>> {
    superseded_.erase({end.fence.agent_id, end.fence.session_id});
    if (!IsOpen(end.fence)) return std::optional<CommandMoves>();
    FindAgent(end.fence.agent_id)->agent.session.reset();
    CommandMoves moved;
    ReleaseCommands(end.fence.agent_id, end.written_command_ids, end.now, moved);
    return std::optional<CommandMoves>(std::move(moved));
  });
}

Result<Reconciled> MemoryStore::ReconcileGateway(const GatewayLink& link,
                                                 const std::vector<HeldSession>& held, Time now) {
  return Write([&]() -> Result<Reconciled> {
    Status last = CheckLink(LeaseOf(link.gateway_id), link.number);
    if (!last.ok()) return last.error();
    return Reconcile(link.gateway_id, held, now);
  });
}

Reconciled MemoryStore::Reconcile(const std::string& gateway_id,
                                  const std::vector<HeldSession>& held, Time now) {
  Reconciled result;
  std::set<std::string> kept;      // agents
  std::set<std::string> sessions;  // that it holds
  for (const HeldSession& session : held) {
    sessions.insert(session.fence.session_id);
    if (IsOpen(session.fence) &&
        FindAgent(session.fence.agent_id)->agent.session->gateway_id == gateway_id) {
      kept.insert(session.fence.agent_id);
      ReturnUnheld(session, now, result.moved);
      KeepOffer(FindAgent(session.fence.agent_id)->config, session);
    } else {
      result.stale.push_back(session.fence);
    }
  }
  for (auto& [agent_id, stored] : agents_) {
    std::optional<Session>& open = stored.agent.session;
    if (!open || open->gateway_id != gateway_id || kept.contains(agent_id)) continue;
    result.ended.push_back(FenceOf(*open));
    open.reset();
    ReleaseCommands(agent_id, std::nullopt, now, result.moved);
  }
  std::erase_if(superseded_, [&](const auto& entry) {
    return entry.second == gateway_id && !sessions.contains(entry.first.second);
  });
  return result;
}

Result<std::vector<LapsedSession>> MemoryStore::ListLapsedSessions(
    Time now, const std::optional<LapsePosition>& after, size_t count_max) {
  return Read([&]() -> Result<std::vector<LapsedSession>> {
    std::map<std::pair<Time, std::string>, LapsedSession> lapsed;
    for (const auto& [agent_id, stored] : agents_) {
      const std::optional<Session>& open = stored.agent.session;
      const std::optional<Time> time = open ? LapseTime(*open, stored.secrets) : std::nullopt;
      if (!time || *time > now) continue;
      std::pair place(*time, agent_id);
      if (after && place <= std::pair(after->lapse_time, after->agent_id)) continue;
      lapsed.emplace(std::move(place), LapsedSession{*open, *time});
    }
    std::vector<LapsedSession> first;
    for (auto& [place, session] : lapsed) {
      if (first.size() == count_max) break;
      first.push_back(std::move(session));
    }
    return first;
  });
}

bool MemoryStore::IsOpen(const Fence& fence) {
  const StoredAgent* stored = FindAgent(fence.agent_id);
  return stored != nullptr && IsHeldBy(stored->agent.session, fence);
}

void MemoryStore::Move(StoredCommand& stored, const Occurrence& what, CommandMoves& moved) {
  if (AdvanceRecord(stored.record, what).effect != StepEffect::kMoves) return;
  moved.push_back({stored.record.command.command_id, stored.record.command.state});
}

void MemoryStore::ReleaseCommands(const std::string& agent_id, const WrittenCommands& written,
                                  Time now, CommandMoves& moved) {
  for (auto& [sequence, stored] : commands_) {
    const Command& command = stored.record.command;
    if (command.agent_id != agent_id) continue;
    if (stored.record.deliver_channel != Channel::kWebSocket) continue;
    Move(stored, EndOfSession(command.command_id, written, now), moved);
  }
}

void MemoryStore::ReturnUnheld(const HeldSession& held, Time now, CommandMoves& moved) {
  for (auto& [sequence, stored] : commands_) {
    const Command& command = stored.record.command;
    if (command.agent_id != held.fence.agent_id) continue;
    if (stored.record.deliver_channel != Channel::kWebSocket) continue;
    if (const auto what = NotHeld(command.command_id, held, now)) Move(stored, *what, moved);
  }
}

}  // namespace edgeplane::storage
