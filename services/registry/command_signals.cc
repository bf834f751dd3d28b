#include "services/registry/command_signals.h"

#include <utility>

namespace edgeplane::registry {

std::unique_ptr<CommandSignals::Subscription> CommandSignals::Subscribe(
    const std::string& command_id, Listener listener) {
  const std::lock_guard lock(state_->mutex);
  const auto position =
      state_->listeners.emplace(command_id, std::make_shared<Listener>(std::move(listener)));
  return std::unique_ptr<Subscription>(new Subscription(state_, position));
}

void CommandSignals::Changed(const std::string& command_id) {
  // Called under the lock: that is what lets a subscription's destructor promise
  // that its listener no longer runs.
  const std::lock_guard lock(state_->mutex);
  const auto [first, last] = state_->listeners.equal_range(command_id);
  for (auto it = first; it != last; ++it) (*it->second)();
}

CommandSignals::Subscription::~Subscription() {
  const std::lock_guard lock(state_->mutex);
  state_->listeners.erase(position_);
}

}  // namespace edgeplane::registry
