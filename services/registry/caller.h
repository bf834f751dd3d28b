// Who calls for an agent, as the gateway read it from the request: the same of
// every call, so that it is checked in one place.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"

namespace edgeplane::registry {

inline constexpr size_t kBearerBytesMax = 1024;

// Refers into the request.
struct CallerRef {
  std::string_view gateway_id;
  std::string_view agent_id;
  std::string_view bearer;
  std::string_view peer_address;
};

CallerRef CallerOf(const v1::AdmitRequest& request);
CallerRef CallerOf(const v1::Caller& caller);

enum class Naming : uint8_t { kRequired, kOptional };

// INVALID_FIELD for what no gateway should send; `naming` is about the agent id.
Status CheckCaller(const CallerRef& caller, Naming naming);

// Whether nobody waits for the answer any more.
using Abandoned = std::function<bool()>;
inline bool NeverAbandoned() { return false; }
// For whoever finds it so; nobody reads it.
Error CallerGone();

}  // namespace edgeplane::registry
