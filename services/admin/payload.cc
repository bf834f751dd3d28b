#include "services/admin/payload.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/json.h"

namespace edgeplane::admin {
namespace {

namespace json = boost::json;
namespace pb = google::protobuf;

constexpr double kTwoTo63 = 9223372036854775808.0;

// Gives nothing and says why, as a sentence for the caller, when the payload
// cannot be JSON.
class ToJson {
 public:
  bool Object(const pb::Struct& from, size_t depth, json::value& to) {
    if (depth > kPayloadDepthMax) return Fail("Must be nested at most 32 levels deep.");
    json::object& object = to.emplace_object();
    object.reserve(from.fields().size());
    for (const auto& [name, value] : from.fields()) {
      if (!Value(value, depth, object[name])) return false;
    }
    return true;
  }

  [[nodiscard]] const char* problem() const { return problem_; }

 private:
  bool Array(const pb::ListValue& from, size_t depth, json::value& to) {
    if (depth > kPayloadDepthMax) return Fail("Must be nested at most 32 levels deep.");
    json::array& array = to.emplace_array();
    array.reserve(static_cast<size_t>(from.values_size()));
    for (const pb::Value& value : from.values()) {
      array.emplace_back(nullptr);
      if (!Value(value, depth, array.back())) return false;
    }
    return true;
  }

  bool Number(double from, json::value& to) {
    if (!std::isfinite(from)) return Fail("Must not contain NaN or infinite numbers.");
    // Agents expect 3 where the operator wrote 3, not 3.0. -0.0 becomes 0.
    if (std::trunc(from) == from && from >= -kTwoTo63 && from < kTwoTo63) {
      to = static_cast<int64_t>(from);
    } else {
      to = from;
    }
    return true;
  }

  bool Value(const pb::Value& from, size_t depth, json::value& to) {
    switch (from.kind_case()) {
      case pb::Value::kNullValue:
        to = nullptr;
        return true;
      case pb::Value::kNumberValue:
        return Number(from.number_value(), to);
      case pb::Value::kStringValue:
        to = from.string_value();
        return true;
      case pb::Value::kBoolValue:
        to = from.bool_value();
        return true;
      case pb::Value::kStructValue:
        return Object(from.struct_value(), depth + 1, to);
      case pb::Value::kListValue:
        return Array(from.list_value(), depth + 1, to);
      case pb::Value::KIND_NOT_SET:
        break;
    }
    return Fail("Must not contain a google.protobuf.Value without a kind.");
  }

  bool Fail(const char* problem) {
    problem_ = problem;
    return false;
  }

  const char* problem_ = "";
};

// Depth is bounded by the parser.
void FromJson(const json::value& from, pb::Value& to);

void FromJson(const json::object& from, pb::Struct& to) {
  auto& fields = *to.mutable_fields();
  for (const json::key_value_pair& member : from) {
    FromJson(member.value(), fields[std::string(member.key())]);
  }
}

void FromJson(const json::value& from, pb::Value& to) {
  switch (from.kind()) {
    case json::kind::null:
      to.set_null_value(pb::NULL_VALUE);
      return;
    case json::kind::bool_:
      to.set_bool_value(from.get_bool());
      return;
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      to.set_number_value(from.to_number<double>());
      return;
    case json::kind::string:
      to.set_string_value(std::string(from.get_string()));
      return;
    case json::kind::array:
      to.mutable_list_value();
      for (const json::value& value : from.get_array()) {
        FromJson(value, *to.mutable_list_value()->add_values());
      }
      return;
    case json::kind::object:
      FromJson(from.get_object(), *to.mutable_struct_value());
      return;
  }
}

Error Refuse(std::string_view field, std::string description) {
  std::string message = std::string(field) + ": " + description;
  return Error{v1::ErrorReason::INVALID_FIELD,
               std::move(message),
               {{std::string(field), std::move(description)}}};
}

}  // namespace

Result<std::string> PayloadToJson(const pb::Struct& payload, std::string_view field) {
  json::value value;
  ToJson converter;
  if (!converter.Object(payload, 1, value)) return Refuse(field, converter.problem());
  std::string text = CanonicalJson(value);
  if (text.size() > kPayloadBytesMax) {
    return Refuse(field, "Must be at most 65536 bytes as JSON text; it has " +
                             std::to_string(text.size()) + ".");
  }
  return text;
}

Result<pb::Struct> PayloadFromJson(std::string_view text, size_t bytes_max) {
  const auto corrupt = [](std::string_view why) {
    return MakeError(
        v1::ErrorReason::STORE_CORRUPT,
        "What the store holds is not the JSON object that was put there: " + std::string(why));
  };
  const Result<json::value> value = ParseJson(text, {bytes_max, kPayloadDepthMax});
  if (!value.ok()) return corrupt(value.error().message);
  if (!value->is_object()) return corrupt("It is another kind of value.");
  pb::Struct payload;
  FromJson(value->get_object(), payload);
  return payload;
}

}  // namespace edgeplane::admin
