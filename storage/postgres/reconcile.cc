#include <set>

#include "storage/postgres/config_rows.h"
#include "storage/postgres/session_rows.h"

namespace edgeplane::storage::postgres {
namespace {

// The agents that a gateway's reconciliation may concern, sorted.
Result<std::vector<std::string>> Concerned(Transaction& tx, const std::string& gateway_id,
                                           const std::vector<HeldSession>& held) {
  const Result<Rows> rows = tx.Run("list_gateway_sessions", gateway_id);
  if (!rows.ok()) return rows.error();
  std::set<std::string> agent_ids;
  for (const Row row : *rows) agent_ids.insert(row.Bytes(0));
  for (const HeldSession& session : held) agent_ids.insert(session.fence.agent_id);
  return std::vector<std::string>(agent_ids.begin(), agent_ids.end());
}

Status KeepOffers(Transaction& tx, const std::map<std::string, const HeldSession*>& kept) {
  std::vector<std::string> agent_ids;
  for (const auto& [agent_id, session] : kept) agent_ids.push_back(agent_id);
  auto configs = LoadConfigs(tx, agent_ids);
  if (!configs.ok()) return configs.error();
  std::vector<const ConfigRecord*> changed;
  for (const auto& [agent_id, session] : kept) {
    ConfigRecord& record = configs->at(agent_id);
    if (KeepOffer(record, *session)) changed.push_back(&record);
  }
  SaveConfigs(tx, changed);
  return {};
}

// After the agents are locked: a newer link's reconciliation comes after this one, or
// has come.
Status CheckLast(Transaction& tx, const std::string& gateway_id, int64_t link) {
  const Result<Rows> rows = tx.Run("get_leases", std::vector<std::string>{gateway_id});
  if (!rows.ok()) return rows.error();
  GatewayLease lease;
  if (!rows->empty()) lease.link = rows->front().Number(1);
  return CheckLink(lease, link);
}

}  // namespace

Result<Reconciled> Reconcile(Transaction& tx, const std::string& gateway_id,
                             const std::optional<int64_t>& link,
                             const std::vector<HeldSession>& held, Time now) {
  const auto agent_ids = Concerned(tx, gateway_id, held);
  if (!agent_ids.ok()) return agent_ids.error();
  if (Status locked = tx.Lock(*agent_ids); !locked.ok()) return locked.error();
  if (link) {
    if (Status last = CheckLast(tx, gateway_id, *link); !last.ok()) return last.error();
  }
  Reconciled result;
  std::vector<std::string> session_ids;
  std::map<std::string, const HeldSession*> kept;
  std::map<std::string, Decide> unheld, ends;
  for (const HeldSession& session : held) {
    const std::string& agent_id = session.fence.agent_id;
    session_ids.push_back(session.fence.session_id);
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
    result.ended.push_back(FenceOf(*agent->session));
    ends.emplace(agent_id, EndedAt(now, std::nullopt));
  }
  tx.Defer("forget_superseded", gateway_id, session_ids);
  std::map<std::string, CommandMoves> returned, released;
  Status done = DecideDelivered(tx, unheld, returned);
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

}  // namespace edgeplane::storage::postgres
