#include "services/registry/session_end.h"

#include <memory>

#include "base/log.h"
#include "services/registry/command_moves.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/link_table.h"
#include "services/registry/session_directory.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {

bool DirectEnd(const RegistryParts& parts, const storage::Session& session, v1::Disconnect reason) {
  const storage::Fence fence{session.agent_id, session.session_id, session.epoch};
  parts.directory.Remove(fence);
  const std::shared_ptr<Link> link = parts.links.Find(session.gateway_id);
  return link != nullptr && link->Send(EndSessionMessage(fence, reason));
}

Status EndUntakenSession(const RegistryParts& parts, const storage::Fence& fence) {
  storage::SessionEnd end{fence, parts.clock.Now(), std::vector<std::string>()};
  if (end.fence.epoch == 0) {
    const Result<storage::Agent> agent = parts.store.GetAgent(fence.agent_id);
    if (!agent.ok()) {
      const bool gone = agent.error().code == v1::ErrorReason::AGENT_NOT_FOUND;
      return gone ? Status() : Status(StoreFailed("GetAgent", agent.error()));
    }
    if (!agent->session) return {};
    end.fence.epoch = agent->session->epoch;  // of another session: then nothing ends
  }
  const auto ended = parts.store.EndSession(end);
  if (!ended.ok()) return StoreFailed("EndSession", ended.error());
  if (*ended) {
    parts.directory.Remove(end.fence);
    NoteMoves(parts, **ended);
    LogInfo("session abandoned", {{"agent", fence.agent_id}, {"session", fence.session_id}});
  }
  return {};
}

}  // namespace edgeplane::registry
