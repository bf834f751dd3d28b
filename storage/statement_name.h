// A durable store's SQL statements are files, one each, embedded at build; they
// are asked for by the file's name. A name that is no file does not compile.
#pragma once

#include <cstddef>
#include <string_view>

namespace edgeplane::storage {

// One of `kAll`, an array of {name, SQL}.
template <const auto& kAll>
class StatementIn {
 public:
  // Implicit, so that a literal will do.
  consteval StatementIn(const char* name) : index_(Find(name)) {}

  [[nodiscard]] size_t index() const { return index_; }
  [[nodiscard]] std::string_view name() const { return kAll[index_].first; }

 private:
  static consteval size_t Find(std::string_view name) {
    for (size_t i = 0; i < kAll.size(); ++i) {
      if (kAll[i].first == name) return i;
    }
    throw "there is no statement of this name";  // at compile time only
  }

  size_t index_;
};

}  // namespace edgeplane::storage
