#include "storage/command_record.h"
#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/session_rows.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

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

Result<SessionAnswer> OpenFor(Connection& db, const SessionRequest& request) {
  Status may = sqlite::CheckMayConnect(db, request.agent_id);
  if (!may.ok()) return may.error();
  const Result<GatewayLease> lease = sqlite::LoadLease(db, request.gateway_id);
  if (!lease.ok()) return lease.error();
  if (may = CheckMayHold(*lease, request.link); !may.ok()) return may.error();
  auto superseded = sqlite::LoadSession(db, request.agent_id);
  if (!superseded.ok()) return superseded.error();
  TakeoverRecord takeovers;
  CommandMoves moved;
  if (*superseded) {
    auto held = JudgeAttempt(db, request, **superseded, takeovers);
    if (!held.ok()) return held.error();
    if (*held) return SessionAnswer(std::move(**held));
    Status released =
        sqlite::ReleaseCommands(db, request.agent_id, std::nullopt, request.now, moved);
    if (!released.ok()) return released.error();
    if (IsAwaited(**superseded, request)) {
      Status put = sqlite::PutSuperseded(db, **superseded);
      if (!put.ok()) return put.error();
    }
  }
  const Result<int64_t> epoch = NextEpoch(db);
  if (!epoch.ok()) return epoch.error();
  if (Status put = PutSession(db, request, *epoch); !put.ok()) return put.error();
  Status put = PutTakeovers(db, request.agent_id, takeovers);
  if (!put.ok()) return put.error();
  auto awaited = sqlite::ListAwaited(db, request.agent_id, request.gateway_id);
  if (!awaited.ok()) return awaited.error();
  return SessionAnswer(
      SessionGrant{*epoch, std::move(*superseded), std::move(moved), *std::move(awaited)});
}

}  // namespace

Result<SessionAnswer> SqliteStore::OpenSession(const SessionRequest& request) {
  return writer_->Run<SessionAnswer>(StoreOperation::kOpenSession,
                                     [request](Connection& db) { return OpenFor(db, request); });
}

Result<std::optional<CommandMoves>> SqliteStore::EndSession(const SessionEnd& end) {
  using Ended = std::optional<CommandMoves>;
  return writer_->Run<Ended>(StoreOperation::kEndSession, [end](Connection& db) -> Result<Ended> {
    Status closed = sqlite::DeleteSuperseded(db, end.fence.agent_id, end.fence.session_id);
    if (!closed.ok()) return closed.error();
    const auto open = sqlite::LoadSession(db, end.fence.agent_id);
    if (!open.ok()) return open.error();
    if (!IsHeldBy(*open, end.fence)) return Ended();
    CommandMoves moved;
    closed = sqlite::CloseSession(db, end.fence.agent_id, end.written_command_ids, end.now, moved);
    if (!closed.ok()) return closed.error();
    return Ended(std::move(moved));
  });
}

Result<Reconciled> SqliteStore::ReconcileGateway(const GatewayLink& link,
                                                 const std::vector<HeldSession>& held, Time now) {
  return writer_->Run<Reconciled>(
      StoreOperation::kReconcileGateway, [link, held, now](Connection& db) -> Result<Reconciled> {
        const Result<GatewayLease> lease = sqlite::LoadLease(db, link.gateway_id);
        if (!lease.ok()) return lease.error();
        if (Status last = CheckLink(*lease, link.number); !last.ok()) return last.error();
        return sqlite::Reconcile(db, link.gateway_id, held, now);
      });
}

}  // namespace edgeplane::storage
