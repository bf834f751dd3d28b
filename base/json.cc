#include "base/json.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/json_builder.h"

namespace edgeplane {
namespace {

namespace json = boost::json;

Error Refuse(std::string why) { return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(why)); }

std::string Describe(const boost::system::error_code& error, JsonBuilder::Problem problem,
                     const JsonLimits& limits) {
  switch (problem) {
    case JsonBuilder::Problem::kDuplicateName:
      return "two members of an object have the same name.";
    case JsonBuilder::Problem::kNumberRange:
      return "a number is out of range.";
    case JsonBuilder::Problem::kNone:
      break;
  }
  if (error == json::error::too_deep) {
    return "it is nested deeper than " + std::to_string(limits.depth_max) + " levels.";
  }
  if (error == json::error::incomplete) return "it ends too early.";
  if (error == json::error::extra_data) return "something follows the value.";
  return error.message() + ".";  // Boost's own words, which never quote the input
}

template <class Number>
void AppendNumber(std::string& out, Number number) {
  std::array<char, 32> digits{};
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

// The shortest text that gives the same double again, and shows that it is one:
// 1.0 must not come back as the integer 1, nor -0.0 as 0.
void AppendDouble(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";  // cannot come from JSON, and JSON has no word for it
    return;
  }
  const size_t start = out.size();
  AppendNumber(out, number);
  if (out.find_first_of(".e", start) == std::string::npos) out += ".0";
}

void AppendString(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
      continue;
    }
    constexpr std::string_view kShort = "\b\f\n\r\t";
    constexpr std::string_view kLetters = "bfnrt";
    if (const size_t at = kShort.find(c); at != std::string_view::npos) {
      out += '\\';
      out += kLetters[at];
    } else {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0x0f];
    }
  }
  out += '"';
}

void Append(std::string& out, const json::value& value);

void AppendObject(std::string& out, const json::object& object) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const json::key_value_pair& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) {
    return std::string_view(a->key()) < std::string_view(b->key());
  });
  char separator = '{';
  for (const json::key_value_pair* member : members) {
    out += separator;
    separator = ',';
    AppendString(out, member->key());
    out += ':';
    Append(out, member->value());
  }
  out += members.empty() ? "{}" : "}";
}

void AppendArray(std::string& out, const json::array& array) {
  char separator = '[';
  for (const json::value& element : array) {
    out += separator;
    separator = ',';
    Append(out, element);
  }
  out += array.empty() ? "[]" : "]";
}

void Append(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64:
      return AppendNumber(out, value.get_int64());
    case json::kind::uint64:
      return AppendNumber(out, value.get_uint64());
    case json::kind::double_:
      return AppendDouble(out, value.get_double());
    case json::kind::string:
      return AppendString(out, value.get_string());
    case json::kind::array:
      return AppendArray(out, value.get_array());
    case json::kind::object:
      return AppendObject(out, value.get_object());
  }
}

}  // namespace

Result<json::value> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Refuse("The JSON is larger than " + std::to_string(limits.bytes_max) + " bytes.");
  }
  if (text.empty()) return Refuse("The JSON is empty.");
  if (text.starts_with("\xef\xbb\xbf")) {
    // RFC 8259, 8.1: must not be added, may be refused.
    return Refuse("The JSON begins with a byte order mark.");
  }
  json::parse_options options;
  options.max_depth = limits.depth_max;
  json::basic_parser<JsonBuilder> parser(options);
  boost::system::error_code error;
  const size_t used = parser.write_some(/*more=*/false, text.data(), text.size(), error);
  if (!error && used != text.size()) error = json::error::extra_data;
  if (error) {
    return Refuse("The JSON is not valid at byte " + std::to_string(used) + ": " +
                  Describe(error, parser.handler().problem(), limits));
  }
  return parser.handler().Release();
}

std::string CanonicalJson(const json::value& value) {
  std::string text;
  Append(text, value);
  return text;
}

}  // namespace edgeplane
