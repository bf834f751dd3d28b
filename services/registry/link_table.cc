#include "services/registry/link_table.h"

#include <utility>

#include "services/registry/link.h"

namespace edgeplane::registry {

bool LinkTable::Adopt(const std::shared_ptr<Link>& link) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  links_.emplace(link.get(), link);
  return true;
}

void LinkTable::Release(const Link* link) {
  std::shared_ptr<Link> released;  // destroyed after the lock is released
  const std::lock_guard lock(mutex_);
  const auto it = links_.find(link);
  if (it == links_.end()) return;
  released = std::move(it->second);
  links_.erase(it);
  if (links_.empty()) emptied_.notify_all();
}

std::shared_ptr<Link> LinkTable::Seat(const std::string& gateway_id,
                                      const std::shared_ptr<Link>& link) {
  const std::lock_guard lock(mutex_);
  return std::exchange(seats_[gateway_id], link);
}

void LinkTable::Unseat(const std::string& gateway_id, const Link* link) {
  std::shared_ptr<Link> unseated;
  const std::lock_guard lock(mutex_);
  const auto it = seats_.find(gateway_id);
  if (it == seats_.end() || it->second.get() != link) return;
  unseated = std::move(it->second);
  seats_.erase(it);
}

std::shared_ptr<Link> LinkTable::Find(const std::string& gateway_id) const {
  const std::lock_guard lock(mutex_);
  const auto it = seats_.find(gateway_id);
  return it == seats_.end() ? nullptr : it->second;
}

std::vector<std::shared_ptr<Link>> LinkTable::Seated() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Link>> seated;
  for (const auto& [gateway_id, link] : seats_) seated.push_back(link);
  return seated;
}

std::shared_ptr<GatewayGate> LinkTable::Gate(const std::string& gateway_id) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<GatewayGate>& slot = gates_[gateway_id];
  if (std::shared_ptr<GatewayGate> gate = slot.lock()) return gate;
  const auto gate = std::make_shared<GatewayGate>();
  slot = gate;
  // Gateways come and go under new ids: forget the gates nobody holds.
  std::erase_if(gates_, [](const auto& entry) { return entry.second.expired(); });
  return gate;
}

void LinkTable::EndSilent(Time before) {
  for (const std::shared_ptr<Link>& link : All()) {
    if (link->IsSilentSince(before)) {
      link->End(MakeError(v1::ErrorReason::INVALID_FIELD,
                          "The link was not introduced by a Hello within link-hello-timeout."));
    }
  }
}

void LinkTable::EndLapsed(Time before) {
  for (const std::shared_ptr<Link>& link : Seated()) {
    if (!link->IsLapsedSince(before)) continue;
    link->End(MakeError(v1::ErrorReason::GATEWAY_NOT_LINKED,
                        "The gateway has not renewed its lease (gateway-lease)."));
    link->Cancel();
  }
}

bool LinkTable::CloseAll(const Status& status, std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  for (const std::shared_ptr<Link>& link : All()) link->End(status);
  if (WaitUntilEmpty(patience)) return true;
  for (const std::shared_ptr<Link>& link : All()) link->Cancel();
  return WaitUntilEmpty(patience);
}

std::vector<std::shared_ptr<Link>> LinkTable::All() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Link>> all;
  for (const auto& [key, link] : links_) all.push_back(link);
  return all;
}

bool LinkTable::WaitUntilEmpty(std::chrono::milliseconds wait_max) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, wait_max, [this] { return links_.empty(); });
}

}  // namespace edgeplane::registry
