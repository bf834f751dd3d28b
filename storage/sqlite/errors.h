// What SQLite's result codes (sqlite.org/rescode.html) mean to the store.
#pragma once

#include <sqlite3.h>

#include <string_view>

#include "base/result.h"

namespace edgeplane::storage::sqlite {

// The one place where a result code becomes an error of the store. Logs what
// SQLite says beyond the code; `what` names the statement or the step. At most
// some lines a second: a full disk fails thousands of calls alike.
Error ErrorOf(int code, sqlite3* database, std::string_view what);

// Whether a COMMIT that gave `code` has left no whole transaction in the WAL.
// After the others, an fsync that failed above all, one may be there, and would
// come back if the machine went down now.
bool IsSurelyUndone(int code);

}  // namespace edgeplane::storage::sqlite
