#include "storage/sqlite/open.h"

#include <filesystem>

#include "base/file_lock.h"
#include "storage/sqlite/migrator.h"

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

}  // namespace

Result<std::unique_ptr<Connection>> OpenForWriting(const std::string& path, Duration busy_timeout) {
  // Before SQLite has the file: closing a descriptor of it would drop the locks
  // SQLite holds (POSIX fcntl, sqlite.org/howtocorrupt.html, 2.2).
  if (Status made = MakeFilesPrivate(path); !made.ok()) return made.error();
  auto connection = Connection::Open(path, Connection::Mode::kWrite, busy_timeout);
  if (!connection.ok()) return connection.error();
  if (Status owned = CheckOwnership(**connection); !owned.ok()) return owned.error();
  if (Status logged = (*connection)->UseWriteAheadLog(); !logged.ok()) return logged.error();
  return connection;
}

}  // namespace edgeplane::storage::sqlite
