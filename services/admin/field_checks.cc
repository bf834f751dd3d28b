#include "services/admin/field_checks.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/encoding.h"
#include "base/uuid.h"
#include "services/registry/address_rules.h"

namespace edgeplane::admin {
namespace {

constexpr size_t kAgentIdBytesMax = 128;
constexpr size_t kPhoneDigitsMax = 15;
constexpr size_t kLabelKeyBytesMax = 63;
constexpr size_t kShownBytesMax = 64;  // of a caller's own text, in a field's path
constexpr size_t kSecretBytesMin = 16;
constexpr size_t kSecretBytesMax = 256;
constexpr size_t kViolationsMax = 32;
constexpr int64_t kSecondsMin = -62'135'596'800;  // 0001-01-01, as Timestamp's own limits
constexpr int64_t kSecondsMax = 253'402'300'799;  // 9999-12-31
constexpr int32_t kNanosMax = 999'999'999;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsAlphanumeric(char c) { return IsDigit(c) || IsLower(c) || (c >= 'A' && c <= 'Z'); }
bool IsAgentIdByte(char c) { return IsAlphanumeric(c) || c == '.' || c == '_' || c == '-'; }
bool IsPrintable(char c) { return c >= 0x20 && c <= 0x7e; }

template <class Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool IsAgentIdPrefix(std::string_view text) {
  return text.size() <= kAgentIdBytesMax && (text.empty() || IsAlphanumeric(text.front())) &&
         All(text, IsAgentIdByte);
}

bool IsLabelKey(std::string_view key) {
  const auto is_key_byte = [](char c) {
    return IsLower(c) || IsDigit(c) || c == '.' || c == '_' || c == '/' || c == '-';
  };
  return !key.empty() && key.size() <= kLabelKeyBytesMax &&
         (IsLower(key.front()) || IsDigit(key.front())) && All(key, is_key_byte);
}

std::string Path(std::string_view field, std::string_view key) {
  return std::string(field) + "[\"" + std::string(CutUtf8(key, kShownBytesMax)) + "\"]";
}

}  // namespace

void FieldChecks::Fail(std::string field, std::string description) {
  // Enough to act on; a hostile request must not make a large answer.
  if (violations_.size() < kViolationsMax) {
    violations_.push_back({std::move(field), std::move(description)});
  }
}

void FieldChecks::FailUnless(bool holds, std::string_view field, std::string_view description) {
  if (!holds) Fail(std::string(field), std::string(description));
}

void FieldChecks::AgentId(std::string_view field, std::string_view value) {
  FailUnless(!value.empty() && IsAgentIdPrefix(value), field,
             "Must be 1 to 128 letters, digits, dots, underscores or hyphens that begin with a "
             "letter or digit.");
}

void FieldChecks::AgentIdPrefix(std::string_view field, std::string_view value) {
  FailUnless(IsAgentIdPrefix(value), field,
             "No agent id begins like this: ids are at most 128 letters, digits, dots, underscores "
             "or hyphens and begin with a letter or digit.");
}

void FieldChecks::Phone(std::string_view field, std::string_view value) {
  const std::string_view digits = value.starts_with('+') ? value.substr(1) : value;
  FailUnless(!digits.empty() && digits.size() <= kPhoneDigitsMax && All(digits, IsDigit), field,
             "Must be an E.164 number: at most 15 digits, with or without a leading '+'.");
}

void FieldChecks::PhoneOrNone(std::string_view field, std::string_view value) {
  if (!value.empty()) Phone(field, value);
}

void FieldChecks::Text(std::string_view field, std::string_view value, size_t bytes_max) {
  FailUnless(value.size() <= bytes_max, field,
             "Must be at most " + std::to_string(bytes_max) + " bytes.");
  // Not every store can hold it in a text.
  FailUnless(value.find('\0') == std::string_view::npos, field,
             "Must not contain the character U+0000.");
}

void FieldChecks::LabelMap(std::string_view field, const Labels& labels) {
  if (labels.size() > kLabelsMax) {
    Fail(std::string(field), "Must be at most " + std::to_string(kLabelsMax) + " labels.");
    return;
  }
  for (const auto& [key, value] : labels) {
    FailUnless(IsLabelKey(key), Path(field, key),
               "The key must be 1 to 63 of a-z, 0-9, dots, underscores, slashes or hyphens and "
               "begin with a letter or digit.");
    Text(Path(field, key), value);
  }
}

void FieldChecks::AllowedAddresses(std::string_view field, const Strings& addresses) {
  if (addresses.size() > kAllowedAddressesMax) {
    Fail(std::string(field),
         "Must be at most " + std::to_string(kAllowedAddressesMax) + " addresses.");
    return;
  }
  for (int i = 0; i < addresses.size(); ++i) {
    const auto rule = registry::ParseAddressRule(addresses[i]);
    if (!rule.ok()) {
      Fail(std::string(field) + "[" + std::to_string(i) + "]", rule.error().message);
    }
  }
}

void FieldChecks::AgentSecret(std::string_view field, std::string_view value) {
  const bool good = value.size() >= kSecretBytesMin && value.size() <= kSecretBytesMax &&
                    All(value, IsPrintable) && value.front() != ' ' && value.back() != ' ';
  FailUnless(good, field,
             "Must be 16 to 256 printable ASCII characters without a space at either end.");
}

void FieldChecks::Uuid(std::string_view field, std::string_view value) {
  FailUnless(IsUuid(value), field, "Must be a UUID, such as 0190b5a4-7e1c-7cc3-98c4-dc0c0c07398f.");
}

void FieldChecks::PageSize(std::string_view field, int value) {
  FailUnless(value >= 0 && value <= kPageSizeMax, field,
             "Must be 1 to 1000, or 0 for the default of 100.");
}

void FieldChecks::Span(std::string_view field, const google::protobuf::Duration& value,
                       Duration min, Duration max, std::string_view description) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  // Within the limits of the seconds first: no sum overflows.
  const bool sane = value.nanos() >= 0 && value.nanos() <= kNanosMax && value.seconds() >= 0 &&
                    seconds(value.seconds()) <= std::chrono::ceil<seconds>(max);
  const auto span = [&] { return seconds(value.seconds()) + nanoseconds(value.nanos()); };
  FailUnless(sane && span() >= min && span() <= max, field, description);
}

void FieldChecks::Timestamp(std::string_view field, const google::protobuf::Timestamp& value) {
  FailUnless(value.seconds() >= kSecondsMin && value.seconds() <= kSecondsMax &&
                 value.nanos() >= 0 && value.nanos() <= kNanosMax,
             field, "Must be a time between the years 1 and 9999.");
}

Status FieldChecks::Result() && {
  if (violations_.empty()) return {};
  std::string message = "The request has fields with values that are not allowed:";
  for (const FieldViolation& violation : violations_) {
    message += " " + violation.field + ": " + violation.description;
  }
  return Error{v1::ErrorReason::INVALID_FIELD, std::move(message), std::move(violations_)};
}

}  // namespace edgeplane::admin
