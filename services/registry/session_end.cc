#include "services/registry/session_end.h"

#include <memory>

#include "base/log.h"
#include "services/registry/awaited_sessions.h"
#include "services/registry/command_moves.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/link_table.h"
#include "services/registry/peers.h"
#include "services/registry/session_directory.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {

bool DirectEndHere(const RegistryParts& parts, const storage::Fence& fence,
                   const std::string& gateway_id, v1::Disconnect reason) {
  parts.directory.Remove(fence);
  const std::shared_ptr<Link> link = parts.links.Find(gateway_id);
  return link != nullptr && link->Send(EndSessionMessage(fence, reason));
}

bool DirectEnd(const RegistryParts& parts, const storage::Fence& fence,
               const std::string& gateway_id, v1::Disconnect reason) {
  return DirectEndHere(parts, fence, gateway_id, reason) ||
         parts.peers.EndSession(fence, gateway_id, reason);
}

Result<std::optional<storage::CommandMoves>> EndInStore(const RegistryParts& parts,
                                                        storage::SessionEnd end) {
  if (end.fence.epoch == 0) {
    const Result<storage::Agent> agent = parts.store.GetAgent(end.fence.agent_id);
    if (!agent.ok()) {
      if (agent.error().code != v1::ErrorReason::AGENT_NOT_FOUND) return agent.error();
      return std::optional<storage::CommandMoves>();
    }
    const std::optional<storage::Session>& open = agent->session;
    if (open && open->session_id == end.fence.session_id) end.fence.epoch = open->epoch;
  }
  return parts.store.EndSession(end);
}

void NoteClosed(const RegistryParts& parts, const std::string& session_id) {
  parts.awaited.Closed(session_id);
  parts.peers.SessionClosed(session_id);
}

Status EndUntakenSession(const RegistryParts& parts, const storage::Fence& fence) {
  const auto ended = EndInStore(parts, {fence, parts.clock.Now(), std::vector<std::string>()});
  if (!ended.ok()) return StoreFailed("EndSession", ended.error());
  NoteClosed(parts, fence.session_id);
  if (*ended) {
    parts.directory.Remove(fence);
    NoteMoves(parts, **ended);
    LogInfo("session abandoned", {{"agent", fence.agent_id}, {"session", fence.session_id}});
  }
  return {};
}

}  // namespace edgeplane::registry
