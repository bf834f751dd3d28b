#include "storage/postgres/migrator.h"

#include <string>
#include <vector>

#include "base/log.h"
#include "storage/postgres/migrations_embedded.h"

namespace edgeplane::storage::postgres {
namespace {

// 'edgeplan' as a number: one for all of edgeplane in a database.
constexpr int64_t kLock = 0x65646765706c616e;

Result<std::vector<AppliedMigration>> ListApplied(Connection& db) {
  const Result<Rows> rows = db.Run("list_migrations");
  if (!rows.ok()) return rows.error();
  std::vector<AppliedMigration> applied;
  for (const Row row : *rows) applied.push_back({row.Number(0), row.Bytes(1), row.Bytes(2)});
  return applied;
}

Status Apply(Connection& db, int64_t number, const Migration& migration, Time now) {
  if (const Result<Rows> begun = db.Run("begin_write"); !begun.ok()) return begun.error();
  if (Status run = db.Execute(std::string(migration.sql)); !run.ok()) return run;
  const Step record("insert_migration", number, std::string(migration.name), ChecksumOf(migration),
                    now);
  const auto done = db.RunAll({record, Step("commit")});
  if (!done.ok()) return done.error();
  LogInfo("store migrated", {{"migration", migration.name}});
  return {};
}

// Of the session: it goes with it, whatever happens. The connection's deadline ends it.
Status Lock(Connection& db, const std::function<bool()>& give_up) {
  for (bool told = false;; told = true) {
    const Result<Rows> locked = db.Run("try_lock_migrations", kLock);
    if (!locked.ok()) return locked.error();
    if (locked->front().Flag(0)) return {};
    if (!told) LogInfo("waiting for another edgeplane that changes the schema");
    if (give_up()) {
      return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                       "Another edgeplane changes the schema; start again when it is over.");
    }
  }
}

Status MigrateLocked(Connection& db, std::span<const Migration> migrations, Time now) {
  if (Status owned = CheckOwnership(db); !owned.ok()) return owned;
  const Result<Rows> table = db.Run("create_schema_migrations");
  if (!table.ok()) return table.error();
  const Result<std::vector<AppliedMigration>> rows = ListApplied(db);
  if (!rows.ok()) return rows.error();
  const Result<size_t> applied = CountApplied(*rows, migrations);
  if (!applied.ok()) return applied.error();
  for (size_t i = *applied; i < migrations.size(); ++i) {
    Status done = Apply(db, static_cast<int64_t>(i + 1), migrations[i], now);
    if (!done.ok()) return done;
  }
  return {};
}

Result<bool> HasMigrations(Connection& connection) {
  const Result<Rows> count = connection.Run("has_migrations");
  if (!count.ok()) return count.error();
  return count->front().Number(0) > 0;
}

}  // namespace

Status CheckOwnership(Connection& connection) {
  const Result<bool> ours = HasMigrations(connection);
  if (!ours.ok()) return ours.error();
  if (*ours) return {};
  const Result<Rows> count = connection.Run("count_tables");
  if (!count.ok()) return count.error();
  if (count->front().Number(0) == 0) return {};
  return MakeError(v1::ErrorReason::STORE_CORRUPT,
                   "The database's schema holds another program's tables; give edgeplane a "
                   "database, or a schema, of its own.");
}

Status Migrate(Connection& connection, std::span<const Migration> migrations, Time now,
               const std::function<bool()>& give_up) {
  if (Status locked = Lock(connection, give_up); !locked.ok()) return locked;
  Status done = MigrateLocked(connection, migrations, now);
  if (!done.ok()) return done;
  const Result<Rows> released = connection.Run("unlock_migrations", kLock);
  return released.ok() ? Status() : Status(released.error());
}

Result<bool> HasTable(Connection& connection, std::string_view name) {
  const Result<Rows> count = connection.Run("has_table", std::string(name));
  if (!count.ok()) return count.error();
  return count->front().Number(0) > 0;
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

}  // namespace edgeplane::storage::postgres
