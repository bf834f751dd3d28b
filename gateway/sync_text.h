// The exchange of a polling agent as JSON: the body of POST /edge/sync, and what
// is answered. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "gateway/agent_data.h"

namespace edgeplane::gateway {

// So many events of one exchange are taken, and kSyncEventBytesMax of them; the agent
// sends the rest again, as nobody acknowledges it.
inline constexpr size_t kSyncEventsMax = 256;

struct SyncBody {
  // As it stands there; empty where it does not.
  std::string agent_id;
  // All but the caller, the sync's id and the time.
  v1::SyncRequest request;
  // Of the events in `request`, as JSON, as the agent sent them.
  std::vector<std::string> event_ids;
  bool has_status = false;
  // So many things were left out, the first of them for this reason.
  size_t malformed = 0;
  std::string why;
};

std::variant<SyncBody, MalformedMessage> ParseSync(std::string_view text, const JsonLimits& limits);

// {"commands":[..],"ack_events":[..],"config_updates"?:{..}}, acknowledging those of
// the events that are stored.
std::string SyncText(const v1::SyncResponse::Result& result,
                     const std::vector<std::string>& event_ids);

}  // namespace edgeplane::gateway
