// What a gateway asks a registry for the agents that poll.
#pragma once

#include <string>

#include "base/timestamp.h"
#include "base/uuid.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {

inline void SetCaller(const std::string& agent_id, v1::Caller& caller) {
  caller.set_gateway_id("g1");
  caller.set_agent_id(agent_id);
  caller.set_bearer(RegistryHarness::kSecret);
  caller.set_peer_address("10.0.0.1:4711");
}

inline v1::SyncRequest SyncOf(const std::string& agent_id, Time now,
                              const std::string& last_command_id = "") {
  v1::SyncRequest request;
  SetCaller(agent_id, *request.mutable_caller());
  request.set_sync_id(NewUuid(now));
  request.set_last_command_id(last_command_id);
  SetTime(now, *request.mutable_time());
  return request;
}

inline v1::ReportedEvent EventOf(const std::string& event_id,
                                 const std::string& details = R"({"a":1})") {
  v1::ReportedEvent event;
  event.set_event_id(event_id);
  event.set_event_type("message_received");
  event.set_details_json(details);
  return event;
}

inline v1::AcknowledgeRequest AcknowledgeOf(
    const std::string& agent_id, Time now, const std::string& command_id,
    v1::CommandAck::Outcome outcome = v1::CommandAck::COMPLETED) {
  v1::AcknowledgeRequest request;
  SetCaller(agent_id, *request.mutable_caller());
  request.set_command_id(command_id);
  request.set_outcome(outcome);
  SetTime(now, *request.mutable_time());
  return request;
}

// The commands an answer hands out, in order.
inline std::vector<std::string> HandedOut(const v1::SyncResponse& response) {
  std::vector<std::string> ids;
  for (const v1::Deliver& command : response.result().commands()) {
    ids.push_back(command.command_id());
  }
  return ids;
}

}  // namespace edgeplane::registry
