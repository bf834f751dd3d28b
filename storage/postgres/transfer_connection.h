// A connection that a store is moved over: nobody waits for its answers but who moves it.
#pragma once

#include <chrono>
#include <memory>

#include "base/result.h"
#include "base/secret.h"
#include "storage/postgres/connection.h"

namespace edgeplane::storage::postgres {

// For one statement; whoever reads or writes the text may take an hour between two.
inline constexpr std::chrono::minutes kTransferStepTimeout{10};
inline constexpr size_t kTransferBatchRows = 256;

// With the deadline of a step set. `connection` as PostgresSettings has it.
Result<std::unique_ptr<Connection>> OpenForTransfer(const Secret& connection);

}  // namespace edgeplane::storage::postgres
