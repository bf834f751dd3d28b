#include "storage/sqlite/sqlite_store.h"

#include <utility>

#include "base/file_lock.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/migrator.h"
#include "storage/sqlite/open.h"
#include "storage/sqlite/reader_pool.h"
#include "storage/sqlite/writer.h"

namespace edgeplane::storage {
namespace {

using sqlite::Connection;

Result<std::unique_ptr<Connection>> OpenWriter(const SqliteSettings& settings) {
  auto connection =
      sqlite::OpenForWriting(settings.path, settings.write_timeout, sqlite::CheckOwnership);
  if (!connection.ok()) return connection.error();
  Status migrated =
      sqlite::Migrate(**connection, sqlite::EmbeddedMigrations(), SystemClock().Now());
  if (!migrated.ok()) return migrated.error();
  if (Status prepared = (*connection)->PrepareAll(); !prepared.ok()) return prepared.error();
  return connection;
}

Result<std::vector<std::unique_ptr<Connection>>> OpenReaders(const SqliteSettings& settings) {
  std::vector<std::unique_ptr<Connection>> connections;
  while (connections.size() < settings.readers) {
    auto connection =
        Connection::Open(settings.path, Connection::Mode::kRead, settings.read_timeout);
    if (!connection.ok()) return connection.error();
    connections.push_back(std::move(*connection));
  }
  return connections;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::Open(const SqliteSettings& settings,
                                                       StoreMetrics* metrics) {
  auto lock = FileLock::Take(settings.path + ".lock");
  if (!lock.ok()) return lock.error();
  auto writing = OpenWriter(settings);
  if (!writing.ok()) return writing.error();
  auto reading = OpenReaders(settings);
  if (!reading.ok()) return reading.error();
  const sqlite::Writer::Limits limits{settings.write_timeout, settings.write_queue_max,
                                      settings.batch_max, settings.checkpoint_pages};
  auto writer = std::make_unique<sqlite::Writer>(std::move(*writing), limits, metrics);
  auto readers =
      std::make_unique<sqlite::ReaderPool>(std::move(*reading), settings.read_timeout, metrics);
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::move(*lock), std::move(writer), std::move(readers)));
}

SqliteStore::SqliteStore(std::unique_ptr<FileLock> lock, std::unique_ptr<sqlite::Writer> writer,
                         std::unique_ptr<sqlite::ReaderPool> readers)
    : lock_(std::move(lock)), writer_(std::move(writer)), readers_(std::move(readers)) {}

SqliteStore::~SqliteStore() = default;

}  // namespace edgeplane::storage
