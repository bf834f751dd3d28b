// ScriptedRegistry: what its unary calls answer, and what they were asked.
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/unit/gateway/support/scripted_registry_impl.h"

namespace edgeplane::gateway {

void ScriptedRegistry::Decide(Decision decision) {
  const std::lock_guard lock(impl_->mutex);
  impl_->admit.script = std::move(decision);
}
void ScriptedRegistry::OnSync(Script<v1::SyncRequest, v1::SyncResponse> script) {
  const std::lock_guard lock(impl_->mutex);
  impl_->sync.script = std::move(script);
}
void ScriptedRegistry::OnAcknowledge(
    Script<v1::AcknowledgeRequest, v1::AcknowledgeResponse> script) {
  const std::lock_guard lock(impl_->mutex);
  impl_->acknowledge.script = std::move(script);
}
void ScriptedRegistry::OnRegister(Script<v1::RegisterRequest, v1::RegisterResponse> script) {
  const std::lock_guard lock(impl_->mutex);
  impl_->joining.script = std::move(script);
}
void ScriptedRegistry::OnDescribeAgent(
    Script<v1::DescribeAgentRequest, v1::DescribeAgentResponse> script) {
  const std::lock_guard lock(impl_->mutex);
  impl_->describe.script = std::move(script);
}

// As services/rpc has it: an ErrorInfo inside a google.rpc.Status.
void ScriptedRegistry::FailCalls(v1::ErrorReason::Code reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(v1::ErrorReason::Code_Name(reason));
  info.set_domain("edgeplane");
  google::rpc::Status rich;
  rich.set_code(grpc::StatusCode::UNAVAILABLE);
  rich.add_details()->PackFrom(info);
  const std::lock_guard lock(impl_->mutex);
  impl_->failure = grpc::Status(grpc::StatusCode::UNAVAILABLE, "no", rich.SerializeAsString());
}

v1::AdmitResponse ScriptedRegistry::Admitted(const std::string& session_id, int64_t epoch) {
  v1::AdmitResponse response;
  response.mutable_admitted()->set_session_id(session_id);
  response.mutable_admitted()->set_epoch(epoch);
  return response;
}

v1::AdmitResponse ScriptedRegistry::Refused(v1::Reason reason, const std::string& detail) {
  v1::AdmitResponse response;
  response.mutable_refused()->set_reason(reason);
  response.mutable_refused()->set_detail(detail);
  return response;
}

bool ScriptedRegistry::AwaitAdmits(size_t count) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, kPatience,
                                 [&] { return impl_->admit.seen.size() >= count; });
}
bool ScriptedRegistry::AwaitSyncs(size_t count) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, kPatience, [&] { return impl_->sync.seen.size() >= count; });
}

std::vector<v1::AdmitRequest> ScriptedRegistry::admits() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->admit.seen;
}
std::vector<v1::SyncRequest> ScriptedRegistry::syncs() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->sync.seen;
}
std::vector<v1::AcknowledgeRequest> ScriptedRegistry::acknowledges() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->acknowledge.seen;
}
std::vector<v1::RegisterRequest> ScriptedRegistry::registers() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->joining.seen;
}
std::vector<v1::DescribeAgentRequest> ScriptedRegistry::describes() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->describe.seen;
}

}  // namespace edgeplane::gateway
