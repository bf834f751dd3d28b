#include "storage/sqlite/errors.h"

#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/log_budget.h"

namespace edgeplane::storage::sqlite {
namespace {

void Report(int code, sqlite3* database, std::string_view what) {
  static LogBudget budget;
  const std::optional<int64_t> left_out = budget.Take();
  if (!left_out) return;
  const char* detail = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  LogError(
      "store error",
      {{"what", what}, {"sqlite_code", code}, {"detail", detail}, {"left_out_before", *left_out}});
}

Error Unavailable(std::string sentence) {
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE, std::move(sentence));
}

}  // namespace

Error ErrorOf(int code, sqlite3* database, std::string_view what) {
  Report(code, database, what);
  switch (code & 0xff) {  // the primary code of an extended one
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return MakeError(v1::ErrorReason::STORE_CORRUPT,
                       "The database is damaged; restore it from a backup.");
    case SQLITE_FULL:
      return Unavailable("The disk is full; make room.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Unavailable("Another program has locked the database; end it and try again.");
    case SQLITE_INTERRUPT:
      return Unavailable("The store did not finish in time; try again, or ask for less.");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return Unavailable(
          "The database cannot be opened or written; check the permissions of its file and "
          "directory.");
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return Unavailable("The disk or the system failed the store; edgeplane's log says how.");
    default:
      return MakeError(v1::ErrorReason::INTERNAL,
                       "The store failed in a way it should not; edgeplane's log says how.");
  }
}

bool IsSurelyUndone(int code) {
  switch (code) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_NOMEM:
      return true;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_NOMEM:
    case SQLITE_CONSTRAINT:
    case SQLITE_INTERRUPT:
      return true;
    default:
      return false;
  }
}

}  // namespace edgeplane::storage::sqlite
