// A batch of a gateway's messages, sorted by what is done with them.
//
// Sorting keeps the order that matters: acknowledgements among each other, and
// before the ends of sessions. Acknowledgements of one session and the end of
// another have no order to keep, and refusals have none with anything.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/registry_parts.h"
#include "storage/store.h"

namespace edgeplane::registry {

struct LinkBatch {
  // A session that opened or ended, in the order it was said.
  struct Opened {
    storage::Fence fence;
  };
  struct Ended {
    storage::SessionEnd end;
  };

  std::vector<storage::Ack> acks;
  std::vector<storage::Refusal> refusals;
  std::vector<std::variant<Opened, Ended>> sessions;
  int64_t last_sequence = 0;  // 0: none of them has one
};

// Messages that are not as they must be are logged and left out: sent again they
// would be no better.
LinkBatch SortMessages(std::span<const v1::GatewayMessage> messages, const std::string& gateway_id,
                       Time now);

// Durable when they succeed; counted, told to watchers, and off the way.
Status ApplyAcks(const RegistryParts& parts, const std::vector<storage::Ack>& acks);

}  // namespace edgeplane::registry
