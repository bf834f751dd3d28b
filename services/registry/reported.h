// What agents say of themselves, in the domain's words, whichever channel brought
// it. The gateway has read it from the agent's JSON; here its limits are checked
// once more: what is stored must be readable for ever.
#pragma once

#include <string>

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
// Without what the registry adds: how much it hands out, and when.
Result<storage::SyncRequest> ToSyncRequest(const v1::SyncRequest& request);

}  // namespace edgeplane::registry
