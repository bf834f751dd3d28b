// The lease of a gateway. What a gateway holds is its own as long as its lease runs,
// which it renews over its link to a registry; then others may have it. Leases run by
// the store's clock (that of the database, where registries share one), and a gateway
// counts from before it asked, so it is always the first to know that one is over.
#pragma once

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace edgeplane::storage {

// A link of a gateway to a registry. The gateway gives each of them a number above all
// earlier ones of its own, whichever registry it leads to; 0 is for gateways that never
// had one.
struct GatewayLink {
  std::string gateway_id;
  int64_t number = 0;
};

// How a gateway stands.
struct GatewayLease {
  int64_t link = 0;  // its last one
  Duration left{};   // 0 or less: the lease is over
};

// Whether the link is the gateway's last one: SESSION_FENCED.
Status CheckLink(const GatewayLease& lease, int64_t link);
// And whether the lease runs: GATEWAY_NOT_LINKED. That of a gateway without a link
// cannot be over.
Status CheckMayHold(const GatewayLease& lease, int64_t link);

// A session that was taken over while its gateway's lease ran, and of which that
// gateway has not said yet that it is closed. Nobody else may hold the agent before
// it does, or its lease is over.
struct AwaitedSession {
  std::string agent_id;
  std::string session_id;
  std::string gateway_id;
  Duration lease_left{};
};

struct GatewayState {
  std::string gateway_id;
  Time link_time{};      // when its last link began
  int64_t sessions = 0;  // that are open
};

}  // namespace edgeplane::storage
