#include "services/registry/pending_admissions.h"

namespace edgeplane::registry {

void PendingAdmissions::Granted(const storage::Fence& fence, const std::string& gateway_id,
                                Time now) {
  const std::lock_guard lock(mutex_);
  const auto [it, inserted] = grants_.try_emplace(fence.agent_id, Grant{fence, gateway_id, now});
  if (inserted) return;
  // Grants of one agent may come here in another order than the store made them. One
  // that is in doubt has no place in it, and is the one that somebody has to look at.
  const bool newer = fence.epoch == 0 || it->second.fence.epoch < fence.epoch;
  if (newer) it->second = Grant{fence, gateway_id, now};
}

void PendingAdmissions::Settled(const storage::Fence& fence) {
  const std::lock_guard lock(mutex_);
  const auto it = grants_.find(fence.agent_id);
  if (it != grants_.end() && it->second.fence.session_id == fence.session_id) grants_.erase(it);
}

std::vector<storage::Fence> PendingAdmissions::Of(const std::string& gateway_id) const {
  const std::lock_guard lock(mutex_);
  std::vector<storage::Fence> fences;
  for (const auto& [agent_id, grant] : grants_) {
    if (grant.gateway_id == gateway_id) fences.push_back(grant.fence);
  }
  return fences;
}

std::optional<PendingAdmissions::Grant> PendingAdmissions::Find(const std::string& agent_id) const {
  const std::lock_guard lock(mutex_);
  const auto it = grants_.find(agent_id);
  if (it == grants_.end()) return std::nullopt;
  return it->second;
}

std::vector<PendingAdmissions::Grant> PendingAdmissions::GrantedBefore(Time before) const {
  const std::lock_guard lock(mutex_);
  std::vector<Grant> grants;
  for (const auto& [agent_id, grant] : grants_) {
    if (grant.time < before) grants.push_back(grant);
  }
  return grants;
}

}  // namespace edgeplane::registry
