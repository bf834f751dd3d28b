// The work of one commit: calls that belong to different agents, carried out
// together.
//
// Several registries write to one database, so whoever changes what belongs to an
// agent holds a lock on its row. All agents of a transaction are locked at once
// and in the order of their ids, before anything else is: two transactions never
// wait for each other crosswise. What is read after that is as it will stay until
// the commit.
//
// An agent that was not there when the others were locked is not there for the
// whole transaction.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/agent.h"
#include "storage/postgres/connection.h"
#include "storage/takeover.h"

namespace edgeplane::storage::postgres {

// What most calls ask of an agent, kept up to date by those that change it.
struct LockedAgent {
  bool disabled = false;
  std::optional<Session> session;
  TakeoverRecord takeovers;  // of the open session
};

class Transaction {
 public:
  // `connection` outlives it, and is outside a transaction.
  explicit Transaction(Connection& connection) : connection_(connection) {}

  // Locks those that are there. To be called once.
  Status Lock(std::vector<std::string> agent_ids);
  // Null where there is none.
  LockedAgent* Find(const std::string& agent_id);
  // It has just been deleted.
  void Drop(const std::string& agent_id) { agents_.erase(agent_id); }
  // AGENT_NOT_FOUND, AGENT_IS_DISABLED.
  Status CheckMayConnect(const std::string& agent_id);
  Status CheckIsThere(const std::string& agent_id);

  // Runs statements after those that have been put off. One round trip.
  Result<std::vector<Rows>> RunAll(std::vector<Step> steps);
  template <class... Values>
  Result<Rows> Run(StatementName name, const Values&... values) {
    Result<std::vector<Rows>> rows = RunAll({Step(name, values...)});
    if (!rows.ok()) return rows.error();
    return std::move(rows->front());
  }

  // Puts a write off until the next statements, or the commit: nobody waits for it
  // alone. `done`, if there is one, gets what it gave.
  using Done = std::function<void(const Rows&)>;
  template <class... Values>
  void Defer(StatementName name, const Values&... values) {
    deferred_.push_back({Step(name, values...), {}});
  }
  void Defer(Step step, Done done) { deferred_.push_back({std::move(step), std::move(done)}); }

  // Runs what was put off and gives something: all answers have to be there before
  // the commit, whose own may be lost.
  Status Settle();
  // What was put off, and then the commit, which leaves `number` as the writer's
  // mark. Whether it was committed is not known if the connection is lost in it.
  Status Commit(const std::string& writer_id, int64_t number);

  // Makes the whole transaction fail as one that met another: it begins anew.
  Error Conflict();

  [[nodiscard]] std::optional<Failure> failure() const {
    return conflict_ ? conflict_ : connection_.failure();
  }

 private:
  struct Deferred {
    Step step;
    Done done;
  };

  Connection& connection_;
  bool begun_ = false;
  std::vector<Deferred> deferred_;
  std::map<std::string, LockedAgent> agents_;
  std::optional<Failure> conflict_;
};

}  // namespace edgeplane::storage::postgres
