#include "services/registry/gateway_gate.h"

namespace edgeplane::registry {

std::optional<GatewayGate::Pass> GatewayGate::Enter(Span wait_max) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, wait_max, [this] { return !closed_; })) return std::nullopt;
  ++inside_;
  return std::optional<Pass>(std::in_place, shared_from_this());
}

std::optional<GatewayGate::Closure> GatewayGate::Close(Span wait_max) {
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  std::unique_lock lock(mutex_);
  if (!changed_.wait_until(lock, deadline, [this] { return !closed_; })) return std::nullopt;
  closed_ = true;
  if (!changed_.wait_until(lock, deadline, [this] { return inside_ == 0; })) {
    closed_ = false;
    lock.unlock();
    changed_.notify_all();
    return std::nullopt;
  }
  return std::optional<Closure>(std::in_place, shared_from_this());
}

void GatewayGate::Leave() {
  // Notified under the lock: the waiter may be the last to hold the gate.
  const std::lock_guard lock(mutex_);
  --inside_;
  changed_.notify_all();
}

void GatewayGate::Reopen() {
  const std::lock_guard lock(mutex_);
  closed_ = false;
  changed_.notify_all();
}

}  // namespace edgeplane::registry
