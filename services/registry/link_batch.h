// A batch of a gateway's messages, sorted by what is done with them.
//
// Sorting keeps the order that matters: acknowledgements among each other, and
// before the ends of sessions; configurations that were written before sessions
// that open or end, which would be offered them again. Acknowledgements of one
// session and the end of another have no order to keep, and the rest has none with
// anything.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/registry_parts.h"
#include "services/registry/side_by_side.h"
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

  // The agent has been sent this version of its configuration.
  struct ConfigWrite {
    storage::Fence fence;
    int64_t version = 0;
  };
  struct Unanswered {
    std::string agent_id;
    std::string sync_id;
  };

  std::vector<storage::Ack> acks;
  std::vector<storage::Refusal> refusals;
  std::vector<storage::Event> events;
  std::vector<storage::ReportedStatus> statuses;
  std::vector<ConfigWrite> config_writes;
  std::vector<Unanswered> unanswered;
  std::vector<std::variant<Opened, Ended>> sessions;
  int64_t last_sequence = 0;  // 0: none of them has one
};

// Messages that are not as they must be are logged and left out: sent again they
// would be no better.
LinkBatch SortMessages(std::span<const v1::GatewayMessage> messages, const std::string& gateway_id,
                       Time now);

// The reports that one call of the store takes all of: acknowledgements,
// refusals, events, statuses. Durable when there is no failure.
std::optional<FailedCall> RecordReports(const RegistryParts& parts, const LinkBatch& batch);

// Configurations that were written, and syncs that were not answered: a call each,
// in any order. They refer to `parts`.
std::vector<StoreCall> SettlingCalls(const RegistryParts& parts, const LinkBatch& batch);

}  // namespace edgeplane::registry
