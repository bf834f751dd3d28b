#include "storage/sqlite/open.h"

#include <filesystem>

#include "base/file_lock.h"

namespace edgeplane::storage::sqlite {
namespace {

// SQLite gives the files beside the database its mode when it makes them; these
// are for what was there before.
Status MakeFilesPrivate(const std::string& path) {
  if (Status made = MakePrivateFile(path); !made.ok()) return made;
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;  // an unreadable directory has failed above
    if (!std::filesystem::exists(path + suffix, ignored)) continue;
    if (Status made = MakePrivateFile(path + suffix); !made.ok()) return made;
  }
  return {};
}

Status LookFirst(const std::string& path, Duration busy_timeout,
                 const std::function<Status(Connection&)>& look) {
  std::error_code failed;  // one that cannot be looked at fails to open
  if (!std::filesystem::exists(path, failed) && !failed) return {};
  // Writing, since what a killed process has left half done can be read only once it is
  // undone.
  const auto connection = Connection::Open(path, Connection::Mode::kWrite, busy_timeout);
  if (!connection.ok()) return connection.error();
  // Nobody waits for what is in the log to be moved, and it may be another program's.
  sqlite3_db_config((*connection)->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return look(**connection);
}

}  // namespace

Result<std::unique_ptr<Connection>> OpenForWriting(const std::string& path, Duration busy_timeout,
                                                   const std::function<Status(Connection&)>& look) {
  if (Status may = LookFirst(path, busy_timeout, look); !may.ok()) return may.error();
  // While SQLite does not have the file: closing a descriptor of it would drop the locks
  // SQLite holds (POSIX fcntl, sqlite.org/howtocorrupt.html, 2.2).
  if (Status made = MakeFilesPrivate(path); !made.ok()) return made.error();
  auto connection = Connection::Open(path, Connection::Mode::kWrite, busy_timeout);
  if (!connection.ok()) return connection.error();
  if (Status logged = (*connection)->UseWriteAheadLog(); !logged.ok()) return logged.error();
  return connection;
}

}  // namespace edgeplane::storage::sqlite
