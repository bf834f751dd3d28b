#include "storage/migration.h"

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::storage {
namespace {

Error Unusable(std::string sentence) {
  return MakeError(v1::ErrorReason::STORE_CORRUPT, std::move(sentence));
}

}  // namespace

std::string ChecksumOf(const Migration& migration) { return HexEncode(Sha256(migration.sql)); }

Result<size_t> CountApplied(const std::vector<AppliedMigration>& applied,
                            std::span<const Migration> known) {
  for (size_t i = 0; i < applied.size(); ++i) {
    const AppliedMigration& row = applied[i];
    if (i == known.size()) {
      return Unusable("The database was made by a newer edgeplane (it has migration '" + row.name +
                      "'); start that version, or restore a backup made before the update.");
    }
    if (row.number != static_cast<int64_t>(i + 1) || row.name != known[i].name ||
        row.sha256 != ChecksumOf(known[i])) {
      return Unusable("The database's migration '" + row.name +
                      "' is not the one this edgeplane knows; start the build that made it, or "
                      "restore a backup.");
    }
  }
  return applied.size();
}

Error NoStore() {
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   "There is no edgeplane store in this database: name the data directory of the "
                   "server with --data-dir, or its database with --database.");
}

Status CheckUpToDate(const std::vector<AppliedMigration>& applied,
                     std::span<const Migration> known) {
  const Result<size_t> count = CountApplied(applied, known);
  if (!count.ok()) return count.error();
  if (*count == known.size()) return {};
  if (*count == 0) return NoStore();
  return MakeError(
      v1::ErrorReason::INVALID_FIELD,
      "The store is of an earlier edgeplane: start a server of this version on it once, "
      "which brings it up to date.");
}

}  // namespace edgeplane::storage
