// Sessions that were granted here and of which the gateway has not said yet that
// they opened or ended: it does not know all of them when it says what it holds.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/command.h"

namespace edgeplane::registry {

// Thread safe. At most one per agent, the newest.
class PendingAdmissions {
 public:
  // With epoch 0 where it is not known whether the store granted it.
  void Granted(const storage::Fence& fence, const std::string& gateway_id, Time now);
  // The gateway has spoken of the session.
  void Settled(const storage::Fence& fence);
  [[nodiscard]] std::vector<storage::Fence> Of(const std::string& gateway_id) const;
  // The gateway a pending session of the agent was granted to.
  struct Grant {
    storage::Fence fence;
    std::string gateway_id;
    Time time{};
  };
  [[nodiscard]] std::optional<Grant> Find(const std::string& agent_id) const;
  // Those older than `before`, of which the gateway should have spoken by now.
  [[nodiscard]] std::vector<Grant> GrantedBefore(Time before) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Grant, std::less<>> grants_;
};

}  // namespace edgeplane::registry
