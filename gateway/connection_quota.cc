#include "gateway/connection_quota.h"

namespace edgeplane::gateway {

ConnectionPlace::~ConnectionPlace() {
  if (quota_ != nullptr) quota_->Release(address_);
}

std::variant<ConnectionPlace, v1::Reason> ConnectionQuota::Take(const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (taken_ >= connections_max_) return v1::CONNECTION_LIMIT;
  size_t& here = by_address_[address];
  if (here >= per_address_max_) return v1::ADDRESS_LIMIT;
  ++here;
  ++taken_;
  return ConnectionPlace(this, address);
}

size_t ConnectionQuota::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

void ConnectionQuota::Release(const std::string& address) {
  const std::lock_guard lock(mutex_);
  --taken_;
  const auto found = by_address_.find(address);
  if (--found->second == 0) by_address_.erase(found);
}

}  // namespace edgeplane::gateway
