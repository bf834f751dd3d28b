// A database's schema, as a list of migrations: numbered from 1 without gaps,
// append-only. A durable store keeps the SHA-256 of each in its database, so that
// a released file that was changed afterwards is noticed, and so is a database of
// a newer edgeplane.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace edgeplane::storage {

struct Migration {
  std::string_view name;  // "0001_initial"
  std::string_view sql;
};

// As the database says.
struct AppliedMigration {
  int64_t number = 0;
  std::string name;
  std::string sha256;  // hex
};

std::string ChecksumOf(const Migration& migration);

// How many of `known` the database has. STORE_CORRUPT, with what to do, where it
// has others.
Result<size_t> CountApplied(const std::vector<AppliedMigration>& applied,
                            std::span<const Migration> known);

// Where there is no table of migrations. INVALID_FIELD.
Error NoStore();

// That it has all of them: INVALID_FIELD, with what to do, where it has none, or is behind.
Status CheckUpToDate(const std::vector<AppliedMigration>& applied,
                     std::span<const Migration> known);

// Of embedded files, {name, content}.
template <size_t kCount>
std::array<Migration, kCount> MigrationsOf(
    const std::array<std::pair<std::string_view, std::string_view>, kCount>& files) {
  std::array<Migration, kCount> migrations;
  for (size_t i = 0; i < kCount; ++i) migrations[i] = {files[i].first, files[i].second};
  return migrations;
}

}  // namespace edgeplane::storage
