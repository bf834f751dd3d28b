#include "storage/postgres/transaction.h"

#include <algorithm>
#include <utility>

#include "storage/postgres/session_rows.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::postgres {

Status Transaction::Lock(std::vector<std::string> agent_ids) {
  if (agent_ids.empty()) return {};
  const auto rows =
      RunAll({Step("lock_agents", agent_ids), Step("get_locked_sessions", agent_ids)});
  if (!rows.ok()) return rows.error();
  for (const Row row : rows->front()) agents_[row.Bytes(0)].disabled = row.Flag(1);
  for (const Row row : rows->back()) {
    const auto agent = agents_.find(row.Bytes(0));
    // Opened by somebody else after an agent that was not there was made.
    if (agent == agents_.end()) continue;
    agent->second.session = ReadSession(row, 0);
    agent->second.takeovers = {row.Number(kSessionColumns), row.TimeAt(kSessionColumns + 1),
                               row.Flag(kSessionColumns + 2), row.TimeAt(kSessionColumns + 3)};
    agent->second.session->lease = {row.Number(kSessionColumns + 4),
                                    Duration(row.Number(kSessionColumns + 5))};
  }
  return {};
}

LockedAgent* Transaction::Find(const std::string& agent_id) {
  const auto agent = agents_.find(agent_id);
  return agent == agents_.end() ? nullptr : &agent->second;
}

Status Transaction::CheckIsThere(const std::string& agent_id) {
  if (Find(agent_id) == nullptr) return AgentNotFound(agent_id);
  return {};
}

Status Transaction::CheckMayConnect(const std::string& agent_id) {
  const LockedAgent* agent = Find(agent_id);
  if (agent == nullptr) return AgentNotFound(agent_id);
  if (agent->disabled) return AgentIsDisabled(agent_id);
  return {};
}

Result<std::vector<Rows>> Transaction::RunAll(std::vector<Step> steps) {
  std::vector<Deferred> deferred = std::exchange(deferred_, {});
  std::vector<Step> all;
  if (!std::exchange(begun_, true)) all.push_back(Step("begin_write"));
  const size_t before = all.size() + deferred.size();
  for (Deferred& each : deferred) all.push_back(std::move(each.step));
  for (Step& step : steps) all.push_back(std::move(step));
  Result<std::vector<Rows>> rows = connection_.RunAll(all);
  if (!rows.ok()) return rows;
  const size_t first = before - deferred.size();
  for (size_t i = 0; i < deferred.size(); ++i) {
    if (deferred[i].done) deferred[i].done((*rows)[first + i]);
  }
  rows->erase(rows->begin(), rows->begin() + static_cast<std::ptrdiff_t>(before));
  return rows;
}

Status Transaction::Settle() {
  const bool gives = std::any_of(deferred_.begin(), deferred_.end(),
                                 [](const Deferred& each) { return each.done != nullptr; });
  if (!gives) return {};
  const Result<std::vector<Rows>> rows = RunAll({});
  return rows.ok() ? Status() : Status(rows.error());
}

Status Transaction::Commit(const std::string& writer_id, int64_t number) {
  const Result<std::vector<Rows>> rows =
      RunAll({Step("mark_commit", writer_id, number), Step("commit")});
  if (!rows.ok()) return rows.error();
  if (rows->back().tag() != "COMMIT") return NotCommitted();
  return {};
}

Error Transaction::Conflict() {
  conflict_ = FailureOf("40001", "met another transaction", "transaction");
  return conflict_->error;
}

}  // namespace edgeplane::storage::postgres
