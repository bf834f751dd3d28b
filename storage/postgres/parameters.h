// What a statement is executed with: $1, $2, .. in their order, in PostgreSQL's
// binary format (no quoting, and cheap for the server to read). Statements take
// numbers and times as bigint, texts as text, and arrays of these; a column of
// another type is cast in the statement.
//
// An array is one dimension, or none where it is empty:
//   array   = dimensions:i32 has_null:i32 element_type:i32 [length:i32 lower:i32 element*]
//   element = size:i32 bytes | -1:i32
// All big-endian (PostgreSQL, src/backend/utils/adt/arrayfuncs.c, array_recv).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace edgeplane::storage::postgres {

// Bytes that are no text: bytea.
struct Blob {
  std::string bytes;
};

class Parameters {
 public:
  template <class... Values>
  explicit Parameters(const Values&... values) {
    values_.reserve(sizeof...(values));
    (Add(values), ...);
  }

  template <class T>
  Parameters& With(const T& value) {
    Add(value);
    return *this;
  }

  // One for each parameter; nothing: NULL.
  [[nodiscard]] const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  // An element of an array, or a value by itself.
  static void Append(std::string& bytes, int64_t value);
  static void Append(std::string& bytes, bool value) { bytes += value ? '\1' : '\0'; }
  static void Append(std::string& bytes, Time value) { Append(bytes, ToMicros(value)); }
  static void Append(std::string& bytes, const std::string& value) { bytes += value; }
  static void Append(std::string& bytes, const Blob& value) { bytes += value.bytes; }

  static constexpr int32_t TypeOf(const int64_t*) { return 20; }
  static constexpr int32_t TypeOf(const bool*) { return 16; }
  static constexpr int32_t TypeOf(const Time*) { return 20; }
  static constexpr int32_t TypeOf(const std::string*) { return 25; }
  static constexpr int32_t TypeOf(const Blob*) { return 17; }
  template <class T>
  static constexpr int32_t TypeOf(const std::optional<T>*) {
    return TypeOf(static_cast<const T*>(nullptr));
  }

  template <class T>
  void Add(const T& value) {
    std::string bytes;
    Append(bytes, value);
    values_.emplace_back(std::move(bytes));
  }
  template <class T>
  void Add(const std::optional<T>& value) {
    if (value) {
      Add(*value);
    } else {
      values_.emplace_back();
    }
  }
  template <class T>
  void Add(const std::vector<T>& elements) {
    std::string bytes = ArrayHeader(TypeOf(static_cast<const T*>(nullptr)), elements.size());
    for (const T& element : elements) AppendElement(bytes, element);
    values_.emplace_back(std::move(bytes));
  }

  template <class T>
  static void AppendElement(std::string& bytes, const T& element) {
    const size_t at = BeginElement(bytes);
    Append(bytes, element);
    EndElement(bytes, at);
  }
  template <class T>
  static void AppendElement(std::string& bytes, const std::optional<T>& element) {
    if (element) {
      AppendElement(bytes, *element);
    } else {
      AppendNull(bytes);
    }
  }

  static std::string ArrayHeader(int32_t type, size_t count);
  static size_t BeginElement(std::string& bytes);
  static void EndElement(std::string& bytes, size_t at);
  static void AppendNull(std::string& bytes);

  std::vector<std::optional<std::string>> values_;
};

// As libpq takes them; points into the parameters.
struct WireParameters {
  explicit WireParameters(const Parameters& parameters) {
    for (const std::optional<std::string>& value : parameters.values()) {
      values.push_back(value ? value->data() : nullptr);
      lengths.push_back(value ? static_cast<int>(value->size()) : 0);
    }
    formats.assign(values.size(), 1);  // binary
  }
  [[nodiscard]] int count() const { return static_cast<int>(values.size()); }

  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
};

}  // namespace edgeplane::storage::postgres
