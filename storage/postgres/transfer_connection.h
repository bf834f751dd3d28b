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

// A source or a sink over one, begun.
template <class Side, class PostgresSide>
Result<std::unique_ptr<Side>> BeginTransfer(const Secret& connection) {
  auto db = OpenForTransfer(connection);
  if (!db.ok()) return db.error();
  auto side = std::make_unique<PostgresSide>(*std::move(db));
  if (Status begun = side->Begin(); !begun.ok()) return begun.error();
  return std::unique_ptr<Side>(std::move(side));
}

}  // namespace edgeplane::storage::postgres
