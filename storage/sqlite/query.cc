#include "storage/sqlite/query.h"

#include <cassert>

#include "storage/sqlite/errors.h"

namespace edgeplane::storage::sqlite {

Query::Query(Connection& connection, StatementName name)
    : connection_(connection), name_(name.name()) {
  statement_ = connection.Prepared(name, &code_);
  assert(statement_ == nullptr || sqlite3_stmt_busy(statement_) == 0);
}

Query::~Query() {
  if (statement_ == nullptr) return;
  // Gives the failure of the last step once more, which has been told.
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::Keep(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

int Query::Parameter(const char* name) {
  if (statement_ == nullptr) return 0;
  const int index = sqlite3_bind_parameter_index(statement_, name);
  if (index == 0) Keep(SQLITE_RANGE);
  return index;
}

Query& Query::Bind(const char* parameter, int64_t value) {
  if (const int index = Parameter(parameter)) Keep(sqlite3_bind_int64(statement_, index, value));
  return *this;
}

Query& Query::Bind(const char* parameter, std::string_view text) {
  if (const int index = Parameter(parameter)) {
    // A view of nothing may have no address, which SQLite would take as NULL.
    const char* data = text.data() != nullptr ? text.data() : "";
    Keep(sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  return *this;
}

Query& Query::BindBlob(const char* parameter, std::string_view bytes) {
  if (const int index = Parameter(parameter)) {
    const char* data = bytes.data() != nullptr ? bytes.data() : "";
    Keep(sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_TRANSIENT));
  }
  return *this;
}

Query& Query::BindNull(const char* parameter) {
  if (const int index = Parameter(parameter)) Keep(sqlite3_bind_null(statement_, index));
  return *this;
}

Result<bool> Query::Next() {
  if (code_ != SQLITE_OK) return ErrorOf(code_, connection_.handle(), name_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Keep(code);
  return ErrorOf(code, connection_.handle(), name_);
}

Status Query::Run() {
  while (true) {
    const Result<bool> row = Next();
    if (!row.ok()) return row.error();
    if (!*row) return {};
  }
}

Result<std::vector<int64_t>> Query::Numbers() {
  std::vector<int64_t> numbers;
  while (true) {
    const Result<bool> row = Next();
    if (!row.ok()) return row.error();
    if (!*row) return numbers;
    numbers.push_back(Number(0));
  }
}

int64_t Query::Number(int column) const { return sqlite3_column_int64(statement_, column); }

std::optional<Time> Query::OptionalTime(int column) const {
  if (IsNull(column)) return std::nullopt;
  return TimeAt(column);
}

std::string Query::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<size_t>(size)};
}

bool Query::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t ChangedRows(const Connection& connection) { return sqlite3_changes64(connection.handle()); }

}  // namespace edgeplane::storage::sqlite
