// What goes wrong with the database, and what it means to the store.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace edgeplane::storage::postgres {

enum class FailureKind : uint8_t {
  kConnection,  // lost, or not to be had: another one may do
  kConflict,    // with another transaction: the same once more may do
  kStatement,   // this statement with these values: others may do
  kServer,      // whatever it is asked
};

struct Failure {
  FailureKind kind = FailureKind::kStatement;
  Error error;
  bool of_values = false;  // what was to be stored does not fit: its form, or other rows
};

// The one place where a SQLSTATE (PostgreSQL, Appendix A) becomes a failure of
// the store. Logs it with the server's first sentence, `says`, which must hold no
// password; `what` names the statement or the step. At most some lines a second.
Failure FailureOf(std::string_view sqlstate, std::string_view says, std::string_view what);

// No connection could be made; logged likewise. libpq says why in words only, so
// one who is not let in is not told from a server that is down.
Failure ConnectFailure(std::string_view says);
// It broke.
Failure ConnectionFailure(std::string_view says, std::string_view what);

// The deadline passed before the server had answered. The connection is of no
// more use.
Failure DeadlineFailure(std::string_view what);

}  // namespace edgeplane::storage::postgres
