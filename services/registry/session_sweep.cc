#include "services/registry/session_sweep.h"

#include <unordered_set>
#include <vector>

#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_table.h"
#include "services/registry/session_directory.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {
namespace {

constexpr size_t kSessionsPerCall = 1'000;

}  // namespace

void SessionSweep::Look(const std::function<bool()>& stopping) {
  if (!due_.exchange(false)) return;
  for (const std::shared_ptr<Link>& link : parts_.links.Seated()) {
    if (stopping()) return;
    if (link->welcomed() && !LookAt(link, stopping)) LookSoon();
  }
}

bool SessionSweep::LookAt(const std::shared_ptr<Link>& link,
                          const std::function<bool()>& stopping) {
  // Before the store is asked: what is here by now was in the store before.
  const std::vector<storage::Fence> here = parts_.directory.Of(link.get());
  std::unordered_set<std::string> open;
  std::string after;
  while (!stopping()) {
    const auto looks = parts_.store.LookAtSessions(link->gateway_id(), after, parts_.clock.Now(),
                                                   kSessionsPerCall);
    if (!looks.ok()) {
      static_cast<void>(StoreFailed("LookAtSessions", looks.error()));
      return false;
    }
    for (const storage::SessionLook& look : *looks) {
      if (look.disabled) {
        parts_.directory.Doubt(look.fence);
      } else {
        open.insert(look.fence.session_id);
      }
      if (look.config) parts_.directory.WantConfig(look.fence.agent_id);
      if (look.disabled || look.config || look.commands) {
        parts_.dispatcher.Wake(look.fence.agent_id);
      }
    }
    if (looks->size() < kSessionsPerCall) break;
    after = looks->back().fence.agent_id;
  }
  if (stopping()) return true;
  for (const storage::Fence& fence : here) {
    if (open.contains(fence.session_id)) continue;
    parts_.directory.Doubt(fence);
    parts_.dispatcher.Wake(fence.agent_id);
  }
  return true;
}

}  // namespace edgeplane::registry
