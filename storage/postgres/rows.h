// What a statement gave: rows of columns from 0, in PostgreSQL's binary format.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace edgeplane::storage::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ClearResult>;

// One row; valid as long as its Rows.
class Row {
 public:
  Row(const PGresult* result, int row) : result_(result), row_(row) {}

  // Of a boolean, smallint, integer or bigint; 0 for NULL.
  [[nodiscard]] int64_t Number(int column) const;
  [[nodiscard]] bool Flag(int column) const { return Number(column) != 0; }
  [[nodiscard]] Time TimeAt(int column) const { return FromMicros(Number(column)); }
  [[nodiscard]] std::optional<Time> OptionalTime(int column) const;
  // Of a text or bytea; empty for NULL.
  [[nodiscard]] std::string Bytes(int column) const { return std::string(View(column)); }
  [[nodiscard]] std::string_view View(int column) const;
  [[nodiscard]] bool IsNull(int column) const { return PQgetisnull(result_, row_, column) == 1; }

 private:
  const PGresult* result_;
  int row_;
};

class Rows {
 public:
  class Iterator {
   public:
    Iterator(const PGresult* result, int row) : result_(result), row_(row) {}
    Row operator*() const { return {result_, row_}; }
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return row_ != other.row_; }

   private:
    const PGresult* result_;
    int row_;
  };

  explicit Rows(ResultPointer result) : result_(std::move(result)) {}

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] size_t size() const { return static_cast<size_t>(PQntuples(result_.get())); }
  [[nodiscard]] Row front() const { return {result_.get(), 0}; }
  [[nodiscard]] Iterator begin() const { return {result_.get(), 0}; }
  [[nodiscard]] Iterator end() const { return {result_.get(), PQntuples(result_.get())}; }

  // Rows that an INSERT, UPDATE or DELETE changed.
  [[nodiscard]] int64_t changed() const;
  // "COMMIT", and "ROLLBACK" where a COMMIT could not be.
  [[nodiscard]] std::string_view tag() const { return PQcmdStatus(result_.get()); }

 private:
  ResultPointer result_;
};

}  // namespace edgeplane::storage::postgres
