// Brings a database's schema up to date.
//
// Migrations are the files of storage/migrations/postgres (storage/migration.h).
// Each runs in a transaction of its own together with its row in
// schema_migrations. An advisory lock keeps programs that start at the same time
// from doing it twice.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "storage/migration.h"
#include "storage/postgres/connection.h"

namespace edgeplane::storage::postgres {

// STORE_CORRUPT where the schema is another program's.
Status CheckOwnership(Connection& connection);

// STORE_CORRUPT, with what to do, where the database is not one this edgeplane
// can use; it is then as it was. STORE_UNAVAILABLE where another program is at it, and
// `give_up`, which is asked several times a second while one waits for that, says so. The
// connection is not to be used further after an error.
Status Migrate(Connection& connection, std::span<const Migration> migrations, Time now,
               const std::function<bool()>& give_up);

// In the schema that new tables are made in.
Result<bool> HasTable(Connection& connection, std::string_view name);

// That nothing is to be done: see CheckUpToDate.
Status CheckSchema(Connection& connection, std::span<const Migration> migrations);

// Those built into the program.
std::span<const Migration> EmbeddedMigrations();

}  // namespace edgeplane::storage::postgres
