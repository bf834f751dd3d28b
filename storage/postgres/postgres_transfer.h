// A store in PostgreSQL, as what an installation takes along when it moves.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/secret.h"
#include "storage/transfer/transfer.h"

namespace edgeplane::storage {

// One state of the database, whoever else uses it meanwhile. `connection` as
// PostgresSettings has it.
Result<std::unique_ptr<transfer::Source>> OpenPostgresSource(const Secret& connection);

// Brings the schema up to date, and keeps everybody else out of it until the sink goes.
// INVALID_FIELD where it has rows. Gateways come without their leases, so that the
// sessions they had can be released.
Result<std::unique_ptr<transfer::Sink>> OpenPostgresSink(const Secret& connection);

}  // namespace edgeplane::storage
