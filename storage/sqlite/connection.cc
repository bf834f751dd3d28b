#include "storage/sqlite/connection.h"

#include "base/log.h"
#include "storage/sqlite/errors.h"

namespace edgeplane::storage::sqlite {
namespace {

// Virtual machine instructions between two looks at the deadline: some tens of
// microseconds.
constexpr int kProgressInstructions = 1000;

constexpr const char* kBothSettings =
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA wal_autocheckpoint = 0;";  // the writer checkpoints when nobody waits for it

// The limit cuts the WAL back after a burst has made it large.
constexpr const char* kWriterSettings =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 67108864;";

constexpr const char* kReaderSettings = "PRAGMA query_only = ON;";

int KeepText(void* text, int columns, char** values, char** /*names*/) {
  if (columns > 0 && values[0] != nullptr) *static_cast<std::string*>(text) = values[0];
  return 0;
}

// SQLite stays with another journal, and says no more than that, where the file
// system cannot share memory between processes.
Status CheckWal(sqlite3* database) {
  std::string mode;
  const int code = sqlite3_exec(database, "PRAGMA journal_mode", &KeepText, &mode, nullptr);
  if (code != SQLITE_OK) return ErrorOf(code, database, "journal_mode");
  if (mode == "wal") return {};
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                   "The file system of the data directory cannot carry a write-ahead log; use a "
                   "local disk.");
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Mode mode,
                                                     Duration busy_timeout) {
  const int access =
      mode == Mode::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, access | SQLITE_OPEN_NOMUTEX, nullptr);
  // Even a failed open gives a handle, which must be closed.
  std::unique_ptr<Connection> connection(new Connection(database));
  if (code != SQLITE_OK) return ErrorOf(code, database, "open");
  sqlite3_extended_result_codes(database, 1);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  const auto busy = std::chrono::duration_cast<std::chrono::milliseconds>(busy_timeout);
  sqlite3_busy_timeout(database, static_cast<int>(busy.count()));
  sqlite3_progress_handler(database, kProgressInstructions, &OnProgress, connection.get());
  if (Status set = connection->Execute(kBothSettings); !set.ok()) return set.error();
  if (mode == Mode::kWrite) return connection;
  if (Status set = connection->Execute(kReaderSettings); !set.ok()) return set.error();
  return connection;
}

Connection::~Connection() {
  for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
  const int code = sqlite3_close(database_);
  if (code != SQLITE_OK) {
    LogError("store close failed", {{"detail", sqlite3_errstr(code)}});
  }
}

Status Connection::UseWriteAheadLog() {
  if (Status set = Execute(kWriterSettings); !set.ok()) return set;
  return CheckWal(database_);
}

Status Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorOf(code, database_, "execute");
  return {};
}

Status Connection::PrepareAll() {
  for (size_t i = 0; i < statements_.size(); ++i) {
    int code = SQLITE_OK;
    if (Prepare(i, &code) == nullptr) return ErrorOf(code, database_, sql::kAll[i].first);
  }
  return {};
}

sqlite3_stmt* Connection::Prepared(StatementName name, int* code) {
  return Prepare(name.index(), code);
}

sqlite3_stmt* Connection::Prepare(size_t index, int* code) {
  *code = SQLITE_OK;
  sqlite3_stmt*& statement = statements_.at(index);
  if (statement == nullptr) {
    const std::string_view text = sql::kAll.at(index).second;
    *code = sqlite3_prepare_v3(database_, text.data(), static_cast<int>(text.size()),
                               SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  }
  return statement;
}

void Connection::SetDeadline(std::optional<Deadline> deadline) { deadline_ = deadline; }

int Connection::OnProgress(void* self) {
  const std::optional<Deadline>& deadline = static_cast<Connection*>(self)->deadline_;
  return deadline && std::chrono::steady_clock::now() > *deadline ? 1 : 0;
}

}  // namespace edgeplane::storage::sqlite
