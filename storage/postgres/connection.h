// One connection to the database, and the statements prepared on it.
//
// Nothing here waits past the deadline, except that a host's name is looked up by
// the system's resolver. Not thread safe: whoever holds a connection uses it alone.
#pragma once

#include <libpq-fe.h>

#include <bitset>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/postgres/connect_string.h"
#include "storage/postgres/errors.h"
#include "storage/postgres/parameters.h"
#include "storage/postgres/rows.h"
#include "storage/postgres/statement_name.h"

namespace edgeplane::storage::postgres {

// A statement and what it is executed with.
struct Step {
  template <class... Values>
  explicit Step(StatementName statement, const Values&... values)
      : name(statement), parameters(values...) {}

  StatementName name;
  Parameters parameters;
};

// What the server holds a session to, should its client not.
struct SessionLimits {
  Duration statement{};  // one statement
  Duration lock{};       // its wait for a lock
  Duration idle{};       // a transaction that nothing is said in
};

class Connection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Tries the hosts in their order, each with its share of the time. The deadline
  // stays set.
  static Result<std::unique_ptr<Connection>> Open(const ConnectString& where,
                                                  const SessionLimits& limits, Deadline deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // For all that follows, until another is set.
  void SetDeadline(Deadline deadline) { deadline_ = deadline; }

  // Sends all at once and gives what each gave; one that fails leaves out those
  // after it. One round trip (postgresql.org/docs/current/libpq-pipeline-mode.html).
  Result<std::vector<Rows>> RunAll(const std::vector<Step>& steps);
  Result<Rows> Run(const Step& step);
  template <class... Values>
  Result<Rows> Run(StatementName name, const Values&... values) {
    return Run(Step(name, values...));
  }
  // The same, reading only, in a transaction: all see one state of the database.
  Result<std::vector<Rows>> Read(std::vector<Step> steps);

  // One statement that was made here, and so is in no file; it is not kept prepared.
  Result<Rows> RunMade(const std::string& sql, const Parameters& parameters = Parameters());
  // Runs text with any number of statements: migrations.
  Status Execute(const std::string& sql);
  // Prepares every statement, so that a schema they do not fit is found now. Others
  // are prepared when they are first used.
  Status PrepareAll();

  // Waits until another session has said something on a channel this one listens to,
  // the deadline has come, or `wake` (a descriptor) can be read. Gives what was said;
  // fails when the connection is lost.
  Result<std::vector<std::string>> AwaitNotifications(int wake);

  // The first failure since the last Forget. An error that a store's call gives
  // without one is its answer.
  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  void Forget() { failure_.reset(); }
  // False once it is of no more use.
  [[nodiscard]] bool IsUsable() const;
  // Outside a transaction.
  [[nodiscard]] bool IsIdle() const { return PQtransactionStatus(handle_) == PQTRANS_IDLE; }

 private:
  struct Sent {
    std::string_view what;
    std::optional<size_t> prepares{};  // this statement, and does not execute it
  };

  explicit Connection(PGconn* handle) : handle_(handle) {}
  static Result<std::unique_ptr<Connection>> OpenHost(const ConnectString& where, size_t host,
                                                      Duration silence, Deadline deadline);
  bool Handshake();
  bool EnterPipeline();
  bool Send(const Step& step, std::vector<Sent>& sent);
  bool SendPrepare(size_t statement, std::vector<Sent>& sent);
  // Takes in the results of what was sent, up to the synchronisation.
  bool Collect(const std::vector<Sent>& sent, std::vector<Rows>& rows);
  // False when the connection is lost or the deadline has passed.
  bool Flush(bool* pending);
  bool Wait(short events);
  Error Note(Failure failure);
  Error NoteLost(std::string_view what);
  Error NoteResult(const PGresult* result, std::string_view what);

  PGconn* const handle_;
  Deadline deadline_{};
  bool expired_ = false;  // the deadline has passed while something was waited for
  bool broken_ = false;
  std::optional<Failure> failure_;
  std::bitset<sql::kAll.size()> prepared_;
};

}  // namespace edgeplane::storage::postgres
