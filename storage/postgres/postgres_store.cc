#include "storage/postgres/postgres_store.h"

#include <algorithm>
#include <utility>

#include "storage/postgres/connector.h"
#include "storage/postgres/migrator.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {
namespace {

using postgres::Connection;

// Longer than any registry goes without a commit: its sweeper writes every so often.
constexpr auto kWriterKept = std::chrono::days(30);

// One connection for what has to be right before there is a store.
Status Prepare(const postgres::ConnectString& where, const PostgresSettings& settings) {
  using std::chrono::steady_clock;
  const Time now = SystemClock().Now();
  const Duration longest = settings.migrate_timeout;
  const postgres::SessionLimits limits{longest, longest, longest};
  auto connection = Connection::Open(where, limits, steady_clock::now() + settings.write_timeout);
  if (!connection.ok()) return connection.error();
  Connection& db = **connection;
  db.SetDeadline(steady_clock::now() + longest);
  Status migrated = postgres::Migrate(db, postgres::EmbeddedMigrations(), now);
  if (!migrated.ok()) return migrated;
  if (Status prepared = db.PrepareAll(); !prepared.ok()) return prepared;
  const auto forgot = db.Run("forget_writers", now - kWriterKept);
  return forgot.ok() ? Status() : Status(forgot.error());
}

// The server gives up before the caller does, and so the connection lives on. A lock
// that somebody sits on fails those who need it in time for the others to be tried
// without them.
postgres::SessionLimits LimitsFor(Duration timeout) {
  return {timeout * 9 / 10, timeout / 4, timeout};
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::Open(const PostgresSettings& settings,
                                                           StoreMetrics* metrics) {
  const auto where = postgres::ConnectString::Parse(settings.connection.Reveal());
  if (!where.ok()) return where.error();
  if (Status prepared = Prepare(*where, settings); !prepared.ok()) return prepared.error();
  return std::unique_ptr<PostgresStore>(new PostgresStore(*where, settings, metrics));
}

PostgresStore::PostgresStore(const postgres::ConnectString& where, const PostgresSettings& settings,
                             StoreMetrics* metrics)
    : write_connector_(
          std::make_unique<postgres::Connector>(where, LimitsFor(settings.write_timeout))),
      read_connector_(
          std::make_unique<postgres::Connector>(where, LimitsFor(settings.read_timeout))),
      writers_(std::make_unique<postgres::Writers>(
          *write_connector_, settings.writers,
          postgres::CallQueue::Limits{settings.write_queue_max, settings.batch_max,
                                      settings.batch_rows_max},
          settings.write_timeout, metrics)),
      readers_(std::make_unique<postgres::ReaderPool>(*read_connector_, settings.readers,
                                                      settings.read_timeout, metrics)) {}

PostgresStore::~PostgresStore() = default;

}  // namespace edgeplane::storage
