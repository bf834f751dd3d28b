#include "services/registry/unanswered_syncs.h"

namespace edgeplane::registry {

void UnansweredSyncs::Note(const std::string& sync_id, Time now) {
  const std::lock_guard lock(mutex_);
  if (!ids_.insert(sync_id).second) return;
  order_.emplace_back(now, sync_id);
  if (order_.size() > kCountMax) ForgetFirst();
}

bool UnansweredSyncs::Contains(const std::string& sync_id) const {
  const std::lock_guard lock(mutex_);
  return ids_.contains(sync_id);
}

void UnansweredSyncs::Forget(Time before) {
  const std::lock_guard lock(mutex_);
  while (!order_.empty() && order_.front().first < before) ForgetFirst();
}

void UnansweredSyncs::ForgetFirst() {
  ids_.erase(order_.front().second);
  order_.pop_front();
}

}  // namespace edgeplane::registry
