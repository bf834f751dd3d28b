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
using Attempts = std::map<std::string, TakeoverRecord>;

Decide EndedAt(Time now, WrittenCommands written) {
  return [now, written = std::move(written)](const std::string& id) {
    return EndOfSession(id, written, now);
  };
}

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

// Whether the session may be opened; otherwise it has its answer.
bool MayOpen(Transaction& tx, Openings::value_type item, Attempts& held) {
  const SessionRequest& request = item->request;
  if (Status may = tx.CheckMayConnect(request.agent_id); !may.ok()) {
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

// No agent twice.
Status OpenRound(Transaction& tx, const Openings& items) {
  Attempts held;
  Openings opened;
  std::vector<std::string> agent_ids;
  std::map<std::string, Decide> superseded;
  for (auto* item : items) {
    if (!MayOpen(tx, item, held)) continue;
    const SessionRequest& request = item->request;
    opened.push_back(item);
    agent_ids.push_back(request.agent_id);
    if (tx.Find(request.agent_id)->session) {
      superseded.emplace(request.agent_id, EndedAt(request.now, std::nullopt));
    }
  }
  PutTakeovers(tx, held);
  if (opened.empty()) return {};
  std::map<std::string, CommandMoves> moved;
  Status released = postgres::DecideDelivered(tx, superseded, moved);
  if (!released.ok()) return released;
  const Result<Rows> epochs = tx.Run("next_epochs", static_cast<int64_t>(opened.size()));
  if (!epochs.ok()) return epochs.error();
  auto epoch = epochs->begin();
  for (auto* item : opened) {
    const SessionRequest& request = item->request;
    LockedAgent& agent = *tx.Find(request.agent_id);
    SessionGrant grant{(*epoch).Number(0), agent.session, std::move(moved[request.agent_id])};
    ++epoch;
    agent.session = NewSession(request, grant.epoch);
    item->answer.emplace(SessionAnswer(std::move(grant)));
  }
  PutSessions(tx, agent_ids);
  return {};
}

Status OpenAll(Transaction& tx, const Openings& items) {
  const auto agent_of = [](const auto& item) { return item.request.agent_id; };
  for (const Openings& round : InRounds(items, agent_of)) {
    if (Status done = OpenRound(tx, round); !done.ok()) return done;
  }
  return {};
}

// Ends the open sessions of these agents.
Status Close(Transaction& tx, const std::map<std::string, Decide>& ends,
             std::map<std::string, CommandMoves>& moved) {
  if (ends.empty()) return {};
  std::vector<std::string> agent_ids;
  for (const auto& [agent_id, decide] : ends) {
    tx.Find(agent_id)->session.reset();
    agent_ids.push_back(agent_id);
  }
  tx.Defer("delete_sessions", agent_ids);
  return postgres::DecideDelivered(tx, ends, moved);
}

bool IsOpen(Transaction& tx, const Fence& fence) {
  const LockedAgent* agent = tx.Find(fence.agent_id);
  return agent != nullptr && IsHeldBy(agent->session, fence);
}

Status EndRound(Transaction& tx, const Endings& items) {
  std::map<std::string, Decide> ends;
  Endings ended;
  for (auto* item : items) {
    const SessionEnd& end = item->request;
    item->answer.emplace(Ended());
    if (!IsOpen(tx, end.fence)) continue;
    ends.emplace(end.fence.agent_id, EndedAt(end.now, end.written_command_ids));
    ended.push_back(item);
  }
  std::map<std::string, CommandMoves> moved;
  if (Status closed = Close(tx, ends, moved); !closed.ok()) return closed;
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

// The agents that a gateway's reconciliation may concern, sorted.
Result<std::vector<std::string>> Concerned(Transaction& tx, const std::string& gateway_id,
                                           const std::vector<HeldSession>& held) {
  const Result<Rows> rows = tx.Run("list_gateway_sessions", gateway_id);
  if (!rows.ok()) return rows.error();
  std::set<std::string> agent_ids;
  for (const postgres::Row row : *rows) agent_ids.insert(row.Bytes(0));
  for (const HeldSession& session : held) agent_ids.insert(session.fence.agent_id);
  return std::vector<std::string>(agent_ids.begin(), agent_ids.end());
}

Status KeepOffers(Transaction& tx, const std::map<std::string, const HeldSession*>& kept) {
  std::vector<std::string> agent_ids;
  for (const auto& [agent_id, session] : kept) agent_ids.push_back(agent_id);
  auto configs = postgres::LoadConfigs(tx, agent_ids);
  if (!configs.ok()) return configs.error();
  std::vector<const ConfigRecord*> changed;
  for (const auto& [agent_id, session] : kept) {
    ConfigRecord& record = configs->at(agent_id);
    if (KeepOffer(record, *session)) changed.push_back(&record);
  }
  postgres::SaveConfigs(tx, changed);
  return {};
}

Result<Reconciled> Reconcile(Transaction& tx, const std::string& gateway_id,
                             const std::vector<HeldSession>& held, Time now) {
  const auto agent_ids = Concerned(tx, gateway_id, held);
  if (!agent_ids.ok()) return agent_ids.error();
  if (Status locked = tx.Lock(*agent_ids); !locked.ok()) return locked.error();
  Reconciled result;
  std::map<std::string, const HeldSession*> kept;
  std::map<std::string, Decide> unheld, ends;
  for (const HeldSession& session : held) {
    const std::string& agent_id = session.fence.agent_id;
    if (!IsOpen(tx, session.fence) || tx.Find(agent_id)->session->gateway_id != gateway_id) {
      result.stale.push_back(session.fence);
      continue;
    }
    kept[agent_id] = &session;
    unheld[agent_id] = [&session, now](const std::string& id) { return NotHeld(id, session, now); };
  }
  for (const std::string& agent_id : *agent_ids) {
    const LockedAgent* agent = tx.Find(agent_id);
    if (agent == nullptr || !agent->session || kept.contains(agent_id)) continue;
    if (agent->session->gateway_id != gateway_id) continue;
    result.ended.push_back({agent_id, agent->session->session_id, agent->session->epoch});
    ends.emplace(agent_id, EndedAt(now, std::nullopt));
  }
  std::map<std::string, CommandMoves> returned, released;
  Status done = postgres::DecideDelivered(tx, unheld, returned);
  if (done.ok()) done = KeepOffers(tx, kept);
  if (done.ok()) done = Close(tx, ends, released);
  if (!done.ok()) return done.error();
  for (const auto* moves : {&returned, &released}) {
    for (const auto& [agent_id, moved] : *moves) {
      result.moved.insert(result.moved.end(), moved.begin(), moved.end());
    }
  }
  return result;
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

Result<Reconciled> PostgresStore::ReconcileGateway(const std::string& gateway_id,
                                                   const std::vector<HeldSession>& held, Time now) {
  return writers_->RunAlone<Reconciled>(
      StoreOperation::kReconcileGateway,
      [gateway_id, held, now](Transaction& tx) { return Reconcile(tx, gateway_id, held, now); });
}

}  // namespace edgeplane::storage
