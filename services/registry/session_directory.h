// The open sessions whose gateways are linked to this process: which link leads
// to an agent, and how much is on its way there. The store stays the authority
// on which session is an agent's; this is where to find it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/registry/delivery_window.h"
#include "storage/command.h"

namespace edgeplane::registry {

class Link;

struct LiveSession {
  storage::Fence fence;
  std::shared_ptr<Link> link;
  // The store has confirmed, since the session came here, that it is the agent's
  // and that the agent is not disabled.
  bool confirmed = false;
  // Its configuration may have changed since it was last looked at.
  bool config_wanted = false;
  DeliveryRoom room;
};

// Thread safe. At most one session per agent, the one with the highest epoch.
class SessionDirectory {
 public:
  explicit SessionDirectory(DeliveryLimits limits) : limits_(limits) {}

  // False when a newer session of the agent is here. A session that comes over
  // another link begins with an empty window and unconfirmed.
  bool Enter(const storage::Fence& fence, std::shared_ptr<Link> link);
  // Nothing changes if another session is the agent's.
  void Remove(const storage::Fence& fence);
  // All sessions of a link that has ended.
  void RemoveLink(const Link* link);

  [[nodiscard]] std::optional<LiveSession> Find(const std::string& agent_id) const;
  void Confirm(const storage::Fence& fence);
  // The agent's configuration may have changed. False where it has no session here.
  bool WantConfig(const std::string& agent_id);
  // It is looked at now: what changes from now on is wanted again.
  void LookAtConfig(const storage::Fence& fence);
  // What was found then is on offer.
  void ConfigOffered(const storage::Fence& fence);
  // An offer was written. True when one that was found to be none may have waited
  // for that: the configuration is wanted again.
  bool ConfigWritten(const storage::Fence& fence);
  // False when the session has gone.
  bool AddOutstanding(const storage::Fence& fence, const std::vector<Outstanding>& commands);
  // The command is off the way; nothing if it was not on it.
  std::optional<Outstanding> TakeOutstanding(const std::string& agent_id,
                                             const std::string& session_id,
                                             const std::string& command_id);

  [[nodiscard]] size_t size() const;
  // The sessions of a link.
  [[nodiscard]] std::vector<storage::Fence> Of(const Link* link) const;
  // It has to be confirmed anew. Nothing changes if another session is the agent's.
  void Doubt(const storage::Fence& fence);

 private:
  struct Entry {
    storage::Fence fence;
    std::shared_ptr<Link> link;
    bool confirmed = false;
    bool config_wanted = false;
    bool config_waits = false;  // or nothing was to be offered
    DeliveryWindow window;
  };
  Entry* FindEntry(const std::string& agent_id, const std::string& session_id);

  const DeliveryLimits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by agent id
};

}  // namespace edgeplane::registry
