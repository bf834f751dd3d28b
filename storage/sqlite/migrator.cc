#include "storage/sqlite/migrator.h"

#include <string>
#include <vector>

#include "base/log.h"
#include "storage/sqlite/migrations_embedded.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {
namespace {

Result<std::vector<AppliedMigration>> ListApplied(Connection& connection) {
  Query query(connection, "list_migrations");
  std::vector<AppliedMigration> applied;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return applied;
    applied.push_back({query.Number(0), query.Bytes(1), query.Bytes(2)});
  }
}

Status Record(Connection& connection, int64_t number, const Migration& migration, Time now) {
  Query query(connection, "insert_migration");
  query.Bind(":number", number)
      .Bind(":name", migration.name)
      .Bind(":sha256", ChecksumOf(migration))
      .Bind(":applied_time", now);
  return query.Run();
}

Status Apply(Connection& connection, int64_t number, const Migration& migration, Time now) {
  if (Status run = connection.Execute(std::string(migration.sql)); !run.ok()) return run;
  return Record(connection, number, migration, now);
}

// Runs `work` in a transaction.
template <class Work>
Status Atomically(Connection& connection, const Work& work) {
  if (Status begun = Query(connection, "begin_write").Run(); !begun.ok()) return begun;
  Status done = work();
  if (done.ok()) done = Query(connection, "commit").Run();
  if (!done.ok() && !connection.IsIdle()) {
    if (Status undone = Query(connection, "rollback").Run(); !undone.ok()) return undone;
  }
  return done;
}

Result<bool> HasMigrations(Connection& connection) {
  Query query(connection, "has_migrations");
  const Result<std::vector<int64_t>> count = query.Numbers();
  if (!count.ok()) return count.error();
  return count->front() > 0;
}

}  // namespace

Status CheckOwnership(Connection& connection) {
  const Result<bool> ours = HasMigrations(connection);
  if (!ours.ok()) return ours.error();
  if (*ours) return {};
  Query query(connection, "count_tables");
  const Result<std::vector<int64_t>> count = query.Numbers();
  if (!count.ok()) return count.error();
  if (count->front() == 0) return {};
  return MakeError(v1::ErrorReason::STORE_CORRUPT,
                   "The database file belongs to another program; give edgeplane a data directory "
                   "of its own.");
}

Status Migrate(Connection& connection, std::span<const Migration> migrations, Time now) {
  Status table =
      Atomically(connection, [&] { return Query(connection, "create_schema_migrations").Run(); });
  if (!table.ok()) return table;
  const Result<std::vector<AppliedMigration>> rows = ListApplied(connection);
  if (!rows.ok()) return rows.error();
  const Result<size_t> applied = CountApplied(*rows, migrations);
  if (!applied.ok()) return applied.error();
  for (size_t i = *applied; i < migrations.size(); ++i) {
    const auto number = static_cast<int64_t>(i + 1);
    Status done =
        Atomically(connection, [&] { return Apply(connection, number, migrations[i], now); });
    if (!done.ok()) return done;
    LogInfo("store migrated", {{"migration", migrations[i].name}});
  }
  return {};
}

Result<bool> HasTable(Connection& connection, std::string_view name) {
  Query query(connection, "has_table");
  const Result<std::vector<int64_t>> count = query.Bind(":name", name).Numbers();
  if (!count.ok()) return count.error();
  return count->front() > 0;
}

Status CheckSchema(Connection& connection, std::span<const Migration> migrations) {
  const Result<bool> any = HasMigrations(connection);
  if (!any.ok()) return any.error();
  if (!*any) return NoStore();
  const Result<std::vector<AppliedMigration>> applied = ListApplied(connection);
  if (!applied.ok()) return applied.error();
  return CheckUpToDate(*applied, migrations);
}

std::span<const Migration> EmbeddedMigrations() {
  static const auto all = MigrationsOf(migrations::kAll);
  return all;
}

}  // namespace edgeplane::storage::sqlite
