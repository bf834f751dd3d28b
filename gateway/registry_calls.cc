#include "gateway/registry_calls.h"

#include "edgeplane/v1/error_reason.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace edgeplane::gateway {

namespace {

// The registry says in a google.rpc.ErrorInfo why a call failed; what gRPC itself
// turns away has none.
bool SaysOverloaded(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) return true;
  google::rpc::Status rich;
  if (!rich.ParseFromString(status.error_details())) return false;
  for (const google::protobuf::Any& any : rich.details()) {
    google::rpc::ErrorInfo info;
    if (any.Is<google::rpc::ErrorInfo>() && any.UnpackTo(&info) &&
        info.reason() == v1::ErrorReason::Code_Name(v1::ErrorReason::SERVER_OVERLOADED)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<NoDecision> RegistryCalls::FailureOf(const grpc::Status& status) {
  if (status.ok()) return std::nullopt;
  return NoDecision{"The registry gave no decision: " + status.error_message(),
                    SaysOverloaded(status) ? v1::OVERLOADED : v1::REGISTRY_UNAVAILABLE};
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
