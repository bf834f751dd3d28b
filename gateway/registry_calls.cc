#include "gateway/registry_calls.h"

#include "edgeplane/v1/error_reason.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace edgeplane::gateway {

namespace {

// The registry says in a google.rpc.ErrorInfo why a call failed; what gRPC itself
// turns away has none.
std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status rich;
  if (!rich.ParseFromString(status.error_details())) return "";
  for (const google::protobuf::Any& any : rich.details()) {
    google::rpc::ErrorInfo info;
    if (any.Is<google::rpc::ErrorInfo>() && any.UnpackTo(&info)) return info.reason();
  }
  return "";
}

bool Says(const std::string& reason, v1::ErrorReason::Code code) {
  return reason == v1::ErrorReason::Code_Name(code);
}

// gRPC's words for a call that never left: no name, no connection. A line that
// breaks later has others.
bool NeverLeft(const std::string& message) {
  return message.starts_with("failed to connect to all addresses") ||
         message.starts_with("DNS resolution failed");
}

// Turned away before anything was done, or (a store that is not there) with
// nothing changed.
bool TurnedAway(const grpc::Status& status, const std::string& reason) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
         status.error_code() == grpc::StatusCode::INVALID_ARGUMENT ||
         Says(reason, v1::ErrorReason::SERVER_OVERLOADED) ||
         Says(reason, v1::ErrorReason::STORE_UNAVAILABLE);
}

}  // namespace

std::optional<NoDecision> RegistryCalls::FailureOf(const grpc::Status& status) {
  if (status.ok()) return std::nullopt;
  const std::string reason = ReasonOf(status);
  const bool overloaded = status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
                          Says(reason, v1::ErrorReason::SERVER_OVERLOADED);
  return NoDecision{"The registry gave no decision: " + status.error_message(),
                    overloaded ? v1::OVERLOADED : v1::REGISTRY_UNAVAILABLE,
                    !TurnedAway(status, reason) && !NeverLeft(status.error_message())};
}

void RegistryCalls::Begin() {
  const std::lock_guard lock(mutex_);
  ++under_way_;
}

void RegistryCalls::End() {
  const std::lock_guard lock(mutex_);
  --under_way_;
  over_.notify_all();
}

void RegistryCalls::WaitUntilOver() {
  std::unique_lock lock(mutex_);
  over_.wait(lock, [this] { return under_way_ == 0; });
}

}  // namespace edgeplane::gateway
