// PostgresStore: what has grown old goes, a little at a time.
#include "storage/postgres/command_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {

using postgres::Step;
using postgres::Transaction;

namespace {

// How many rows the statement changed.
Result<size_t> Prune(Transaction& tx, const Step& statement) {
  const auto pruned = tx.RunAll({statement});
  if (!pruned.ok()) return pruned.error();
  return static_cast<size_t>(pruned->front().changed());
}

// Under their agents' locks, like all else that changes an agent's counts.
Result<size_t> PruneFinal(Transaction& tx, Time before, size_t count_max) {
  const auto sequences =
      postgres::LockOwners(tx, Step("list_final", before, static_cast<int64_t>(count_max)));
  if (!sequences.ok()) return sequences.error();
  if (sequences->empty()) return 0;
  // Another registry may have deleted some meanwhile; a final command stays final.
  tx.Defer("prune_command_steps", *sequences);
  return Prune(tx, Step("prune_commands", *sequences));
}

}  // namespace

Result<size_t> PostgresStore::PruneEvents(Time before, size_t count_max) {
  return writers_->Run<size_t>(
      StoreOperation::kPruneEvents, {}, [before, count_max](Transaction& tx) {
        return Prune(tx, Step("prune_events", before, static_cast<int64_t>(count_max)));
      });
}

Result<size_t> PostgresStore::PruneRefusals(Time before, size_t count_max) {
  return writers_->Run<size_t>(
      StoreOperation::kPruneRefusals, {}, [before, count_max](Transaction& tx) {
        return Prune(tx, Step("prune_refusals", before, static_cast<int64_t>(count_max)));
      });
}

Result<size_t> PostgresStore::PruneAudit(Time before, size_t count_max) {
  return writers_->Run<size_t>(
      StoreOperation::kPruneAudit, {}, [before, count_max](Transaction& tx) {
        return Prune(tx, Step("prune_audit", before, static_cast<int64_t>(count_max)));
      });
}

Result<size_t> PostgresStore::PruneCommands(Time before, size_t count_max) {
  return writers_->RunAlone<size_t>(
      StoreOperation::kPruneCommands,
      [before, count_max](Transaction& tx) { return PruneFinal(tx, before, count_max); });
}

}  // namespace edgeplane::storage
