// One connection to the database, and the statements prepared on it.
//
// Not thread safe: whoever holds a connection uses it alone.
#pragma once

#include <sqlite3.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/sqlite/statement_name.h"

namespace edgeplane::storage::sqlite {

class Connection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  enum class Mode : uint8_t { kWrite, kRead };

  // Waits up to `busy_timeout` for locks that others hold.
  static Result<std::unique_ptr<Connection>> Open(const std::string& path, Mode mode,
                                                  Duration busy_timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] sqlite3* handle() const { return database_; }

  // For the writing connection, before its first transaction: puts the database
  // into the mode the store promises durability in. STORE_UNAVAILABLE where the
  // file system cannot carry it.
  Status UseWriteAheadLog();

  // Runs text with any number of statements: settings and migrations.
  Status Execute(const std::string& sql);
  // Prepares every statement, so that a schema they do not fit is found now.
  Status PrepareAll();
  // Null and an error code where it cannot be prepared. The connection keeps it.
  sqlite3_stmt* Prepared(StatementName name, int* code);

  // True outside a transaction, also after SQLite has ended one on its own
  // (sqlite.org/lang_transaction.html, "Response To Errors").
  [[nodiscard]] bool IsIdle() const { return sqlite3_get_autocommit(database_) != 0; }

  // Statements are interrupted from then on.
  void SetDeadline(std::optional<Deadline> deadline);

 private:
  explicit Connection(sqlite3* database) : database_(database) {}
  sqlite3_stmt* Prepare(size_t index, int* code);
  static int OnProgress(void* self);

  sqlite3* database_;
  std::optional<Deadline> deadline_;
  std::array<sqlite3_stmt*, sql::kAll.size()> statements_{};
};

}  // namespace edgeplane::storage::sqlite
