#include "cli/store_place.h"

#include "base/clock.h"
#include "base/files.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/postgres_transfer.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/sqlite_transfer.h"

namespace edgeplane::cli {
namespace {

std::string SqlitePath(const ServeSettings& settings) {
  return settings.InData(kStoreFile).string();
}

}  // namespace

Result<std::unique_ptr<storage::Store>> OpenStore(const ServeSettings& settings,
                                                  storage::StoreMetrics* metrics,
                                                  const std::function<bool()>& give_up) {
  if (settings.database.empty()) {
    storage::SqliteSettings sqlite;
    sqlite.path = SqlitePath(settings);
    auto store = storage::SqliteStore::Open(sqlite, metrics);
    if (!store.ok()) return store.error();
    return std::unique_ptr<storage::Store>(*std::move(store));
  }
  storage::PostgresSettings postgres;
  postgres.connection = Secret::CopyOf(settings.database);
  postgres.give_up = give_up;
  auto store = storage::PostgresStore::Open(postgres, metrics);
  if (!store.ok()) return store.error();
  return std::unique_ptr<storage::Store>(*std::move(store));
}

std::string StorePlace(const ServeSettings& settings) {
  return settings.database.empty() ? SqlitePath(settings) : "the PostgreSQL database";
}

Result<std::unique_ptr<storage::transfer::Source>> OpenSource(const ServeSettings& settings) {
  if (settings.database.empty()) return storage::OpenSqliteSource(SqlitePath(settings));
  return storage::OpenPostgresSource(Secret::CopyOf(settings.database));
}

Result<std::unique_ptr<storage::transfer::Sink>> OpenSink(const ServeSettings& settings) {
  if (!settings.database.empty()) {
    return storage::OpenPostgresSink(Secret::CopyOf(settings.database));
  }
  if (Status made = MakePrivateDirectory(settings.data_dir); !made.ok()) return made.error();
  return storage::OpenSqliteSink(SqlitePath(settings));
}

Result<int64_t> ReleaseImportedSessions(const ServeSettings& settings) {
  const auto store = OpenStore(settings, nullptr, [] { return false; });
  if (!store.ok()) return store.error();
  int64_t ended = 0;
  while (true) {
    const auto released = (*store)->ReleaseSilentGateway(SystemClock().Now());
    if (!released.ok()) return released.error();
    if (!*released) return ended;
    ended += static_cast<int64_t>((*released)->reconciled.ended.size());
  }
}

}  // namespace edgeplane::cli
