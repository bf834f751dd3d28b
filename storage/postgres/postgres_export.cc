// OpenPostgresSource.
#include <string>
#include <utility>

#include "storage/postgres/migrator.h"
#include "storage/postgres/postgres_transfer.h"
#include "storage/postgres/transfer_connection.h"

namespace edgeplane::storage {
namespace {

using postgres::Connection;
using postgres::Rows;
using std::chrono::steady_clock;
using transfer::Column;
using transfer::Kind;
using transfer::Row;
using transfer::Table;
using transfer::Value;

std::string Selected(const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    if (!columns.empty()) columns += ", ";
    columns += column.name;
    if (column.kind == Kind::kLabels) columns += "::text";
  }
  return columns;
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
    const Result<std::string> tables = TablesThere();
    if (!tables.ok()) return tables.error();
    const Result<Rows> begun = db_->Run("begin_read");
    if (!begun.ok()) return begun.error();
    // Before the first look, which the state that is read dates from: a table that a newer
    // edgeplane has rewritten since would be empty in it (postgresql.org/docs/current/
    // mvcc-caveats.html). LOCK itself is no look.
    if (!tables->empty()) {
      const Result<Rows> locked = db_->RunMade("LOCK TABLE " + *tables + " IN ACCESS SHARE MODE");
      if (!locked.ok()) return locked.error();
    }
    return postgres::CheckSchema(*db_, postgres::EmbeddedMigrations());
  }

  Status Read(const Table& table, const std::function<Status(const Row&)>& take) override {
    db_->SetDeadline(steady_clock::now() + postgres::kTransferStepTimeout);
    if (table.name == transfer::Counters().name) {
      const Result<Rows> rows = db_->Run("export_counters");
      return rows.ok() ? TakeAll(*rows, table, take) : Status(rows.error());
    }
    const Result<Rows> opened = db_->RunMade(
        "DECLARE exported NO SCROLL CURSOR FOR SELECT " + Selected(table) + " FROM " +
        std::string(table.name) + " ORDER BY " + transfer::ColumnNames(table, table.keys));
    if (!opened.ok()) return opened.error();
    while (true) {
      db_->SetDeadline(steady_clock::now() + postgres::kTransferStepTimeout);
      const Result<Rows> rows =
          db_->RunMade("FETCH " + std::to_string(postgres::kTransferBatchRows) + " exported");
      if (!rows.ok()) return rows.error();
      if (rows->empty()) break;
      if (Status taken = TakeAll(*rows, table, take); !taken.ok()) return taken;
    }
    const Result<Rows> closed = db_->RunMade("CLOSE exported");
    return closed.ok() ? Status() : Status(closed.error());
  }

 private:
  // Names, with commas; an earlier edgeplane has fewer.
  Result<std::string> TablesThere() {
    std::string names;
    for (const Table& table : transfer::AllTables()) {
      const Result<bool> there = postgres::HasTable(*db_, table.name);
      if (!there.ok()) return there.error();
      if (*there) names += (names.empty() ? "" : ", ") + std::string(table.name);
    }
    return names;
  }

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

}  // namespace

Result<std::unique_ptr<transfer::Source>> OpenPostgresSource(const Secret& connection) {
  return postgres::BeginTransfer<transfer::Source, PostgresSource>(connection);
}

}  // namespace edgeplane::storage
