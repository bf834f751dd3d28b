#include "storage/sqlite/session_rows.h"

#include <functional>
#include <set>
#include <utility>

#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/command_rows.h"
#include "storage/sqlite/config_rows.h"

namespace edgeplane::storage::sqlite {
namespace {

// What becomes of a delivered command, by its id; nothing leaves it.
using Decide = std::function<std::optional<Occurrence>(const std::string& command_id)>;

Status DecideDelivered(Connection& db, const std::string& agent_id, const Decide& decide,
                       CommandMoves& moved) {
  std::vector<int64_t> sequences;
  {
    Query query(db, "list_delivered");
    query.Bind(":agent_id", agent_id);
    Result<std::vector<int64_t>> found = query.Numbers();
    if (!found.ok()) return found.error();
    sequences = std::move(*found);
  }
  for (const int64_t sequence : sequences) {
    Result<CommandRecord> record = LoadCommand(db, sequence);
    if (!record.ok()) return record.error();
    const std::optional<Occurrence> what = decide(record->command.command_id);
    if (!what) continue;
    const Advance advance = AdvanceRecord(*record, *what);
    if (!advance.step) continue;
    Status saved = SaveStep(db, *record, *advance.step, std::nullopt);
    if (!saved.ok()) return saved;
    moved.push_back({record->command.command_id, record->command.state});
  }
  return {};
}

Status ReturnUnheld(Connection& db, const HeldSession& held, Time now, CommandMoves& moved) {
  if (!held.unacknowledged_known) return {};
  const Decide decide = [&](const std::string& id) { return NotHeld(id, held, now); };
  return DecideDelivered(db, held.fence.agent_id, decide, moved);
}

Result<std::vector<Fence>> ListGatewaySessions(Connection& db, const std::string& gateway_id) {
  Query query(db, "list_gateway_sessions");
  query.Bind(":gateway_id", gateway_id);
  std::vector<Fence> sessions;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return sessions;
    sessions.push_back({query.Bytes(0), query.Bytes(1), query.Number(2)});
  }
}

Status KeepOfferOf(Connection& db, const HeldSession& held) {
  Result<ConfigRecord> record = LoadConfig(db, held.fence.agent_id);
  if (!record.ok()) return record.error();
  if (!KeepOffer(*record, held)) return {};
  return SaveConfig(db, *record);
}

// What the gateway does not hold has closed.
Status ForgetSuperseded(Connection& db, const std::string& gateway_id,
                        const std::set<std::string>& held) {
  std::vector<std::pair<std::string, std::string>> closed;
  {
    Query query(db, "list_gateway_superseded");
    query.Bind(":gateway_id", gateway_id);
    while (true) {
      const Result<bool> row = query.Next();
      if (!row.ok()) return row.error();
      if (!*row) break;
      if (!held.contains(query.Bytes(1))) closed.emplace_back(query.Bytes(0), query.Bytes(1));
    }
  }
  for (const auto& [agent_id, session_id] : closed) {
    Status deleted = DeleteSuperseded(db, agent_id, session_id);
    if (!deleted.ok()) return deleted;
  }
  return {};
}

}  // namespace

// Takes back what the ended session held; only DELIVERED commands can be.
Status ReleaseCommands(Connection& db, const std::string& agent_id, const WrittenCommands& written,
                       Time now, CommandMoves& moved) {
  const Decide decide = [&](const std::string& id) { return EndOfSession(id, written, now); };
  return DecideDelivered(db, agent_id, decide, moved);
}

Status CloseSession(Connection& db, const std::string& agent_id, const WrittenCommands& written,
                    Time now, CommandMoves& moved) {
  Query query(db, "delete_session");
  query.Bind(":agent_id", agent_id);
  if (Status removed = query.Run(); !removed.ok()) return removed;
  return ReleaseCommands(db, agent_id, written, now, moved);
}

Result<Reconciled> Reconcile(Connection& db, const std::string& gateway_id,
                             const std::vector<HeldSession>& held, Time now) {
  Reconciled result;
  std::set<std::string> kept;      // agents
  std::set<std::string> sessions;  // that it holds
  for (const HeldSession& session : held) {
    sessions.insert(session.fence.session_id);
    const auto open = LoadSession(db, session.fence.agent_id);
    if (!open.ok()) return open.error();
    if (!IsHeldBy(*open, session.fence) || (*open)->gateway_id != gateway_id) {
      result.stale.push_back(session.fence);
      continue;
    }
    kept.insert(session.fence.agent_id);
    Status done = ReturnUnheld(db, session, now, result.moved);
    if (!done.ok()) return done.error();
    if (Status kept_offer = KeepOfferOf(db, session); !kept_offer.ok()) return kept_offer.error();
  }
  Status forgotten = ForgetSuperseded(db, gateway_id, sessions);
  if (!forgotten.ok()) return forgotten.error();
  const Result<std::vector<Fence>> open = ListGatewaySessions(db, gateway_id);
  if (!open.ok()) return open.error();
  for (const Fence& fence : *open) {
    if (kept.contains(fence.agent_id)) continue;
    Status done = CloseSession(db, fence.agent_id, std::nullopt, now, result.moved);
    if (!done.ok()) return done.error();
    result.ended.push_back(fence);
  }
  return result;
}

Result<GatewayLease> LoadLease(Connection& db, const std::string& gateway_id) {
  Query query(db, "get_gateway");
  query.Bind(":gateway_id", gateway_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  return *row ? LeaseOf(query, 0) : GatewayLease();
}

Status PutSuperseded(Connection& db, const Session& session) {
  Query query(db, "put_superseded");
  query.Bind(":agent_id", session.agent_id)
      .Bind(":session_id", session.session_id)
      .Bind(":gateway_id", session.gateway_id);
  return query.Run();
}

Status DeleteSuperseded(Connection& db, const std::string& agent_id,
                        const std::string& session_id) {
  Query query(db, "delete_superseded");
  query.Bind(":agent_id", agent_id).Bind(":session_id", session_id);
  return query.Run();
}

Result<std::vector<AwaitedSession>> ListAwaited(Connection& db, const std::string& agent_id,
                                                const std::string& gateway_id) {
  const Time now = SystemClock().Now();
  Query query(db, "list_awaited");
  query.Bind(":agent_id", agent_id).Bind(":gateway_id", gateway_id).Bind(":system_now", now);
  std::vector<AwaitedSession> awaited;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return awaited;
    awaited.push_back({agent_id, query.Bytes(0), query.Bytes(1), query.TimeAt(2) - now});
  }
}

}  // namespace edgeplane::storage::sqlite
