#include "services/registry/event_signals.h"

#include <utility>

namespace edgeplane::registry {

std::unique_ptr<EventSignals::Subscription> EventSignals::Subscribe(Listener listener) {
  const std::lock_guard lock(state_->mutex);
  const uint64_t key = ++state_->last_key;
  state_->listeners.emplace(key, std::move(listener));
  return std::unique_ptr<Subscription>(new Subscription(state_, key));
}

void EventSignals::Changed() {
  // Called under the lock: that is what lets a subscription's destructor promise
  // that its listener no longer runs.
  const std::lock_guard lock(state_->mutex);
  for (const auto& [key, listener] : state_->listeners) listener();
}

EventSignals::Subscription::~Subscription() {
  const std::lock_guard lock(state_->mutex);
  state_->listeners.erase(key_);
}

}  // namespace edgeplane::registry
