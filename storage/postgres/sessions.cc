#include <algorithm>
#include <set>

#include "storage/postgres/command_rows.h"
#include "storage/postgres/config_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/session_rows.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Decide;
using postgres::InRounds;
using postgres::LockedAgent;
using postgres::Rows;
using postgres::Transaction;

namespace {

using Openings = postgres::Items<SessionRequest, SessionAnswer>;
using Ended = std::optional<CommandMoves>;
using Endings = postgres::Items<SessionEnd, Ended>;
using Leases = std::map<std::string, GatewayLease>;
using Attempts = std::map<std::string, TakeoverRecord>;

void PutTakeovers(Transaction& tx, const Attempts& attempts) {
  if (attempts.empty()) return;
  std::vector<std::string> agent_ids;
  std::vector<int64_t> counts;
  std::vector<Time> since, last;
  std::vector<bool> flapping;
  for (const auto& [agent_id, record] : attempts) {
    agent_ids.push_back(agent_id);
    counts.push_back(record.count);
    since.push_back(record.since);
    flapping.push_back(record.flapping);
    last.push_back(record.last_attempt);
  }
  tx.Defer("put_takeovers", agent_ids, counts, since, flapping, last);
}

// The open sessions of these agents, as the transaction has them now.
void PutSessions(Transaction& tx, const std::vector<std::string>& agent_ids) {
  std::vector<std::string> session, gateway, peer, fingerprint;
  std::vector<int64_t> epoch, takeovers;
  std::vector<Time> open_time, since, last;
  std::vector<bool> flapping;
  for (const std::string& agent_id : agent_ids) {
    const LockedAgent& agent = *tx.Find(agent_id);
    session.push_back(agent.session->session_id);
    gateway.push_back(agent.session->gateway_id);
    peer.push_back(agent.session->peer_address);
    open_time.push_back(agent.session->open_time);
    epoch.push_back(agent.session->epoch);
    fingerprint.push_back(agent.session->secret_fingerprint);
    takeovers.push_back(agent.takeovers.count);
    since.push_back(agent.takeovers.since);
    flapping.push_back(agent.takeovers.flapping);
    last.push_back(agent.takeovers.last_attempt);
  }
  tx.Defer("put_sessions", agent_ids, session, gateway, peer, open_time, epoch, fingerprint,
           takeovers, since, flapping, last);
  postgres::UpdateLapses(tx, agent_ids);
}

// Of the gateways that ask; one that never had a link has none.
Result<Leases> LoadLeases(Transaction& tx, const Openings& items) {
  std::vector<std::string> gateway_ids;
  for (const auto* item : items) gateway_ids.push_back(item->request.gateway_id);
  const Result<Rows> rows = tx.Run("get_leases", gateway_ids);
  if (!rows.ok()) return rows.error();
  Leases leases;
  for (const postgres::Row row : *rows) {
    leases[row.Bytes(0)] = {row.Number(1), Duration(row.Number(2))};
  }
  return leases;
}

// Whether the session may be opened; otherwise it has its answer.
bool MayOpen(Transaction& tx, Leases& leases, Openings::value_type item, Attempts& held) {
  const SessionRequest& request = item->request;
  Status may = tx.CheckMayConnect(request.agent_id);
  if (may.ok()) may = CheckMayHold(leases[request.gateway_id], request.link);
  if (!may.ok()) {
    item->answer.emplace(may.error());
    return false;
  }
  LockedAgent& agent = *tx.Find(request.agent_id);
  if (!agent.session) {
    agent.takeovers = {};
    return true;
  }
  const TakeoverVerdict verdict = JudgeTakeover(agent.takeovers, request.takeovers, request.now);
  if (verdict.allowed) return true;
  held[request.agent_id] = agent.takeovers;
  item->answer.emplace(
      SessionAnswer(SessionHeld{*agent.session, agent.takeovers.count, verdict.retry_after}));
  return false;
}

// Notes those that another gateway may hold still, and tells each newer session what
// it has to wait for.
Status AwaitSuperseded(Transaction& tx, const Openings& opened) {
  std::vector<std::string> agent_ids, superseded_agents, session_ids, gateway_ids;
  for (const auto* item : opened) {
    agent_ids.push_back(item->request.agent_id);
    const auto& superseded = std::get<SessionGrant>(**item->answer).superseded;
    if (!superseded || !IsAwaited(*superseded, item->request)) continue;
    superseded_agents.push_back(superseded->agent_id);
    session_ids.push_back(superseded->session_id);
    gateway_ids.push_back(superseded->gateway_id);
  }
  if (!session_ids.empty()) {
    tx.Defer("put_superseded", superseded_agents, session_ids, gateway_ids);
  }
  const Result<Rows> rows = tx.Run("list_awaited", agent_ids);
  if (!rows.ok()) return rows.error();
  std::multimap<std::string, AwaitedSession> awaited;
  for (const postgres::Row row : *rows) {
    AwaitedSession session = postgres::ReadAwaited(row);
    awaited.emplace(session.agent_id, std::move(session));
  }
  for (auto* item : opened) {
    auto& own = std::get<SessionGrant>(**item->answer).awaited;
    const auto [begin, end] = awaited.equal_range(item->request.agent_id);
    for (auto it = begin; it != end; ++it) {
      if (it->second.gateway_id != item->request.gateway_id) own.push_back(std::move(it->second));
    }
  }
  return {};
}

// No agent twice.
Status OpenRound(Transaction& tx, const Openings& items) {
  Attempts held;
  Openings opened;
  std::vector<std::string> agent_ids;
  std::map<std::string, Decide> superseded;
  Result<Leases> leases = LoadLeases(tx, items);
  if (!leases.ok()) return leases.error();
  for (auto* item : items) {
    if (!MayOpen(tx, *leases, item, held)) continue;
    const SessionRequest& request = item->request;
    opened.push_back(item);
    agent_ids.push_back(request.agent_id);
    if (tx.Find(request.agent_id)->session) {
      superseded.emplace(request.agent_id, postgres::EndedAt(request.now, std::nullopt));
    }
  }
  PutTakeovers(tx, held);
  if (opened.empty()) return {};
  std::map<std::string, CommandMoves> moved;
  Status released = DecideDelivered(tx, superseded, moved);
  if (!released.ok()) return released;
  const Result<Rows> epochs = tx.Run("next_epochs", static_cast<int64_t>(opened.size()));
  if (!epochs.ok()) return epochs.error();
  auto epoch = epochs->begin();
  for (auto* item : opened) {
    const SessionRequest& request = item->request;
    LockedAgent& agent = *tx.Find(request.agent_id);
    SessionGrant grant{(*epoch).Number(0), agent.session, std::move(moved[request.agent_id]), {}};
    ++epoch;
    agent.session = NewSession(request, grant.epoch);
    agent.session->lease = (*leases)[request.gateway_id];
    item->answer.emplace(SessionAnswer(std::move(grant)));
  }
  PutSessions(tx, agent_ids);
  return AwaitSuperseded(tx, opened);
}

Status OpenAll(Transaction& tx, const Openings& items) {
  const auto agent_of = [](const auto& item) { return item.request.agent_id; };
  for (const Openings& round : InRounds(items, agent_of)) {
    if (Status done = OpenRound(tx, round); !done.ok()) return done;
  }
  return {};
}

Status EndRound(Transaction& tx, const Endings& items) {
  std::map<std::string, Decide> ends;
  std::vector<std::string> agent_ids, session_ids;
  Endings ended;
  for (auto* item : items) {
    const SessionEnd& end = item->request;
    item->answer.emplace(Ended());
    agent_ids.push_back(end.fence.agent_id);
    session_ids.push_back(end.fence.session_id);
    if (!postgres::IsOpen(tx, end.fence)) continue;
    ends.emplace(end.fence.agent_id, postgres::EndedAt(end.now, end.written_command_ids));
    ended.push_back(item);
  }
  tx.Defer("delete_superseded", agent_ids, session_ids);
  std::map<std::string, CommandMoves> moved;
  if (Status closed = postgres::Close(tx, ends, moved); !closed.ok()) return closed;
  for (auto* item : ended) {
    item->answer.emplace(Ended(std::move(moved[item->request.fence.agent_id])));
  }
  return {};
}

Status EndAll(Transaction& tx, const Endings& items) {
  const auto agent_of = [](const auto& item) { return item.request.fence.agent_id; };
  for (const Endings& round : InRounds(items, agent_of)) {
    if (Status done = EndRound(tx, round); !done.ok()) return done;
  }
  return {};
}

}  // namespace

Result<SessionAnswer> PostgresStore::OpenSession(const SessionRequest& request) {
  return writers_->Submit<SessionRequest, SessionAnswer, &OpenAll>(StoreOperation::kOpenSession,
                                                                   request, {request.agent_id});
}

Result<std::optional<CommandMoves>> PostgresStore::EndSession(const SessionEnd& end) {
  return writers_->Submit<SessionEnd, Ended, &EndAll>(StoreOperation::kEndSession, end,
                                                      {end.fence.agent_id});
}

Result<Reconciled> PostgresStore::ReconcileGateway(const GatewayLink& link,
                                                   const std::vector<HeldSession>& held, Time now) {
  return writers_->RunAlone<Reconciled>(
      StoreOperation::kReconcileGateway, [link, held, now](Transaction& tx) {
        return postgres::Reconcile(tx, link.gateway_id, link.number, held, now);
      });
}

}  // namespace edgeplane::storage
