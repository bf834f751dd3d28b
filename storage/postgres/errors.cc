#include "storage/postgres/errors.h"

#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/log_budget.h"

namespace edgeplane::storage::postgres {
namespace {

void Report(std::string_view sqlstate, std::string_view says, std::string_view what) {
  static LogBudget budget;
  const std::optional<int64_t> left_out = budget.Take();
  if (!left_out) return;
  // libpq follows it with advice, on lines of its own.
  const std::string_view sentence = says.substr(0, says.find('\n'));
  LogError("store error", {{"what", what},
                           {"sqlstate", sqlstate},
                           {"detail", sentence},
                           {"left_out_before", *left_out}});
}

Failure Unavailable(FailureKind kind, std::string sentence) {
  return {kind, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, std::move(sentence))};
}

Failure Lost() {
  return Unavailable(FailureKind::kConnection,
                     "The connection to the database server is lost; try again when it is back.");
}

Failure Defect() {
  return {FailureKind::kStatement,
          MakeError(v1::ErrorReason::INTERNAL,
                    "The store failed in a way it should not; edgeplane's log says how.")};
}

Failure Meaning(std::string_view sqlstate) {
  using enum FailureKind;
  const std::string_view group = sqlstate.substr(0, 2);
  // Whatever may be there already is inserted with ON CONFLICT, so a unique key that
  // is taken (23505) has just been.
  if (sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "23505") {
    return Unavailable(kConflict, "Another write was in the way; nothing was changed. Try again.");
  }
  // By lock_timeout.
  if (sqlstate == "55P03") {
    return Unavailable(kStatement,
                       "Something else in the database holds what is needed here, as an import or "
                       "a change of the schema does; try again when it is over.");
  }
  // Cancelled by statement_timeout, or by an administrator.
  if (sqlstate == "57014") {
    return Unavailable(kStatement, "The store did not finish in time; try again, or ask for less.");
  }
  if (sqlstate == "25006") {
    return Unavailable(kConnection,
                       "The database server takes no writes; it may be a standby that has not "
                       "been promoted.");
  }
  // The server went down, threw the session out after standing still, or is not
  // up yet.
  if (group == "08" || sqlstate == "25P03" || sqlstate == "57P05" || sqlstate == "57P01" ||
      sqlstate == "57P02" || sqlstate == "57P03") {
    return Lost();
  }
  if (group == "28" || sqlstate == "3D000") {
    return Unavailable(kConnection,
                       "The database server does not let edgeplane in; check the user, the "
                       "password and the name of the database.");
  }
  // No right in a schema, or no schema in the search_path to have a right in.
  if (sqlstate == "42501" || sqlstate == "3F000") {
    return Unavailable(kServer,
                       "edgeplane's user lacks a right in the database, edgeplane's log says "
                       "which; it is to own a schema, first in its search_path.");
  }
  if (sqlstate == "53100") {
    return Unavailable(kServer, "The database server's disk is full; make room there.");
  }
  if (group == "53" || group == "57" || group == "58") {
    return Unavailable(kServer,
                       "The database server cannot do its work; edgeplane's log says why.");
  }
  if (sqlstate == "XX001" || sqlstate == "XX002") {
    return {kStatement, MakeError(v1::ErrorReason::STORE_CORRUPT,
                                  "The database is damaged; restore it from a backup.")};
  }
  return Defect();
}

}  // namespace

Failure FailureOf(std::string_view sqlstate, std::string_view says, std::string_view what) {
  Report(sqlstate, says, what);
  Failure failure = Meaning(sqlstate);
  const std::string_view group = sqlstate.substr(0, 2);
  failure.of_values = group == "22" || group == "23";
  return failure;
}

Failure ConnectFailure(std::string_view says) {
  Report("", says, "connect");
  return Unavailable(FailureKind::kConnection,
                     "The database server cannot be reached, or does not let edgeplane in; "
                     "edgeplane's log says why.");
}

Failure ConnectionFailure(std::string_view says, std::string_view what) {
  Report("", says, what);
  return Lost();
}

Failure DeadlineFailure(std::string_view what) {
  Report("", "no answer before the deadline", what);
  return Unavailable(FailureKind::kConnection,
                     "The database server did not answer in time; try again.");
}

}  // namespace edgeplane::storage::postgres
