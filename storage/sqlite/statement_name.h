// Every SQL statement is a file of storage/sqlite/statements and is asked for by
// the file's name. A name that is no file does not compile.
#pragma once

#include <cstddef>
#include <string_view>

#include "storage/sqlite/statements_embedded.h"

namespace edgeplane::storage::sqlite {

class StatementName {
 public:
  // Implicit, so that a literal will do.
  consteval StatementName(const char* name) : index_(Find(name)) {}

  [[nodiscard]] size_t index() const { return index_; }

 private:
  static consteval size_t Find(std::string_view name) {
    for (size_t i = 0; i < sql::kAll.size(); ++i) {
      if (sql::kAll[i].first == name) return i;
    }
    throw "there is no statement of this name";  // at compile time only
  }

  size_t index_;
};

}  // namespace edgeplane::storage::sqlite
