#include "storage/postgres/postgres_transfer.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/migrator.h"
#include "storage/store_errors.h"
#include "storage/transfer/move.h"

namespace edgeplane::storage {
namespace {

using postgres::Blob;
using postgres::Connection;
using postgres::Parameters;
using postgres::Rows;
using std::chrono::steady_clock;
using transfer::Column;
using transfer::Kind;
using transfer::Row;
using transfer::Table;
using transfer::Value;

constexpr std::chrono::seconds kConnectTimeout{10};
constexpr std::chrono::minutes kStepTimeout{10};
// Whoever reads or writes the text may be slow.
constexpr std::chrono::hours kIdleTimeout{1};
// A batch, of rows and about of bytes.
constexpr size_t kBatchRows = 256;
constexpr size_t kBatchBytes = size_t{1024} * 1024;

Result<std::unique_ptr<Connection>> Connect(const Secret& connection) {
  const auto where = postgres::ConnectString::Parse(connection.Reveal());
  if (!where.ok()) return where.error();
  const postgres::SessionLimits limits{kStepTimeout, kConnectTimeout, kIdleTimeout};
  return Connection::Open(*where, limits, steady_clock::now() + kConnectTimeout);
}

std::string Selected(const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    if (!columns.empty()) columns += ", ";
    columns += column.name;
    if (column.kind == Kind::kLabels) columns += "::text";
  }
  return columns;
}

std::string AllTableNames() {
  std::string names;
  for (const Table& table : transfer::AllTables()) {
    if (!names.empty()) names += ", ";
    names += table.name;
  }
  return names;
}

Value ValueAt(const postgres::Row& row, int column, Kind kind) {
  if (row.IsNull(column)) return {true, 0, {}};
  if (kind == Kind::kInteger || kind == Kind::kFlag) return {false, row.Number(column), {}};
  return {false, 0, row.Bytes(column)};
}

class PostgresSource final : public transfer::Source {
 public:
  explicit PostgresSource(std::unique_ptr<Connection> db) : db_(std::move(db)) {}

  Status Begin() {
    const Result<Rows> begun = db_->Run("begin_read");
    if (!begun.ok()) return begun.error();
    Status known = postgres::CheckSchema(*db_, postgres::EmbeddedMigrations());
    if (!known.ok()) return known;
    // From a newer edgeplane, which may change tables that have not been read yet.
    const Result<Rows> locked =
        db_->RunMade("LOCK TABLE " + AllTableNames() + " IN ACCESS SHARE MODE");
    return locked.ok() ? Status() : Status(locked.error());
  }

  Status Read(const Table& table, const std::function<Status(const Row&)>& take) override {
    db_->SetDeadline(steady_clock::now() + kStepTimeout);
    if (table.name == transfer::Counters().name) {
      const Result<Rows> rows = db_->Run("export_counters");
      return rows.ok() ? TakeAll(*rows, table, take) : Status(rows.error());
    }
    const Result<Rows> opened = db_->RunMade(
        "DECLARE exported NO SCROLL CURSOR FOR SELECT " + Selected(table) + " FROM " +
        std::string(table.name) + " ORDER BY " + transfer::ColumnNames(table, table.keys));
    if (!opened.ok()) return opened.error();
    while (true) {
      db_->SetDeadline(steady_clock::now() + kStepTimeout);
      const Result<Rows> rows = db_->RunMade("FETCH " + std::to_string(kBatchRows) + " exported");
      if (!rows.ok()) return rows.error();
      if (rows->empty()) break;
      if (Status taken = TakeAll(*rows, table, take); !taken.ok()) return taken;
    }
    const Result<Rows> closed = db_->RunMade("CLOSE exported");
    return closed.ok() ? Status() : Status(closed.error());
  }

 private:
  static Status TakeAll(const Rows& rows, const Table& table,
                        const std::function<Status(const Row&)>& take) {
    Row row(table.columns.size());
    for (const postgres::Row from : rows) {
      for (size_t i = 0; i < row.size(); ++i) {
        row[i] = ValueAt(from, static_cast<int>(i), table.columns[i].kind);
      }
      if (Status taken = take(row); !taken.ok()) return taken;
    }
    return {};
  }

  const std::unique_ptr<Connection> db_;
};

// The values of one column, as an array.
void AddColumn(Parameters& parameters, const std::vector<Row>& rows, size_t column, Kind kind) {
  const auto add = [&]<class T>(const auto& value) {
    std::vector<std::optional<T>> values;
    for (const Row& row : rows) {
      values.push_back(row[column].null ? std::nullopt : std::optional<T>(value(row[column])));
    }
    parameters.With(values);
  };
  switch (kind) {
    case Kind::kInteger:
      return add.operator()<int64_t>([](const Value& value) { return value.number; });
    case Kind::kFlag:
      return add.operator()<bool>([](const Value& value) { return value.number != 0; });
    case Kind::kBytes:
      return add.operator()<Blob>([](const Value& value) { return Blob{value.text}; });
    case Kind::kText:
    case Kind::kLabels:
      return add.operator()<std::string>([](const Value& value) { return value.text; });
  }
}

const char* ArrayType(Kind kind) {
  switch (kind) {
    case Kind::kInteger:
      return "bigint[]";
    case Kind::kFlag:
      return "boolean[]";
    case Kind::kBytes:
      return "bytea[]";
    case Kind::kText:
    case Kind::kLabels:
      break;
  }
  return "text[]";
}

std::string InsertOf(const Table& table) {
  std::string selected;
  std::string arrays;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    if (i > 0) selected += ", ";
    if (i > 0) arrays += ", ";
    selected += column.name;
    if (column.kind == Kind::kLabels) selected += "::jsonb";
    arrays += "$" + std::to_string(i + 1) + "::" + ArrayType(column.kind);
  }
  const std::string columns = transfer::ColumnNames(table, table.columns.size());
  return "INSERT INTO " + std::string(table.name) + " (" + columns +
         ") OVERRIDING SYSTEM VALUE SELECT " + selected + " FROM unnest(" + arrays +
         ") AS imported (" + columns + ")";
}

class PostgresSink final : public transfer::Sink {
 public:
  explicit PostgresSink(std::unique_ptr<Connection> db) : db_(std::move(db)) {}

  // What is not committed goes with the connection.
  Status Begin() {
    db_->SetDeadline(steady_clock::now() + kStepTimeout);
    // Before the schema is touched and anything is locked: registries that are at work may
    // use it, also of an earlier edgeplane.
    if (Status owned = postgres::CheckOwnership(*db_); !owned.ok()) return owned;
    if (Status empty = CheckEmpty(); !empty.ok()) return empty;
    const Status migrated =
        postgres::Migrate(*db_, postgres::EmbeddedMigrations(), SystemClock().Now());
    if (!migrated.ok()) return migrated;
    const Result<Rows> begun = db_->Run("begin_write");
    if (!begun.ok()) return begun.error();
    const Result<Rows> locked =
        db_->RunMade("LOCK TABLE " + AllTableNames() + " IN ACCESS EXCLUSIVE MODE");
    return locked.ok() ? CheckEmpty() : Status(locked.error());
  }

  Status Put(const Table& table, Row row) override {
    if (table.name != table_.name) {
      if (Status flushed = Flush(); !flushed.ok()) return flushed;
      table_ = table;
    }
    if (table.name == transfer::Counters().name) return PutCounter(row);
    transfer::Settle(table, row);
    for (const Value& value : row) bytes_ += value.text.size();
    rows_.push_back(std::move(row));
    return rows_.size() < kBatchRows && bytes_ < kBatchBytes ? Status() : Flush();
  }

  Status Commit() override {
    if (Status flushed = Flush(); !flushed.ok()) return flushed;
    db_->SetDeadline(steady_clock::now() + kStepTimeout);
    const Result<Rows> numbered = db_->Run("import_identities");
    if (!numbered.ok()) return numbered.error();
    const Result<Rows> committed = db_->Run("commit");
    if (committed.ok() && committed->tag() == "COMMIT") {
      Analyze();
      return {};
    }
    if (committed.ok()) return NotCommitted();  // the server has rolled back
    const auto& failure = db_->failure();
    if (failure && failure->kind != postgres::FailureKind::kConnection) return committed.error();
    return MakeError(v1::ErrorReason::STORE_IN_DOUBT,
                     "The database server did not say whether it has committed the import. Import "
                     "again: where it says that the store is not empty, all of it is there.");
  }

 private:
  Status CheckEmpty() {
    for (const Table& table : transfer::AllTables()) {
      const Result<bool> there = postgres::HasTable(*db_, table.name);
      if (!there.ok()) return there.error();
      if (!*there) continue;
      const Result<Rows> any =
          db_->RunMade("SELECT 1 FROM " + std::string(table.name) + " LIMIT 1");
      if (!any.ok()) return any.error();
      if (!any->empty()) return transfer::NotEmpty(table);
    }
    return {};
  }

  // Until the server does it by itself, it would plan for empty tables.
  void Analyze() {
    const Result<Rows> analyzed = db_->RunMade("ANALYZE " + AllTableNames());
    if (!analyzed.ok()) LogWarning("ANALYZE failed", {{"message", analyzed.error().message}});
  }

  Status Flush() {
    if (rows_.empty()) return {};
    Parameters parameters;
    for (size_t i = 0; i < table_.columns.size(); ++i) {
      AddColumn(parameters, rows_, i, table_.columns[i].kind);
    }
    db_->SetDeadline(steady_clock::now() + kStepTimeout);
    const Result<Rows> inserted = db_->RunMade(InsertOf(table_), parameters);
    rows_.clear();
    bytes_ = 0;
    if (inserted.ok()) return {};
    // Nobody else writes, so a conflict is one within the text.
    const auto& failure = db_->failure();
    const bool of_the_rows = failure && (failure->kind == postgres::FailureKind::kConflict ||
                                         (failure->kind == postgres::FailureKind::kStatement &&
                                          failure->error.code == v1::ErrorReason::INTERNAL));
    return of_the_rows ? transfer::NotTaken("here or some lines before") : inserted.error();
  }

  Status PutCounter(const Row& row) {
    db_->SetDeadline(steady_clock::now() + kStepTimeout);
    const std::string& name = row[0].text;
    const bool epoch = name == transfer::kEpochCounter;
    if (!epoch && name != transfer::kEventCounter) return transfer::UnknownCounter();
    const Result<Rows> set = epoch ? db_->Run("import_epoch", row[1].number)
                                   : db_->Run("import_event_counter", row[1].number);
    return set.ok() ? Status() : Status(set.error());
  }

  const std::unique_ptr<Connection> db_;
  Table table_{};
  std::vector<Row> rows_;
  size_t bytes_ = 0;
};

}  // namespace

Result<std::unique_ptr<transfer::Source>> OpenPostgresSource(const Secret& connection) {
  auto db = Connect(connection);
  if (!db.ok()) return db.error();
  auto source = std::make_unique<PostgresSource>(*std::move(db));
  if (Status begun = source->Begin(); !begun.ok()) return begun.error();
  return std::unique_ptr<transfer::Source>(std::move(source));
}

Result<std::unique_ptr<transfer::Sink>> OpenPostgresSink(const Secret& connection) {
  auto db = Connect(connection);
  if (!db.ok()) return db.error();
  auto sink = std::make_unique<PostgresSink>(*std::move(db));
  if (Status begun = sink->Begin(); !begun.ok()) return begun.error();
  return std::unique_ptr<transfer::Sink>(std::move(sink));
}

}  // namespace edgeplane::storage
