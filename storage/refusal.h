// Rows of the refusal ledger. Strings have been cut to the limits of
// proto/edgeplane/v1/refusal.proto by who made them.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace edgeplane::storage {

struct Refusal {
  std::string refusal_id;
  int32_t reason = 0;  // edgeplane.v1.Reason
  std::string agent_id;
  std::string peer_address;
  std::string gateway_id;
  Time create_time{};
  Time last_time{};
  int64_t count = 1;  // attempts so far, not since the last report
  int32_t http_status = 0;
  // Everything else of the refusal (forwarded_for, detail, presented, expected),
  // as the bytes of an edgeplane.v1.Refusal: shown, never searched.
  std::string evidence;
};

// What is kept of a refusal that is reported again.
inline void MergeRefusal(Refusal& kept, const Refusal& again) {
  kept.count = std::max(kept.count, again.count);
  kept.last_time = std::max(kept.last_time, again.last_time);
}

struct RefusalFilter {
  std::string agent_id;          // empty: any
  std::vector<int32_t> reasons;  // empty: any
  std::optional<Time> since;     // last_time at or after
};

struct ReasonCount {
  int32_t reason = 0;
  int64_t count = 0;
};

}  // namespace edgeplane::storage
