#include "storage/sqlite/migrator.h"

#include <array>
#include <string>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/log.h"
#include "storage/sqlite/migrations_embedded.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {
namespace {

Error Unusable(std::string sentence) {
  return MakeError(v1::ErrorReason::STORE_CORRUPT, std::move(sentence));
}

// Compares what the database says was applied with `migrations`; gives how many
// of them it has.
Result<size_t> CountApplied(Connection& connection, std::span<const Migration> migrations) {
  Query query(connection, "list_migrations");
  size_t applied = 0;
  while (true) {
    const Result<bool> row = query.Next();
    if (!row.ok()) return row.error();
    if (!*row) return applied;
    const std::string name = query.Bytes(1);
    if (applied == migrations.size()) {
      return Unusable("The database was made by a newer edgeplane (it has migration '" + name +
                      "'); start that version, or restore a backup made before the update.");
    }
    const Migration& known = migrations[applied++];
    if (query.Number(0) != static_cast<int64_t>(applied) || name != known.name ||
        query.Bytes(2) != HexEncode(Sha256(known.sql))) {
      return Unusable("The database's migration '" + name +
                      "' is not the one this edgeplane knows; start the build that made it, or "
                      "restore a backup.");
    }
  }
}

Status Record(Connection& connection, int64_t number, const Migration& migration, Time now) {
  Query query(connection, "insert_migration");
  query.Bind(":number", number)
      .Bind(":name", migration.name)
      .Bind(":sha256", HexEncode(Sha256(migration.sql)))
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

}  // namespace

Status CheckOwnership(Connection& connection) {
  Query query(connection, "count_foreign_tables");
  const Result<std::vector<int64_t>> count = query.Numbers();
  if (!count.ok()) return count.error();
  if (count->front() == 0) return {};
  return Unusable(
      "The database file belongs to another program; give edgeplane a data directory of its own.");
}

Status Migrate(Connection& connection, std::span<const Migration> migrations, Time now) {
  Status table =
      Atomically(connection, [&] { return Query(connection, "create_schema_migrations").Run(); });
  if (!table.ok()) return table;
  const Result<size_t> applied = CountApplied(connection, migrations);
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

std::span<const Migration> EmbeddedMigrations() {
  static const auto all = [] {
    std::array<Migration, migrations::kAll.size()> list;
    for (size_t i = 0; i < list.size(); ++i) {
      list.at(i) = {migrations::kAll.at(i).first, migrations::kAll.at(i).second};
    }
    return list;
  }();
  return all;
}

}  // namespace edgeplane::storage::sqlite
