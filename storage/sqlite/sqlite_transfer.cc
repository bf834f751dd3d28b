#include "storage/sqlite/sqlite_transfer.h"

#include <filesystem>
#include <map>
#include <utility>

#include "base/file_lock.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/migrator.h"
#include "storage/sqlite/open.h"
#include "storage/sqlite/query.h"
#include "storage/transfer/move.h"

namespace edgeplane::storage {
namespace {

using sqlite::Connection;
using sqlite::Query;
using transfer::Column;
using transfer::Kind;
using transfer::Row;
using transfer::Table;
using transfer::Value;

constexpr std::chrono::seconds kBusyTimeout{10};

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// A statement that is made from a table's description, and so is in no file.
class MadeStatement {
 public:
  MadeStatement(Connection& db, const std::string& sql) : db_(db) {
    sqlite3_stmt* statement = nullptr;
    code_ = sqlite3_prepare_v2(db.handle(), sql.c_str(), static_cast<int>(sql.size()), &statement,
                               nullptr);
    statement_.reset(statement);
  }

  Result<bool> Next() {
    if (code_ == SQLITE_OK) {
      const int code = sqlite3_step(statement_.get());
      if (code == SQLITE_ROW) return true;
      if (code == SQLITE_DONE) return false;
      code_ = code;
    }
    return sqlite::ErrorOf(code_, db_.handle(), "transfer");
  }

  // The values have to live until Run.
  Status Run(const Table& table, const Row& row) {
    for (size_t i = 0; code_ == SQLITE_OK && i < row.size(); ++i) {
      code_ = Bind(static_cast<int>(i) + 1, table.columns[i].kind, row[i]);
    }
    const Result<bool> done = Next();
    sqlite3_reset(statement_.get());
    if ((code_ & 0xff) == SQLITE_CONSTRAINT) return transfer::NotTaken("here");
    return done.ok() ? Status() : Status(done.error());
  }

  [[nodiscard]] Value ValueAt(int column, Kind kind) const {
    sqlite3_stmt* const row = statement_.get();
    if (sqlite3_column_type(row, column) == SQLITE_NULL) return {true, 0, {}};
    if (kind == Kind::kInteger || kind == Kind::kFlag) {
      return {false, sqlite3_column_int64(row, column), {}};
    }
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
    const auto size = static_cast<size_t>(sqlite3_column_bytes(row, column));
    return {false, 0, size == 0 ? std::string() : std::string(bytes, size)};
  }

 private:
  int Bind(int parameter, Kind kind, const Value& value) {
    sqlite3_stmt* const row = statement_.get();
    if (value.null) return sqlite3_bind_null(row, parameter);
    if (kind == Kind::kInteger || kind == Kind::kFlag) {
      return sqlite3_bind_int64(row, parameter, value.number);
    }
    const auto size = value.text.size();
    if (kind == Kind::kBytes) {
      return sqlite3_bind_blob64(row, parameter, value.text.data(), size, SQLITE_STATIC);
    }
    return sqlite3_bind_text64(row, parameter, value.text.data(), size, SQLITE_STATIC, SQLITE_UTF8);
  }

  Connection& db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int code_ = SQLITE_OK;
};

Result<bool> HasRows(Connection& db, const Table& table) {
  Result<bool> there = sqlite::HasTable(db, table.name);
  if (!there.ok() || !*there) return there;
  return MadeStatement(db, "SELECT 1 FROM " + std::string(table.name) + " LIMIT 1").Next();
}

// What another program has kept, and an earlier edgeplane, stays as it is.
Status CheckMayFill(Connection& db) {
  const Status owned = sqlite::CheckOwnership(db);
  if (!owned.ok()) return owned;
  return transfer::CheckEmpty([&db](const Table& table) { return HasRows(db, table); });
}

// An earlier version opened the session: its secret is not known here.
std::string Selected(const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    if (!columns.empty()) columns += ", ";
    const std::string name(column.name);
    columns += column.name == "secret_fingerprint" ? "coalesce(" + name + ", '')" : name;
  }
  return columns;
}

class SqliteSource final : public transfer::Source {
 public:
  explicit SqliteSource(std::unique_ptr<Connection> db) : db_(std::move(db)) {}

  Status Begin() {
    if (Status begun = Query(*db_, "begin_read").Run(); !begun.ok()) return begun;
    return sqlite::CheckSchema(*db_, sqlite::EmbeddedMigrations());
  }

  Status Read(const Table& table, const std::function<Status(const Row&)>& take) override {
    if (table.name == transfer::Counters().name) return ReadCounters(take);
    MadeStatement rows(*db_, "SELECT " + Selected(table) + " FROM " + std::string(table.name) +
                                 " ORDER BY " + transfer::ColumnNames(table, table.keys));
    return ReadAll(rows, table, take);
  }

 private:
  Status ReadAll(MadeStatement& rows, const Table& table,
                 const std::function<Status(const Row&)>& take) {
    Row row(table.columns.size());
    while (true) {
      const Result<bool> next = rows.Next();
      if (!next.ok()) return next.error();
      if (!*next) return {};
      for (size_t i = 0; i < row.size(); ++i) {
        row[i] = rows.ValueAt(static_cast<int>(i), table.columns[i].kind);
      }
      if (Status taken = take(row); !taken.ok()) return taken;
    }
  }

  Status ReadCounters(const std::function<Status(const Row&)>& take) {
    Query query(*db_, "export_counters");
    while (true) {
      const Result<bool> next = query.Next();
      if (!next.ok()) return next.error();
      if (!*next) return {};
      Status taken = take({{false, 0, query.Bytes(0)}, {false, query.Number(1), {}}});
      if (!taken.ok()) return taken;
    }
  }

  const std::unique_ptr<Connection> db_;
};

class SqliteSink final : public transfer::Sink {
 public:
  SqliteSink(std::unique_ptr<FileLock> lock, std::unique_ptr<Connection> db)
      : lock_(std::move(lock)), db_(std::move(db)) {}

  // What is not committed goes with the connection.
  Status Begin() {
    Status migrated = sqlite::Migrate(*db_, sqlite::EmbeddedMigrations(), SystemClock().Now());
    if (!migrated.ok()) return migrated;
    return Query(*db_, "begin_write").Run();
  }

  Status Put(const Table& table, Row row) override {
    if (table.name == transfer::Counters().name) return PutCounter(row);
    transfer::Settle(table, row);
    return StatementOf(table).Run(table, row);
  }

  Status Commit() override {
    statements_.clear();
    return Query(*db_, "commit").Run();
  }

 private:
  MadeStatement& StatementOf(const Table& table) {
    const auto found = statements_.find(table.name);
    if (found != statements_.end()) return found->second;
    std::string places = "?";
    for (size_t i = 1; i < table.columns.size(); ++i) places += ", ?";
    const std::string sql = "INSERT INTO " + std::string(table.name) + " (" +
                            transfer::ColumnNames(table, table.columns.size()) + ") VALUES (" +
                            places + ")";
    return statements_.try_emplace(table.name, *db_, sql).first->second;
  }

  Status PutCounter(const Row& row) {
    const std::string& name = row[0].text;
    if (name == transfer::kEpochCounter) {
      Query query(*db_, "import_epoch");
      return query.Bind(":value", row[1].number).Run();
    }
    if (name != transfer::kEventCounter) return transfer::UnknownCounter();
    if (Status cleared = Query(*db_, "import_clear_event_counter").Run(); !cleared.ok()) {
      return cleared;
    }
    Query query(*db_, "import_event_counter");
    return query.Bind(":value", row[1].number).Run();
  }

  const std::unique_ptr<FileLock> lock_;
  const std::unique_ptr<Connection> db_;
  std::map<std::string_view, MadeStatement> statements_;
};

}  // namespace

Result<std::unique_ptr<transfer::Source>> OpenSqliteSource(const std::string& path) {
  std::error_code failed;  // one that cannot be looked at fails to open
  if (!std::filesystem::exists(path, failed) && !failed) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "There is no store at " + path +
                         ": name the data directory of the server with --data-dir, or its database "
                         "with --database.");
  }
  auto db = Connection::Open(path, Connection::Mode::kRead, kBusyTimeout);
  if (!db.ok()) return db.error();
  auto source = std::make_unique<SqliteSource>(*std::move(db));
  if (Status begun = source->Begin(); !begun.ok()) return begun.error();
  return std::unique_ptr<transfer::Source>(std::move(source));
}

Result<std::unique_ptr<transfer::Sink>> OpenSqliteSink(const std::string& path) {
  auto lock = FileLock::Take(path + ".lock");
  if (!lock.ok()) return lock.error();
  auto db = sqlite::OpenForWriting(path, kBusyTimeout, CheckMayFill);
  if (!db.ok()) return db.error();
  auto sink = std::make_unique<SqliteSink>(*std::move(lock), *std::move(db));
  if (Status begun = sink->Begin(); !begun.ok()) return begun.error();
  return std::unique_ptr<transfer::Sink>(std::move(sink));
}

}  // namespace edgeplane::storage
