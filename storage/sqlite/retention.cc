// SqliteStore: what has grown old goes, a little at a time.
#include "storage/sqlite/query.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;
using sqlite::StatementName;

namespace {

// How many rows the statement changed.
Result<size_t> Prune(Connection& db, StatementName statement, Time before, size_t count_max) {
  Query query(db, statement);
  query.Bind(":before", before).Bind(":limit", static_cast<int64_t>(count_max));
  if (Status done = query.Run(); !done.ok()) return done.error();
  return static_cast<size_t>(ChangedRows(db));
}

}  // namespace

Result<size_t> SqliteStore::PruneEvents(Time before, size_t count_max) {
  return writer_->Run<size_t>(StoreOperation::kPruneEvents, [before, count_max](Connection& db) {
    return Prune(db, "prune_events", before, count_max);
  });
}

Result<size_t> SqliteStore::PruneRefusals(Time before, size_t count_max) {
  return writer_->Run<size_t>(StoreOperation::kPruneRefusals, [before, count_max](Connection& db) {
    return Prune(db, "prune_refusals", before, count_max);
  });
}

Result<size_t> SqliteStore::PruneAudit(Time before, size_t count_max) {
  return writer_->Run<size_t>(StoreOperation::kPruneAudit, [before, count_max](Connection& db) {
    return Prune(db, "prune_audit", before, count_max);
  });
}

Result<size_t> SqliteStore::PruneCommands(Time before, size_t count_max) {
  return writer_->Run<size_t>(
      StoreOperation::kPruneCommands, [before, count_max](Connection& db) -> Result<size_t> {
        // Of the same commands, as long as they are there.
        const Result<size_t> steps = Prune(db, "prune_command_steps", before, count_max);
        if (!steps.ok()) return steps;
        return Prune(db, "prune_commands", before, count_max);
      });
}

}  // namespace edgeplane::storage
