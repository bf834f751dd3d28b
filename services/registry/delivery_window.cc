#include "services/registry/delivery_window.h"

#include <utility>

namespace edgeplane::registry {

DeliveryRoom DeliveryWindow::Room(const DeliveryLimits& limits) const {
  if (commands_.size() >= limits.count || bytes_ >= limits.bytes) return {};
  return {limits.count - commands_.size(), limits.bytes - bytes_};
}

void DeliveryWindow::Add(const Outstanding& command) {
  if (commands_.emplace(command.command_id, command).second) bytes_ += command.bytes;
}

std::optional<Outstanding> DeliveryWindow::Take(const std::string& command_id) {
  const auto it = commands_.find(command_id);
  if (it == commands_.end()) return std::nullopt;
  Outstanding taken = std::move(it->second);
  commands_.erase(it);
  bytes_ -= taken.bytes;
  return taken;
}

}  // namespace edgeplane::registry
