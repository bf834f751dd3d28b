// What a store keeps, apart from how a database keeps it: the tables that an
// installation takes along when it moves, and their columns. A test holds the schemas
// of the durable stores against it, so that nothing new is left behind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeplane::storage::transfer {

enum class Kind : uint8_t {
  kText,
  kInteger,  // times too, in microseconds since 1970 in UTC
  kFlag,
  kBytes,
  kLabels,  // a JSON object of strings
};

struct Column {
  std::string_view name;
  Kind kind = Kind::kText;
  bool nullable = false;
};

struct Table {
  std::string_view name;
  size_t keys = 1;  // the first so many columns: they name a row, and order them
  std::vector<Column> columns;
};

// In an order in which each table comes behind those it refers to.
const std::vector<Table>& AllTables();

// Not a table in either database: the last number that was given, by name, so that
// none is given again.
const Table& Counters();
inline constexpr std::string_view kEpochCounter = "epoch";
inline constexpr std::string_view kEventCounter = "event";
inline constexpr int64_t kCounterRows = 2;

// A value of a row: flags are 0 and 1, labels are as LabelsToJson has them.
struct Value {
  bool null = false;
  int64_t number = 0;
  std::string text;

  bool operator==(const Value&) const = default;
};

// One value for each column.
using Row = std::vector<Value>;

// "agent_id, number": of the first `count` columns.
std::string ColumnNames(const Table& table, size_t count);

}  // namespace edgeplane::storage::transfer
