// What agents say of themselves, in the domain's words, whichever channel brought
// it. The gateway has read it from the agent's JSON; here its limits are checked
// once more: what is stored must be readable for ever.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "storage/agent.h"
#include "storage/command.h"
#include "storage/event.h"
#include "storage/sync.h"

namespace edgeplane::registry {

// INVALID_FIELD where an id, a limit or the JSON is not as it must be. Of an
// acknowledgement only the ids and the outcome count: texts that are too long are
// cut, and a result that cannot be kept is left out.
Result<storage::Event> ToEvent(const v1::ReportedEvent& event, const std::string& agent_id,
                               storage::Channel channel, Time receive_time);
Result<storage::AgentStatus> ToStatus(const std::string& status_json, Time time);
Result<storage::Ack> ToAck(const v1::CommandAck& ack);
// Over HTTP: of the agent that was found to speak.
Result<storage::Ack> ToAck(const v1::AcknowledgeRequest& request, const std::string& agent_id);

struct ReportedSync {
  storage::SyncRequest sync;  // without what the registry adds: how much it hands out, and when
  // The events that cannot be kept, by their place in the request, and why the first
  // cannot. They do not fail the sync: the agent would bring them again with every
  // one it ever makes.
  std::vector<int32_t> left_out_events;
  std::string why_left_out;
  std::string why_no_status;  // empty: what there is is in `sync`
};
Result<ReportedSync> ToSync(const v1::SyncRequest& request);

}  // namespace edgeplane::registry
