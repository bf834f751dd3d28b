// A SQLite store, as what an installation takes along when it moves.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "storage/transfer/transfer.h"

namespace edgeplane::storage {

// One state of the database, whoever else uses it meanwhile: a server may run. Fails
// where there is no database, or it is not of this edgeplane's schema.
Result<std::unique_ptr<transfer::Source>> OpenSqliteSource(const std::string& path);

// A database that is made where there is none, and that nobody else uses until the sink
// goes (STORE_UNAVAILABLE where a server runs). INVALID_FIELD where it has rows. Gateways
// come without their leases, so that the sessions they had can be released.
Result<std::unique_ptr<transfer::Sink>> OpenSqliteSink(const std::string& path);

}  // namespace edgeplane::storage
