#include "services/registry/control.h"

#include <memory>
#include <optional>

#include "base/log.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/link_table.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_directory.h"

namespace edgeplane::registry {

void Control::CommandQueued(const std::string& agent_id) { parts_.dispatcher.Wake(agent_id); }

void Control::EndSession(const std::string& agent_id, v1::Disconnect reason) {
  if (const std::optional<LiveSession> live = parts_.directory.Find(agent_id)) {
    // Out of the directory first: nothing is delivered to it from now on.
    parts_.directory.Remove(live->fence);
    live->link->Send(EndSessionMessage(live->fence, reason));
    return;
  }
  if (const std::optional<PendingAdmissions::Grant> grant = parts_.pending.Find(agent_id)) {
    Direct(grant->fence, grant->gateway_id, reason);
    return;
  }
  // Known to the store only: its gateway's link has just broken, or is another
  // registry's. Bounded by the calls that lead here, which the pool bounds.
  const bool accepted = parts_.pool.Continue([this, agent_id, reason] {
    const Result<storage::Agent> agent = parts_.store.GetAgent(agent_id);
    if (!agent.ok()) {
      if (agent.error().code != v1::ErrorReason::AGENT_NOT_FOUND) {
        LogWarning("store failed", {{"operation", "GetAgent"}, {"error", agent.error().message}});
      }
      return;
    }
    if (!agent->session) return;
    Direct({agent_id, agent->session->session_id, agent->session->epoch},
           agent->session->gateway_id, reason);
  });
  if (!accepted) LogDebug("session end dropped", {{"agent", agent_id}, {"cause", "stopping"}});
}

void Control::Direct(const storage::Fence& fence, const std::string& gateway_id,
                     v1::Disconnect reason) {
  // Without a link: whether the agent may stay is looked at when its gateway is
  // back (Dispatcher confirms every session that comes with a Hello).
  if (const std::shared_ptr<Link> link = parts_.links.Find(gateway_id)) {
    link->Send(EndSessionMessage(fence, reason));
  }
}

std::vector<LinkedGateway> Control::Gateways() const {
  const auto counts = parts_.directory.CountByLink();
  std::vector<LinkedGateway> gateways;
  for (const std::shared_ptr<Link>& link : parts_.links.Seated()) {
    const auto count = counts.find(link.get());
    gateways.push_back(
        {link->gateway_id(), count == counts.end() ? 0 : count->second, link->open_time()});
  }
  return gateways;
}

}  // namespace edgeplane::registry
