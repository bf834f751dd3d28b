#include "cli/payload.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>

#include "base/files.h"
#include "base/json.h"
#include "cli/bounded_read.h"
#include "cli/json_number.h"

namespace edgeplane::cli {
namespace {

namespace json = boost::json;

constexpr JsonLimits kLimits{.bytes_max = 64 * 1024, .depth_max = 32};
constexpr size_t kQuotedMax = 40;

google::protobuf::Value ToValue(const json::value& value);

// The depth of both recursions is bounded by kLimits.
google::protobuf::Struct ToStruct(const json::object& object) {
  google::protobuf::Struct result;
  for (const auto& member : object) {
    (*result.mutable_fields())[std::string(member.key())] = ToValue(member.value());
  }
  return result;
}

google::protobuf::Value ToValue(const json::value& value) {
  google::protobuf::Value result;
  switch (value.kind()) {
    case json::kind::null:
      result.set_null_value(google::protobuf::NULL_VALUE);
      break;
    case json::kind::bool_:
      result.set_bool_value(value.get_bool());
      break;
    case json::kind::int64:
      result.set_number_value(static_cast<double>(value.get_int64()));
      break;
    case json::kind::uint64:
      result.set_number_value(static_cast<double>(value.get_uint64()));
      break;
    case json::kind::double_:
      result.set_number_value(value.get_double());
      break;
    case json::kind::string:
      result.set_string_value(value.get_string().data(), value.get_string().size());
      break;
    case json::kind::array:
      result.mutable_list_value();  // an empty array is an array too
      for (const json::value& element : value.get_array()) {
        *result.mutable_list_value()->add_values() = ToValue(element);
      }
      break;
    case json::kind::object:
      *result.mutable_struct_value() = ToStruct(value.get_object());
      break;
  }
  return result;
}

}  // namespace

Result<std::string> ReadPayloadText(const std::string& argument, std::istream& in) {
  if (argument == "-") return ReadBounded(in, kLimits.bytes_max);
  if (argument.starts_with('@')) return ReadFile(argument.substr(1), kLimits.bytes_max);
  return argument;
}

Result<google::protobuf::Struct> ParsePayload(std::string_view text) {
  const Result<json::value> parsed = ParseJson(text, kLimits);
  if (!parsed.ok()) return parsed.error();
  if (!parsed->is_object()) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "must be a JSON object, for example {\"minutes\": 5}");
  }
  if (const std::optional<std::string> number = FindInexactNumber(text)) {
    const std::string shown =
        number->size() <= kQuotedMax ? *number : number->substr(0, kQuotedMax) + "..";
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "the number " + shown +
                         " would reach the agent changed, as JSON numbers are "
                         "IEEE 754 doubles; send it as a string: \"" +
                         shown + "\"");
  }
  return ToStruct(parsed->get_object());
}

}  // namespace edgeplane::cli
