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
using std::chrono::steady_clock;

// Longer than any registry goes without a commit: its sweeper writes every so often.
constexpr auto kWriterKept = std::chrono::days(30);

// The server gives up before the caller does, and so the connection lives on. A lock
// that somebody sits on fails those who need it in time for the others to be tried
// without them.
postgres::SessionLimits LimitsFor(Duration timeout) {
  return {timeout * 9 / 10, timeout / 4, timeout};
}

Status BringUpToDate(const postgres::ConnectString& where, const PostgresSettings& settings) {
  const Duration longest = settings.migrate_timeout;
  const postgres::SessionLimits limits{longest, longest, longest};
  auto db = Connection::Open(where, limits, steady_clock::now() + settings.write_timeout);
  if (!db.ok()) return db.error();
  (*db)->SetDeadline(steady_clock::now() + longest);
  return postgres::Migrate(**db, postgres::EmbeddedMigrations(), SystemClock().Now(),
                           settings.give_up);
}

// What has to be right before there is a store. Whoever else holds the tables, as an
// import does, is not waited for as long as for those who migrate them.
Status Prepare(const postgres::ConnectString& where, const PostgresSettings& settings) {
  if (Status migrated = BringUpToDate(where, settings); !migrated.ok()) return migrated;
  const Duration timeout = settings.write_timeout;
  auto db = Connection::Open(where, LimitsFor(timeout), steady_clock::now() + timeout);
  if (!db.ok()) return db.error();
  if (Status prepared = (*db)->PrepareAll(); !prepared.ok()) return prepared;
  const auto forgot = (*db)->Run("forget_writers", SystemClock().Now() - kWriterKept);
  return forgot.ok() ? Status() : Status(forgot.error());
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
