// What the operator's side may ask of the side that holds the links to the
// gateways. Every call is thread safe, quick, and does not block: the work it
// starts goes on elsewhere.
#pragma once

#include <string>

#include "edgeplane/v1/reason.pb.h"
#include "storage/agent.h"

namespace edgeplane::registry {

class AgentControl {
 public:
  virtual ~AgentControl() = default;
  // The agent has a new command in its queue: deliver, if it is connected.
  virtual void CommandQueued(const std::string& agent_id) = 0;
  // The agent's desired configuration has changed: offer it, if it is connected.
  virtual void ConfigChanged(const std::string& agent_id) = 0;
  // Ends the agent's open session, wherever it is, if it has one.
  virtual void EndSession(const std::string& agent_id, v1::Disconnect reason) = 0;
  // Ends this session. False where its gateway has no link here and there are no
  // other registries, and so nobody was told.
  virtual bool EndThisSession(const storage::Session& session, v1::Disconnect reason) = 0;
};

}  // namespace edgeplane::registry
