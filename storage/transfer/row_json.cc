#include "storage/transfer/row_json.h"

#include <boost/json/serialize.hpp>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/json.h"
#include "storage/agent_json.h"

namespace edgeplane::storage::transfer {
namespace {

namespace json = boost::json;

constexpr const char* kKindNames[] = {"a text", "a whole number", "true or false", "base64",
                                      "an object of texts"};

json::value LabelsValue(const std::string& text) {
  json::object object;
  const auto labels = LabelsFromJson(text);
  if (!labels) return nullptr;  // no store writes such
  for (const auto& [name, value] : *labels) object[name] = value;
  return object;
}

json::value ToJson(const Column& column, const Value& value) {
  if (value.null) return nullptr;
  switch (column.kind) {
    case Kind::kText:
      return json::value(value.text);
    case Kind::kInteger:
      return value.number;
    case Kind::kFlag:
      return value.number != 0;
    case Kind::kBytes:
      return json::value(Base64Encode(value.text));
    case Kind::kLabels:
      return LabelsValue(value.text);
  }
  return nullptr;
}

std::optional<Value> ReadLabels(const json::value& from) {
  if (!from.is_object()) return std::nullopt;
  const auto labels = LabelsFromJson(json::serialize(from));
  if (!labels) return std::nullopt;
  return Value{false, 0, LabelsToJson(*labels)};
}

std::optional<Value> ReadBytes(const json::value& from) {
  if (!from.is_string()) return std::nullopt;
  std::optional<std::string> bytes = Base64Decode(from.get_string());
  if (!bytes) return std::nullopt;
  return Value{false, 0, *std::move(bytes)};
}

std::optional<Value> ReadText(const json::value& from) {
  // PostgreSQL cannot hold U+0000, and no store is given one.
  if (!from.is_string() || from.get_string().find('\0') != json::string::npos) return std::nullopt;
  return Value{false, 0, std::string(from.get_string())};
}

std::optional<Value> FromJson(const Column& column, const json::value& from) {
  if (from.is_null()) return column.nullable ? std::optional(Value{true, 0, {}}) : std::nullopt;
  switch (column.kind) {
    case Kind::kText:
      return ReadText(from);
    case Kind::kInteger:
      if (!from.is_int64()) return std::nullopt;
      return Value{false, from.get_int64(), {}};
    case Kind::kFlag:
      if (!from.is_bool()) return std::nullopt;
      return Value{false, from.get_bool() ? 1 : 0, {}};
    case Kind::kBytes:
      return ReadBytes(from);
    case Kind::kLabels:
      return ReadLabels(from);
  }
  return std::nullopt;
}

Error Invalid(std::string sentence) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(sentence));
}

}  // namespace

json::object RowToJson(const Table& table, const Row& row) {
  json::object object;
  object["table"] = table.name;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    object[table.columns[i].name] = ToJson(table.columns[i], row[i]);
  }
  return object;
}

Result<Row> RowFromJson(const Table& table, const json::object& object) {
  Row row;
  row.reserve(table.columns.size());
  for (const Column& column : table.columns) {
    const auto* member = object.if_contains(column.name);
    const std::string name = std::string(table.name) + '.' + std::string(column.name);
    if (member == nullptr) return Invalid(name + " is missing.");
    std::optional<Value> value = FromJson(column, *member);
    if (!value)
      return Invalid(name + " is not " + kKindNames[static_cast<size_t>(column.kind)] + '.');
    row.push_back(*std::move(value));
  }
  if (object.size() != table.columns.size() + 1) {
    return Invalid("A row of " + std::string(table.name) +
                   " has a column this edgeplane does not know.");
  }
  return row;
}

}  // namespace edgeplane::storage::transfer
