#include "services/registry/control.h"

#include <memory>
#include <optional>

#include "base/log.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/link_table.h"
#include "services/registry/peers.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_directory.h"
#include "services/registry/session_end.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {

void Control::CommandQueued(const std::string& agent_id) {
  parts_.dispatcher.WakeAnywhere(agent_id);
}

void Control::ConfigChanged(const std::string& agent_id) {
  // Where the session is not here yet, its configuration is looked at when it is
  // confirmed.
  if (parts_.directory.WantConfig(agent_id)) return parts_.dispatcher.Wake(agent_id);
  parts_.peers.ConfigChanged(agent_id);
}

void Control::EndSession(const std::string& agent_id, v1::Disconnect reason) {
  if (const std::optional<LiveSession> live = parts_.directory.Find(agent_id)) {
    // Out of the directory first: nothing is delivered to it from now on.
    parts_.directory.Remove(live->fence);
    live->link->Send(EndSessionMessage(live->fence, reason));
    return;
  }
  std::string told;
  if (const std::optional<PendingAdmissions::Grant> grant = parts_.pending.Find(agent_id)) {
    if (const std::shared_ptr<Link> link = parts_.links.Find(grant->gateway_id)) {
      link->Send(EndSessionMessage(grant->fence, reason));
    }
    told = grant->fence.session_id;
  }
  // What the store knows may be another one: its gateway's link has just broken, or is
  // another registry's. Bounded by the calls that lead here, which the pool bounds.
  const bool accepted = parts_.pool.Continue([this, agent_id, told, reason] {
    const Result<storage::Agent> agent = parts_.store.GetAgent(agent_id);
    if (!agent.ok()) {
      if (agent.error().code != v1::ErrorReason::AGENT_NOT_FOUND) {
        static_cast<void>(StoreFailed("GetAgent", agent.error()));
      }
      return;
    }
    if (!agent->session || agent->session->session_id == told) return;
    EndThisSession(*agent->session, reason);
  });
  if (!accepted) LogDebug("session end dropped", {{"agent", agent_id}, {"cause", "stopping"}});
}

bool Control::EndThisSession(const storage::Session& session, v1::Disconnect reason) {
  return DirectEnd(parts_, storage::FenceOf(session), session.gateway_id, reason);
}

}  // namespace edgeplane::registry
