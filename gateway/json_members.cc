#include "gateway/json_members.h"

#include <cmath>

#include "base/json.h"

namespace edgeplane::gateway {

namespace json = boost::json;

std::optional<int64_t> WholeNumber(double number) {
  // Up to here every integer has a double of its own.
  constexpr double kExactMax = 9'007'199'254'740'992;
  if (!(std::fabs(number) <= kExactMax) || std::trunc(number) != number) return std::nullopt;
  return static_cast<int64_t>(number);
}

const json::value* Member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

std::optional<std::string> TextMember(const json::object& object, std::string_view name) {
  const json::value* value = Member(object, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  if (!value->is_number()) return std::nullopt;
  if (const double* number = value->if_double()) {
    if (const auto whole = WholeNumber(*number)) return std::to_string(*whole);
  }
  return CanonicalJson(*value);
}

std::optional<std::string> ObjectMember(const json::object& object, std::string_view name,
                                        size_t bytes_max) {
  const json::value* value = Member(object, name);
  if (value == nullptr || !value->is_object()) return std::nullopt;
  std::string text = CanonicalJson(*value);
  if (text.size() > bytes_max) return std::nullopt;
  return text;
}

}  // namespace edgeplane::gateway
