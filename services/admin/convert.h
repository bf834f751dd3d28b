// The store's words as the API's messages, and back.
#pragma once

#include <string>

#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "storage/agent.h"
#include "storage/command.h"
#include "storage/refusal.h"

namespace edgeplane::admin {

v1::Agent ToProto(const storage::Agent& agent);
v1::CommandStep ToProto(const storage::CommandStep& step);
// STORE_CORRUPT when the payload is not a JSON object.
Result<v1::Command> ToProto(const storage::Command& command);
// With the reason's traits. Evidence that cannot be read is left out, with a
// detail that says so and a line in the log: the rest still explains the most.
v1::Refusal ToProto(const storage::Refusal& refusal);

v1::Command::State ToProto(storage::CommandState state);

// Of requests that Validate has accepted.
storage::AgentFilter FromProto(const v1::AgentFilter& filter);
storage::CommandFilter FromProto(const v1::CommandFilter& filter);
storage::RefusalFilter FromProto(const v1::RefusalFilter& filter);
storage::AgentChanges ChangesOf(const v1::UpdateAgentRequest& request);

// Ids are kept in lower case and may be asked for in either (RFC 9562, 4).
std::string CanonicalUuid(std::string uuid);

}  // namespace edgeplane::admin
