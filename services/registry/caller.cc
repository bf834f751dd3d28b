#include "services/registry/caller.h"

#include <string>

#include "services/registry/link_messages.h"

namespace edgeplane::registry {

CallerRef CallerOf(const v1::AdmitRequest& request) {
  return {request.gateway_id(), request.agent_id(), request.bearer(), request.peer_address()};
}

CallerRef CallerOf(const v1::Caller& caller) {
  return {caller.gateway_id(), caller.agent_id(), caller.bearer(), caller.peer_address()};
}

Status CheckCaller(const CallerRef& caller, Naming naming) {
  if (Status status = CheckGatewayId(caller.gateway_id); !status.ok()) return status;
  if (naming == Naming::kRequired || !caller.agent_id.empty()) {
    if (Status status = CheckAgentId(caller.agent_id); !status.ok()) return status;
  }
  if (caller.bearer.empty() || caller.bearer.size() > kBearerBytesMax) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "bearer has " + std::to_string(caller.bearer.size()) + " bytes; 1 to " +
                         std::to_string(kBearerBytesMax) + " are allowed.");
  }
  if (caller.peer_address.size() > kPeerAddressBytesMax) {
    return MakeError(
        v1::ErrorReason::INVALID_FIELD,
        "peer_address is longer than " + std::to_string(kPeerAddressBytesMax) + " bytes.");
  }
  return {};
}

Error CallerGone() {
  return MakeError(v1::ErrorReason::SERVER_OVERLOADED, "The caller waits no longer.");
}

}  // namespace edgeplane::registry
