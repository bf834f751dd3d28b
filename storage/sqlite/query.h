// One use of a prepared statement: bind, step, read; the statement is reset and
// its bindings are cleared when the query goes.
//
//   Query query(db, "get_fact");
//   query.Bind(":name", name);
//   Result<bool> row = query.Next();
//
// What goes wrong in Bind is told by the Next or Run that follows.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/sqlite/connection.h"

namespace edgeplane::storage::sqlite {

class Query {
 public:
  // One query of a name at a time on a connection.
  Query(Connection& connection, StatementName name);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Values are copied.
  Query& Bind(const char* parameter, int64_t value);
  Query& Bind(const char* parameter, Time value) { return Bind(parameter, ToMicros(value)); }
  Query& Bind(const char* parameter, std::string_view text);
  Query& BindBlob(const char* parameter, std::string_view bytes);
  // Nothing is NULL.
  template <class T>
  Query& Bind(const char* parameter, const std::optional<T>& value) {
    return value ? Bind(parameter, *value) : BindNull(parameter);
  }

  // Steps to the next row; false after the last.
  Result<bool> Next();
  // Steps to the end.
  Status Run();
  // The first column of all rows.
  Result<std::vector<int64_t>> Numbers();

  // Columns of the row, from 0.
  [[nodiscard]] int64_t Number(int column) const;
  [[nodiscard]] Time TimeAt(int column) const { return FromMicros(Number(column)); }
  [[nodiscard]] std::optional<Time> OptionalTime(int column) const;
  // Text or blob; empty for NULL.
  [[nodiscard]] std::string Bytes(int column) const;
  [[nodiscard]] bool IsNull(int column) const;

 private:
  Query& BindNull(const char* parameter);
  // The parameter's number; 0, and an error kept, where there is none.
  int Parameter(const char* name);
  void Keep(int code);

  Connection& connection_;
  const std::string_view name_;
  sqlite3_stmt* statement_ = nullptr;
  int code_ = SQLITE_OK;  // the first failure
};

// The rows the last INSERT, UPDATE or DELETE of this connection changed.
int64_t ChangedRows(const Connection& connection);

}  // namespace edgeplane::storage::sqlite
