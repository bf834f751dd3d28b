#include "storage/lease.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/session_rows.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::Row;
using postgres::Rows;
using postgres::Transaction;

namespace {

using Released = std::optional<ReleasedGateway>;
using Awaited = std::vector<AwaitedSession>;
using Gateways = std::vector<GatewayState>;
using Looks = std::vector<SessionLook>;

// The row stays locked, so that the lease cannot be renewed meanwhile.
Result<Released> ReleaseSilent(Transaction& tx, Time now) {
  const Result<Rows> silent = tx.Run("lock_silent_gateway");
  if (!silent.ok()) return silent.error();
  if (silent->empty()) return Released();
  const std::string gateway_id = silent->front().Bytes(0);
  tx.Defer("release_lease", gateway_id);
  Result<Reconciled> reconciled = postgres::Reconcile(tx, gateway_id, std::nullopt, {}, now);
  if (!reconciled.ok()) return reconciled.error();
  return Released({gateway_id, *std::move(reconciled)});
}

}  // namespace

// Alone, both of them: whoever releases a gateway locks it before its agents, and
// these must not wait for it with agents locked.

Result<int64_t> PostgresStore::BeginLink(const GatewayLink& link, Duration lease, Time now) {
  return writers_->RunAlone<int64_t>(
      StoreOperation::kBeginLink, [link, lease, now](Transaction& tx) -> Result<int64_t> {
        const Result<Rows> begun =
            tx.Run("begin_link", link.gateway_id, now, lease.count(), link.number);
        if (!begun.ok()) return begun.error();
        if (begun->empty()) return LinkFenced();
        return begun->front().Number(0);
      });
}

Status PostgresStore::RenewLease(const GatewayLink& link, Duration lease) {
  return writers_->RunAlone<void>(
      StoreOperation::kRenewLease, [link, lease](Transaction& tx) -> Status {
        const Result<Rows> renewed =
            tx.Run("renew_lease", link.gateway_id, link.number, lease.count());
        if (!renewed.ok()) return renewed.error();
        return renewed->changed() == 0 ? Status(LinkFenced()) : Status();
      });
}

Result<Released> PostgresStore::ReleaseSilentGateway(Time now) {
  // Nearly always there is none, and looking costs no commit.
  const Result<bool> silent =
      readers_->Run(StoreOperation::kReleaseSilentGateway, [](Connection& db) -> Result<bool> {
        const Result<Rows> rows = db.Run("find_silent_gateway");
        if (!rows.ok()) return rows.error();
        return !rows->empty();
      });
  if (!silent.ok()) return silent.error();
  if (!*silent) return Released();
  return writers_->RunAlone<Released>(StoreOperation::kReleaseSilentGateway,
                                      [now](Transaction& tx) { return ReleaseSilent(tx, now); });
}

Result<Awaited> PostgresStore::ListAwaitedSessions(const std::string& agent_id,
                                                   const std::string& gateway_id) {
  return readers_->Run(
      StoreOperation::kListAwaitedSessions, [&](Connection& db) -> Result<Awaited> {
        const Result<Rows> rows = db.Run("list_awaited", std::vector<std::string>{agent_id});
        if (!rows.ok()) return rows.error();
        Awaited awaited;
        for (const Row row : *rows) {
          AwaitedSession session = postgres::ReadAwaited(row);
          if (session.gateway_id != gateway_id) awaited.push_back(session);
        }
        return awaited;
      });
}

Result<Gateways> PostgresStore::ListGateways(size_t count_max) {
  return readers_->Run(StoreOperation::kListGateways, [&](Connection& db) -> Result<Gateways> {
    const Result<Rows> rows = db.Run("list_gateways", static_cast<int64_t>(count_max));
    if (!rows.ok()) return rows.error();
    Gateways gateways;
    for (const Row row : *rows) {
      gateways.push_back({row.Bytes(0), row.TimeAt(1), row.Number(2)});
    }
    return gateways;
  });
}

Result<Looks> PostgresStore::LookAtSessions(const std::string& gateway_id,
                                            const std::string& after_agent_id, Time now,
                                            size_t count_max) {
  return readers_->Run(StoreOperation::kLookAtSessions, [&](Connection& db) -> Result<Looks> {
    const Result<Rows> rows = db.Run("look_at_sessions", gateway_id, after_agent_id, now,
                                     static_cast<int64_t>(count_max));
    if (!rows.ok()) return rows.error();
    Looks looks;
    for (const Row row : *rows) {
      looks.push_back(
          {{row.Bytes(0), row.Bytes(1), row.Number(2)}, row.Flag(3), row.Flag(4), row.Flag(5)});
    }
    return looks;
  });
}

}  // namespace edgeplane::storage
