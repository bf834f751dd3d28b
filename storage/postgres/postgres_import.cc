// OpenPostgresSink.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "storage/postgres/migrator.h"
#include "storage/postgres/postgres_transfer.h"
#include "storage/postgres/transfer_connection.h"
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

// About so many in a batch, beside its rows.
constexpr size_t kBatchBytes = size_t{1024} * 1024;

std::string AllTableNames() {
  std::string names;
  for (const Table& table : transfer::AllTables()) {
    if (!names.empty()) names += ", ";
    names += table.name;
  }
  return names;
}

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
    // Before the schema is touched and anything is locked: registries that are at work may
    // use it, also of an earlier edgeplane.
    if (Status owned = postgres::CheckOwnership(*db_); !owned.ok()) return owned;
    if (Status empty = CheckEmpty(); !empty.ok()) return empty;
    const Status migrated = postgres::Migrate(*db_, postgres::EmbeddedMigrations(),
                                              SystemClock().Now(), [] { return false; });
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
    return rows_.size() < postgres::kTransferBatchRows && bytes_ < kBatchBytes ? Status() : Flush();
  }

  Status Commit() override {
    if (Status flushed = Flush(); !flushed.ok()) return flushed;
    db_->SetDeadline(steady_clock::now() + postgres::kTransferStepTimeout);
    // What a sequence is set to stays, whatever becomes of the rest.
    if (Status set = SetCounters(); !set.ok()) return set;
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
    return transfer::CheckEmpty([this](const Table& table) -> Result<bool> {
      Result<bool> there = postgres::HasTable(*db_, table.name);
      if (!there.ok() || !*there) return there;
      const Result<Rows> any =
          db_->RunMade("SELECT 1 FROM " + std::string(table.name) + " LIMIT 1");
      if (!any.ok()) return any.error();
      return !any->empty();
    });
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
    db_->SetDeadline(steady_clock::now() + postgres::kTransferStepTimeout);
    const Result<Rows> inserted = db_->RunMade(InsertOf(table_), parameters);
    rows_.clear();
    bytes_ = 0;
    if (inserted.ok()) return {};
    // Nobody else writes, so a conflict is one within the text.
    const auto& failure = db_->failure();
    return failure && failure->of_values ? transfer::NotTaken("here or some lines before")
                                         : inserted.error();
  }

  Status PutCounter(const Row& row) {
    const std::string& name = row[0].text;
    if (name != transfer::kEpochCounter && name != transfer::kEventCounter) {
      return transfer::UnknownCounter();
    }
    counters_[name] = row[1].number;
    return {};
  }

  Status SetCounters() {
    for (const auto& [name, value] : counters_) {
      const Result<Rows> set = name == transfer::kEpochCounter
                                   ? db_->Run("import_epoch", value)
                                   : db_->Run("import_event_counter", value);
      if (!set.ok()) return set.error();
    }
    return {};
  }

  const std::unique_ptr<Connection> db_;
  Table table_{};
  std::vector<Row> rows_;
  size_t bytes_ = 0;
  std::map<std::string, int64_t> counters_;
};

}  // namespace

Result<std::unique_ptr<transfer::Sink>> OpenPostgresSink(const Secret& connection) {
  return postgres::BeginTransfer<transfer::Sink, PostgresSink>(connection);
}

}  // namespace edgeplane::storage
