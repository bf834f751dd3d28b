#include <functional>
#include <set>

#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/command_rows.h"
#include "storage/sqlite/config_rows.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

// What becomes of a delivered command, by its id; nothing leaves it.
using Decide = std::function<std::optional<Occurrence>(const std::string& command_id)>;

Result<int64_t> NextEpoch(Connection& db) {
  Query query(db, "next_epoch");
  const Result<std::vector<int64_t>> epoch = query.Numbers();
  if (!epoch.ok()) return epoch.error();
  if (epoch->size() != 1) {
    return MakeError(v1::ErrorReason::STORE_CORRUPT, "The database has lost its epoch counter.");
  }
  return epoch->front();
}

Status PutSession(Connection& db, const SessionRequest& request, int64_t epoch) {
  Query query(db, "put_session");
  query.Bind(":agent_id", request.agent_id)
      .Bind(":session_id", request.session_id)
      .Bind(":gateway_id", request.gateway_id)
      .Bind(":peer_address", request.peer_address)
      .Bind(":open_time", request.now)
      .Bind(":epoch", epoch)
      .Bind(":secret_fingerprint", request.secret_fingerprint);
  if (Status put = query.Run(); !put.ok()) return put;
  return sqlite::UpdateLapse(db, request.agent_id);
}

// Of the open session; that of none is empty.
Result<TakeoverRecord> LoadTakeovers(Connection& db, const std::string& agent_id) {
  Query query(db, "get_takeovers");
  query.Bind(":agent_id", agent_id);
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  if (!*row) return TakeoverRecord{};
  return TakeoverRecord{query.Number(0), query.TimeAt(1), query.Number(2) != 0, query.TimeAt(3)};
}

Status PutTakeovers(Connection& db, const std::string& agent_id, const TakeoverRecord& record) {
  Query query(db, "put_takeovers");
  query.Bind(":agent_id", agent_id)
      .Bind(":takeovers", record.count)
      .Bind(":takeovers_since", record.since)
      .Bind(":flapping", static_cast<int64_t>(record.flapping))
      .Bind(":last_attempt", record.last_attempt);
  return query.Run();
}

// Has the attempt noted with the open session; nothing: it may be taken over.
Result<std::optional<SessionHeld>> JudgeAttempt(Connection& db, const SessionRequest& request,
                                                const Session& open, TakeoverRecord& record) {
  Result<TakeoverRecord> loaded = LoadTakeovers(db, request.agent_id);
  if (!loaded.ok()) return loaded.error();
  record = *loaded;
  const TakeoverVerdict verdict = JudgeTakeover(record, request.takeovers, request.now);
  if (verdict.allowed) return std::optional<SessionHeld>();
  if (Status put = PutTakeovers(db, request.agent_id, record); !put.ok()) return put.error();
  return std::optional<SessionHeld>({open, record.count, verdict.retry_after});
}

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
    Result<CommandRecord> record = sqlite::LoadCommand(db, sequence);
    if (!record.ok()) return record.error();
    const std::optional<Occurrence> what = decide(record->command.command_id);
    if (!what) continue;
    const Advance advance = AdvanceRecord(*record, *what);
    if (!advance.step) continue;
    Status saved = sqlite::SaveStep(db, *record, *advance.step, std::nullopt);
    if (!saved.ok()) return saved;
    moved.push_back({record->command.command_id, record->command.state});
  }
  return {};
}

// Takes back what the ended session held; only DELIVERED commands can be.
Status ReleaseCommands(Connection& db, const std::string& agent_id, const WrittenCommands& written,
                       Time now, CommandMoves& moved) {
  const Decide decide = [&](const std::string& id) { return EndOfSession(id, written, now); };
  return DecideDelivered(db, agent_id, decide, moved);
}

Status ReturnUnheld(Connection& db, const HeldSession& held, Time now, CommandMoves& moved) {
  if (!held.unacknowledged_known) return {};
  const Decide decide = [&](const std::string& id) { return NotHeld(id, held, now); };
  return DecideDelivered(db, held.fence.agent_id, decide, moved);
}

Status CloseSession(Connection& db, const std::string& agent_id, const WrittenCommands& written,
                    Time now, CommandMoves& moved) {
  Query query(db, "delete_session");
  query.Bind(":agent_id", agent_id);
  if (Status removed = query.Run(); !removed.ok()) return removed;
  return ReleaseCommands(db, agent_id, written, now, moved);
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
  Result<ConfigRecord> record = sqlite::LoadConfig(db, held.fence.agent_id);
  if (!record.ok()) return record.error();
  if (!KeepOffer(*record, held)) return {};
  return sqlite::SaveConfig(db, *record);
}

Result<Reconciled> Reconcile(Connection& db, const std::string& gateway_id,
                             const std::vector<HeldSession>& held, Time now) {
  Reconciled result;
  std::set<std::string> kept;  // agents
  for (const HeldSession& session : held) {
    const auto open = sqlite::LoadSession(db, session.fence.agent_id);
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

Result<SessionAnswer> OpenFor(Connection& db, const SessionRequest& request) {
  Status may = sqlite::CheckMayConnect(db, request.agent_id);
  if (!may.ok()) return may.error();
  auto superseded = sqlite::LoadSession(db, request.agent_id);
  if (!superseded.ok()) return superseded.error();
  TakeoverRecord takeovers;
  CommandMoves moved;
  if (*superseded) {
    auto held = JudgeAttempt(db, request, **superseded, takeovers);
    if (!held.ok()) return held.error();
    if (*held) return SessionAnswer(std::move(**held));
    Status released = ReleaseCommands(db, request.agent_id, std::nullopt, request.now, moved);
    if (!released.ok()) return released.error();
  }
  const Result<int64_t> epoch = NextEpoch(db);
  if (!epoch.ok()) return epoch.error();
  if (Status put = PutSession(db, request, *epoch); !put.ok()) return put.error();
  Status put = PutTakeovers(db, request.agent_id, takeovers);
  if (!put.ok()) return put.error();
  return SessionAnswer(SessionGrant{*epoch, std::move(*superseded), std::move(moved)});
}

}  // namespace

Result<SessionAnswer> SqliteStore::OpenSession(const SessionRequest& request) {
  return writer_->Run<SessionAnswer>(StoreOperation::kOpenSession,
                                     [request](Connection& db) { return OpenFor(db, request); });
}

Result<std::optional<CommandMoves>> SqliteStore::EndSession(const SessionEnd& end) {
  using Ended = std::optional<CommandMoves>;
  return writer_->Run<Ended>(StoreOperation::kEndSession, [end](Connection& db) -> Result<Ended> {
    const auto open = sqlite::LoadSession(db, end.fence.agent_id);
    if (!open.ok()) return open.error();
    if (!IsHeldBy(*open, end.fence)) return Ended();
    CommandMoves moved;
    Status closed = CloseSession(db, end.fence.agent_id, end.written_command_ids, end.now, moved);
    if (!closed.ok()) return closed.error();
    return Ended(std::move(moved));
  });
}

Result<Reconciled> SqliteStore::ReconcileGateway(const std::string& gateway_id,
                                                 const std::vector<HeldSession>& held, Time now) {
  return writer_->Run<Reconciled>(
      StoreOperation::kReconcileGateway,
      [gateway_id, held, now](Connection& db) { return Reconcile(db, gateway_id, held, now); });
}

}  // namespace edgeplane::storage
