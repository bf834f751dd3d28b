// The limits of single fields, as the comments of proto/edgeplane/v1 state
// them. All that is wrong with a request is collected, so that the caller hears
// of it at once.
#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/map.h>
#include <google/protobuf/repeated_field.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace edgeplane::admin {

using Labels = google::protobuf::Map<std::string, std::string>;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

inline constexpr size_t kTextBytesMax = 200;  // names, reasons and label values
inline constexpr size_t kLabelsMax = 32;
inline constexpr int kAllowedAddressesMax = 32;
inline constexpr int kPageSizeMax = 1000;

class FieldChecks {
 public:
  // `description` is one sentence; it must not repeat a secret.
  void Fail(std::string field, std::string description);
  void FailUnless(bool holds, std::string_view field, std::string_view description);

  // `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`
  void AgentId(std::string_view field, std::string_view value);
  // The beginning of one; may be empty.
  void AgentIdPrefix(std::string_view field, std::string_view value);
  // E.164.
  void Phone(std::string_view field, std::string_view value);
  void PhoneOrNone(std::string_view field, std::string_view value);
  // For people; at most `bytes_max` bytes; may be empty.
  void Text(std::string_view field, std::string_view value, size_t bytes_max = kTextBytesMax);
  void LabelMap(std::string_view field, const Labels& labels);
  void AllowedAddresses(std::string_view field, const Strings& addresses);
  // An agent's secret, to be imported. Its value is in no description.
  void AgentSecret(std::string_view field, std::string_view value);
  void Uuid(std::string_view field, std::string_view value);
  void PageSize(std::string_view field, int value);
  // `description` says what is allowed.
  void Span(std::string_view field, const google::protobuf::Duration& value, Duration min,
            Duration max, std::string_view description);
  void Timestamp(std::string_view field, const google::protobuf::Timestamp& value);

  // OK, or INVALID_FIELD with every violation.
  [[nodiscard]] Status Result() &&;

 private:
  std::vector<FieldViolation> violations_;
};

}  // namespace edgeplane::admin
