#include "storage/transfer/move.h"

namespace edgeplane::storage::transfer {
namespace {

Error NotEmpty(const Table& table) {
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   "The store is not empty: it has rows in " + std::string(table.name) +
                       ". Import into a new data directory, or an empty database, before a server "
                       "has used it.");
}

}  // namespace

Status CheckEmpty(const HasRows& has_rows) {
  for (const Table& table : AllTables()) {
    const Result<bool> any = has_rows(table);
    if (!any.ok()) return any.error();
    if (*any) return NotEmpty(table);
  }
  return {};
}

Error NotTaken(const char* at) {
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   std::string("the store does not take the row ") + at +
                       ": it does not fit the others, or was changed.");
}

Error UnknownCounter() {
  return MakeError(v1::ErrorReason::INVALID_FIELD, "it names a counter that is not known here.");
}

void Settle(const Table& table, Row& row) {
  if (table.name != "gateways") return;
  // Not 0, which says that its sessions are released.
  constexpr int64_t kLongOver = 1;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == "lease_end") row[i].number = kLongOver;
  }
}

}  // namespace edgeplane::storage::transfer
