#include "services/registry/describer.h"

#include <utility>

#include "services/registry/caller.h"

namespace edgeplane::registry {

Status Describer::Describe(const v1::DescribeAgentRequest& request,
                           v1::DescribeAgentResponse& response) {
  // The agent id is the operator's question, not the caller's name.
  if (Status status = CheckCaller(
          {request.gateway_id(), {}, request.bearer(), request.peer_address()}, Naming::kOptional);
      !status.ok()) {
    return status;
  }
  if (view_ == nullptr) {
    return MakeError(v1::ErrorReason::INTERNAL, "This registry has no operators' side.");
  }
  Result<v1::DescribeAgentResponse::Description> described =
      view_->Describe(request.bearer(), request.agent_id());
  if (described.ok()) {
    *response.mutable_description() = *std::move(described);
    return {};
  }
  switch (described.error().code) {
    case v1::ErrorReason::AGENT_NOT_FOUND:
      response.set_unknown(true);
      return {};
    case v1::ErrorReason::TOKEN_REQUIRED:
    case v1::ErrorReason::ROLE_INSUFFICIENT: {
      const bool known = described.error().code == v1::ErrorReason::ROLE_INSUFFICIENT;
      v1::RefusedAttempt& refused = *response.mutable_refused();
      refused.set_reason(v1::OPERATOR_TOKEN_UNKNOWN);
      refused.set_detail((known ? "The token is known, but its role does not suffice. " : "") +
                         described.error().message);
      refused.mutable_presented()->set_credential_kind("operator token");
      return {};
    }
    default:
      return described.error();
  }
}

}  // namespace edgeplane::registry
