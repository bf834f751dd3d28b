#include <libpq-fe.h>
#include <sqlite3.h>

#include <stdexcept>

#include "storage/memory/memory_store.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/postgres_transfer.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/sqlite_transfer.h"
#include "tests/contract/backend.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/temporary_directory.h"

namespace edgeplane::storage {
namespace {

class MemoryBackend final : public Backend {
 public:
  std::unique_ptr<Store> Open() override { return std::make_unique<MemoryStore>(); }
};

constexpr char kForgetLastMigration[] =
    "DELETE FROM schema_migrations "
    "WHERE number = (SELECT max(number) FROM schema_migrations)";

class SqliteBackend final : public MovableBackend {
 public:
  std::unique_ptr<Store> Open() override {
    SqliteSettings settings;
    settings.path = path();
    // Generous: a sanitizer on a busy machine is slow, and no test waits for it.
    settings.write_timeout = std::chrono::seconds(60);
    settings.read_timeout = std::chrono::seconds(60);
    auto store = SqliteStore::Open(settings, nullptr);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }
  Result<std::unique_ptr<transfer::Source>> OpenSource() override {
    return OpenSqliteSource(path());
  }
  Result<std::unique_ptr<transfer::Sink>> OpenSink() override { return OpenSqliteSink(path()); }
  std::set<std::string> ListColumns() override {
    // table_info leaves out what is generated. No key is null in a STRICT table.
    return Ask(
        "SELECT tables.name || '.' || columns.name || "
        "iif(columns.\"notnull\" OR columns.pk, '', '?') FROM sqlite_schema AS tables, "
        "pragma_table_info(tables.name) AS columns "
        "WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'");
  }
  void ForgetLastMigration() override { Ask(kForgetLastMigration); }

 private:
  // The first column of what a statement gives.
  std::set<std::string> Ask(const char* sql) {
    sqlite3* database = nullptr;
    if (sqlite3_open(path().c_str(), &database) != SQLITE_OK) throw std::runtime_error("open");
    std::set<std::string> answer;
    const int code = sqlite3_exec(
        database, sql,
        [](void* into, int, char** values, char**) {
          static_cast<std::set<std::string>*>(into)->insert(values[0]);
          return 0;
        },
        &answer, nullptr);
    sqlite3_close(database);
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errstr(code));
    return answer;
  }
  [[nodiscard]] std::string path() const { return (directory_.path() / "edgeplane.db").string(); }

  const TemporaryDirectory directory_;
};

class PostgresBackend final : public MovableBackend {
 public:
  std::unique_ptr<Store> Open() override {
    PostgresSettings settings;
    settings.connection = Secret::CopyOf(connection_);
    settings.write_timeout = std::chrono::seconds(60);
    settings.read_timeout = std::chrono::seconds(60);
    auto store = PostgresStore::Open(settings, nullptr);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }
  Result<std::unique_ptr<transfer::Source>> OpenSource() override {
    return OpenPostgresSource(Secret::CopyOf(connection_));
  }
  Result<std::unique_ptr<transfer::Sink>> OpenSink() override {
    return OpenPostgresSink(Secret::CopyOf(connection_));
  }
  std::set<std::string> ListColumns() override {
    return Ask(
        "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '?' ELSE '' "
        "END FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND is_generated = 'NEVER'");
  }
  void ForgetLastMigration() override { Ask(kForgetLastMigration); }

 private:
  // The first column of what a statement gives.
  std::set<std::string> Ask(const char* sql) {
    PGconn* const database = PQconnectdb(connection_.c_str());
    PGresult* const rows = PQexec(database, sql);
    const bool done =
        PQresultStatus(rows) == PGRES_TUPLES_OK || PQresultStatus(rows) == PGRES_COMMAND_OK;
    std::set<std::string> answer;
    for (int row = 0; row < PQntuples(rows); ++row) answer.insert(PQgetvalue(rows, row, 0));
    PQclear(rows);
    PQfinish(database);
    if (!done) throw std::runtime_error("the database did not answer");
    return answer;
  }

  const std::string connection_ = PostgresCluster::Shared().NewSchema();
};

template <class B>
std::unique_ptr<Backend> Make() {
  return std::make_unique<B>();
}

}  // namespace

const std::vector<BackendKind>& AllBackends() {
  static const std::vector<BackendKind> all = {
      {"memory", false, &Make<MemoryBackend>},
      {"sqlite", true, &Make<SqliteBackend>},
      {"postgres", true, &Make<PostgresBackend>},
  };
  return all;
}

std::vector<BackendKind> PersistingBackends() {
  std::vector<BackendKind> persisting;
  for (const BackendKind& kind : AllBackends()) {
    if (kind.persists) persisting.push_back(kind);
  }
  return persisting;
}

}  // namespace edgeplane::storage
