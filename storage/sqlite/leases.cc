#include "storage/lease.h"
#include "storage/sqlite/query.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/session_rows.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

using Released = std::optional<ReleasedGateway>;
using Awaited = std::vector<AwaitedSession>;
using Gateways = std::vector<GatewayState>;
using Looks = std::vector<SessionLook>;

Result<int64_t> Begin(Connection& db, const GatewayLink& link, Duration lease, Time now) {
  Query query(db, "begin_link");
  query.Bind(":gateway_id", link.gateway_id)
      .Bind(":number", link.number)
      .Bind(":now", now)
      .Bind(":lease_end", SystemClock().Now() + lease);
  const Result<std::vector<int64_t>> number = query.Numbers();
  if (!number.ok()) return number.error();
  if (number->empty()) return LinkFenced();
  return number->front();
}

Status Renew(Connection& db, const GatewayLink& link, Duration lease) {
  Query query(db, "renew_lease");
  query.Bind(":gateway_id", link.gateway_id)
      .Bind(":link", link.number)
      .Bind(":lease_end", SystemClock().Now() + lease)
      .Bind(":system_now", SystemClock().Now());
  if (Status done = query.Run(); !done.ok()) return done;
  return ChangedRows(db) == 0 ? Status(LinkFenced()) : Status();
}

Result<std::optional<std::string>> FindSilent(Connection& db) {
  Query query(db, "find_silent_gateway");
  query.Bind(":system_now", SystemClock().Now());
  const Result<bool> row = query.Next();
  if (!row.ok()) return row.error();
  return *row ? std::optional<std::string>(query.Bytes(0)) : std::nullopt;
}

Result<Released> ReleaseSilent(Connection& db, Time now) {
  const auto gateway = FindSilent(db);
  if (!gateway.ok()) return gateway.error();
  if (!*gateway) return Released();
  {
    Query query(db, "release_lease");
    query.Bind(":gateway_id", **gateway);
    if (Status done = query.Run(); !done.ok()) return done.error();
  }
  Result<Reconciled> reconciled = sqlite::Reconcile(db, **gateway, {}, now);
  if (!reconciled.ok()) return reconciled.error();
  return Released({**gateway, *std::move(reconciled)});
}

}  // namespace

Result<int64_t> SqliteStore::BeginLink(const GatewayLink& link, Duration lease, Time now) {
  return writer_->Run<int64_t>(StoreOperation::kBeginLink, [link, lease, now](Connection& db) {
    return Begin(db, link, lease, now);
  });
}

Status SqliteStore::RenewLease(const GatewayLink& link, Duration lease) {
  return writer_->Run(StoreOperation::kRenewLease,
                      [link, lease](Connection& db) { return Renew(db, link, lease); });
}

Result<Released> SqliteStore::ReleaseSilentGateway(Time now) {
  // Nearly always there is none, and looking costs no commit.
  const auto silent = readers_->Run(StoreOperation::kReleaseSilentGateway,
                                    [](Connection& db) { return FindSilent(db); });
  if (!silent.ok()) return silent.error();
  if (!*silent) return Released();
  return writer_->Run<Released>(StoreOperation::kReleaseSilentGateway,
                                [now](Connection& db) { return ReleaseSilent(db, now); });
}

Result<Awaited> SqliteStore::ListAwaitedSessions(const std::string& agent_id,
                                                 const std::string& gateway_id) {
  return readers_->Run(StoreOperation::kListAwaitedSessions, [&](Connection& db) {
    return sqlite::ListAwaited(db, agent_id, gateway_id);
  });
}

Result<Gateways> SqliteStore::ListGateways(size_t count_max) {
  return readers_->Run(StoreOperation::kListGateways, [&](Connection& db) -> Result<Gateways> {
    Query query(db, "list_gateways");
    query.Bind(":system_now", SystemClock().Now()).Bind(":limit", static_cast<int64_t>(count_max));
    Gateways gateways;
    while (true) {
      const Result<bool> row = query.Next();
      if (!row.ok()) return row.error();
      if (!*row) return gateways;
      gateways.push_back({query.Bytes(0), query.TimeAt(1), query.Number(2)});
    }
  });
}

Result<Looks> SqliteStore::LookAtSessions(const std::string& gateway_id,
                                          const std::string& after_agent_id, Time now,
                                          size_t count_max) {
  return readers_->Run(StoreOperation::kLookAtSessions, [&](Connection& db) -> Result<Looks> {
    Query query(db, "look_at_sessions");
    query.Bind(":gateway_id", gateway_id)
        .Bind(":after_agent_id", after_agent_id)
        .Bind(":now", now)
        .Bind(":limit", static_cast<int64_t>(count_max));
    Looks looks;
    while (true) {
      const Result<bool> row = query.Next();
      if (!row.ok()) return row.error();
      if (!*row) return looks;
      looks.push_back({{query.Bytes(0), query.Bytes(1), query.Number(2)},
                       query.Number(3) != 0,
                       query.Number(4) != 0,
                       query.Number(5) != 0});
    }
  });
}

}  // namespace edgeplane::storage
