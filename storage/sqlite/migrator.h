// Brings a database's schema up to date.
//
// Migrations are the files of storage/migrations/sqlite (storage/migration.h).
// Each runs in a transaction of its own together with its row in
// schema_migrations.
#pragma once

#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/migration.h"
#include "storage/sqlite/connection.h"

namespace edgeplane::storage::sqlite {

// STORE_CORRUPT where the file is another program's database. To be asked before
// anything is changed in it.
Status CheckOwnership(Connection& connection);

// STORE_CORRUPT, with what to do, where the database is not one this edgeplane
// can use; it is then as it was.
Status Migrate(Connection& connection, std::span<const Migration> migrations, Time now);

Result<bool> HasTable(Connection& connection, std::string_view name);

// That nothing is to be done: see CheckUpToDate.
Status CheckSchema(Connection& connection, std::span<const Migration> migrations);

// Those built into the program.
std::span<const Migration> EmbeddedMigrations();

}  // namespace edgeplane::storage::sqlite
