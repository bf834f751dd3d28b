#include "services/rpc/status.h"

#include <google/protobuf/descriptor.h>

#include <string_view>

#include "base/encoding.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace edgeplane::rpc {
namespace {

constexpr char kErrorDomain[] = "edgeplane";

// A status travels in the trailers, and a client takes 8 KiB of those (gRPC's
// default for grpc.max_metadata_size). The message is in there twice, once as
// text and once inside the details, and the details grow by a third as base64
// when a proxy or a web client is in between: these bounds leave room for all
// of it.
constexpr size_t kMessageBytesMax = 1024;
constexpr size_t kViolationBytesMax = 256;
constexpr size_t kViolationsBytesMax = 2048;

grpc::StatusCode CodeOf(const google::protobuf::EnumValueDescriptor* value) {
  if (value == nullptr) return grpc::StatusCode::INTERNAL;
  return static_cast<grpc::StatusCode>(value->options().GetExtension(v1::status_code));
}

std::string Cut(std::string_view text, size_t bytes_max) {
  return std::string(CutUtf8(text, bytes_max));
}

google::rpc::BadRequest ToBadRequest(const std::vector<FieldViolation>& violations) {
  google::rpc::BadRequest bad;
  size_t bytes = 0;
  for (const FieldViolation& violation : violations) {
    std::string field = Cut(violation.field, kViolationBytesMax);
    std::string description = Cut(violation.description, kViolationBytesMax);
    bytes += field.size() + description.size();
    if (bytes > kViolationsBytesMax) break;
    auto* added = bad.add_field_violations();
    added->set_field(std::move(field));
    added->set_description(std::move(description));
  }
  return bad;
}

}  // namespace

grpc::Status ToGrpcStatus(const Error& error) {
  const auto* reason = v1::ErrorReason::Code_descriptor()->FindValueByNumber(error.code);
  const grpc::StatusCode code = CodeOf(reason);

  google::rpc::Status details;
  details.set_code(code);
  details.set_message(Cut(error.message, kMessageBytesMax));

  google::rpc::ErrorInfo info;
  info.set_reason(reason != nullptr ? reason->name() : "INTERNAL");
  info.set_domain(kErrorDomain);
  details.add_details()->PackFrom(info);
  if (!error.violations.empty()) details.add_details()->PackFrom(ToBadRequest(error.violations));

  return grpc::Status(code, details.message(), details.SerializeAsString());
}

}  // namespace edgeplane::rpc
