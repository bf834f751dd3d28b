// A database file on its way to being a store's.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "storage/sqlite/connection.h"

namespace edgeplane::storage::sqlite {

// Makes the file if it is not there, for nobody else to read. One that is there is first
// shown to `look`, before anything about it changes: its mode, its journal, its schema.
// (What a killed process has left half done is undone.) Whoever calls holds the lock of the
// data directory, and brings the schema up to date (migrator.h).
Result<std::unique_ptr<Connection>> OpenForWriting(const std::string& path, Duration busy_timeout,
                                                   const std::function<Status(Connection&)>& look);

}  // namespace edgeplane::storage::sqlite
