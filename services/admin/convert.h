// The store's words as the API's messages, and back.
#pragma once

#include <google/protobuf/duration.pb.h>

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "storage/agent.h"
#include "storage/audit.h"
#include "storage/command.h"
#include "storage/desired_config.h"
#include "storage/event.h"
#include "storage/join_token.h"
#include "storage/refusal.h"

namespace edgeplane::admin {

// What an agent has reported (its status, an event's details, a command's result)
// and cannot be read any more is left out, with a line in the log: it must not
// hide the rest.
v1::Agent ToProto(const storage::Agent& agent);
v1::Session ToProto(const storage::Session& session);
v1::CommandStep ToProto(const storage::CommandStep& step);
// STORE_CORRUPT when the payload is not a JSON object.
Result<v1::Command> ToProto(const storage::Command& command);
// With the reason's traits. Evidence that cannot be read is left out, with a
// detail that says so and a line in the log: the rest still explains the most.
v1::Refusal ToProto(const storage::Refusal& refusal);

v1::JoinToken ToProto(const storage::JoinToken& token);
// STORE_CORRUPT as for a command.
Result<v1::DesiredConfig> ToProto(const storage::DesiredConfig& config);
v1::Event ToProto(const storage::Event& event);
v1::AuditEntry ToProto(const storage::AuditEntry& entry);

v1::Command::State ToProto(storage::CommandState state);

// Of requests that Validate has accepted.
storage::AgentFilter FromProto(const v1::AgentFilter& filter);
storage::CommandFilter FromProto(const v1::CommandFilter& filter);
storage::RefusalFilter FromProto(const v1::RefusalFilter& filter);
storage::EventFilter FromProto(const v1::EventFilter& filter);
storage::AuditFilter FromProto(const v1::AuditFilter& filter);
Duration FromProto(const google::protobuf::Duration& span);
storage::AgentChanges ChangesOf(const v1::UpdateAgentRequest& request);

}  // namespace edgeplane::admin
