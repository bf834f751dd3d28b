#include <algorithm>
#include <chrono>

#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

GatewayLease MemoryStore::LeaseOf(const std::string& gateway_id) const {
  const auto gateway = gateways_.find(gateway_id);
  if (gateway == gateways_.end()) return {};
  return {gateway->second.link, gateway->second.lease_end - SystemClock().Now()};
}

bool MemoryStore::IsReached(const Fence& fence, int64_t link) {
  const StoredAgent* stored = FindAgent(fence.agent_id);
  if (stored == nullptr || !stored->agent.session) return false;
  std::optional<Session> open = stored->agent.session;
  open->lease = LeaseOf(open->gateway_id);
  return IsReachedBy(open, fence, link);
}

std::vector<AwaitedSession> MemoryStore::AwaitedBy(const std::string& agent_id,
                                                   const std::string& gateway_id) const {
  std::vector<AwaitedSession> awaited;
  for (const auto& [session, holder] : superseded_) {
    if (session.first != agent_id || holder == gateway_id) continue;
    const Duration left = LeaseOf(holder).left;
    if (left > Duration::zero()) awaited.push_back({agent_id, session.second, holder, left});
  }
  return awaited;
}

Result<int64_t> MemoryStore::BeginLink(const GatewayLink& link, Duration lease, Time now) {
  return Write([&]() -> Result<int64_t> {
    StoredGateway& gateway = gateways_[link.gateway_id];
    if (link.number != 0 && link.number <= gateway.link) return LinkFenced();
    gateway.lease_end = SystemClock().Now() + lease;
    gateway.link_time = now;
    gateway.link = link.number == 0 ? gateway.link + 1 : link.number;
    return gateway.link;
  });
}

Status MemoryStore::RenewLease(const GatewayLink& link, Duration lease) {
  return Write([&]() -> Status {
    const GatewayLease held = LeaseOf(link.gateway_id);
    if (!CheckMayHold(held, link.number).ok()) return LinkFenced();
    gateways_[link.gateway_id].lease_end = SystemClock().Now() + lease;
    return {};
  });
}

Result<std::optional<ReleasedGateway>> MemoryStore::ReleaseSilentGateway(Time now) {
  using Released = std::optional<ReleasedGateway>;
  return Write([&]() -> Result<Released> {
    auto silent = gateways_.end();
    for (auto it = gateways_.begin(); it != gateways_.end(); ++it) {
      if (it->second.lease_end == Time() || it->second.lease_end > SystemClock().Now()) continue;
      if (silent == gateways_.end() || it->second.lease_end < silent->second.lease_end) silent = it;
    }
    if (silent == gateways_.end()) return Released();
    silent->second.lease_end = Time();
    return Released({silent->first, Reconcile(silent->first, {}, now)});
  });
}

Result<std::vector<AwaitedSession>> MemoryStore::ListAwaitedSessions(
    const std::string& agent_id, const std::string& gateway_id) {
  return Read(
      [&]() -> Result<std::vector<AwaitedSession>> { return AwaitedBy(agent_id, gateway_id); });
}

Result<std::vector<GatewayState>> MemoryStore::ListGateways(size_t count_max) {
  return Read([&]() -> Result<std::vector<GatewayState>> {
    std::vector<GatewayState> gateways;
    for (const auto& [gateway_id, gateway] : gateways_) {
      if (gateways.size() == count_max) break;
      if (gateway.lease_end <= SystemClock().Now()) continue;
      const auto sessions =
          std::count_if(agents_.begin(), agents_.end(), [&id = gateway_id](const auto& agent) {
            const std::optional<Session>& open = agent.second.agent.session;
            return open && open->gateway_id == id;
          });
      gateways.push_back({gateway_id, gateway.link_time, sessions});
    }
    return gateways;
  });
}

Result<std::vector<SessionLook>> MemoryStore::LookAtSessions(const std::string& gateway_id,
                                                             const std::string& after_agent_id,
                                                             Time now, size_t count_max) {
  return Read([&]() -> Result<std::vector<SessionLook>> {
    std::vector<SessionLook> looks;
    for (auto it = agents_.upper_bound(after_agent_id); it != agents_.end(); ++it) {
      if (looks.size() == count_max) break;
      const StoredAgent& stored = it->second;
      const std::optional<Session>& open = stored.agent.session;
      if (!open || open->gateway_id != gateway_id) continue;
      const bool queued = std::any_of(commands_.begin(), commands_.end(), [&](const auto& entry) {
        const Command& command = entry.second.record.command;
        return command.agent_id == it->first && command.state == CommandState::kQueued &&
               command.expire_time > now;
      });
      const bool config = stored.config.config.version > stored.config.config.delivered_version;
      looks.push_back({FenceOf(*open), queued, config, stored.agent.disabled});
    }
    return looks;
  });
}

}  // namespace edgeplane::storage
