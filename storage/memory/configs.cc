#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

Result<DesiredConfig> MemoryStore::SetDesiredConfig(const std::string& agent_id,
                                                    const std::string& config_json, bool resend,
                                                    Time now) {
  return Write([&]() -> Result<DesiredConfig> {
    StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    DesiredConfig& config = stored->config.config;
    config.agent_id = agent_id;
    ChangeConfig(stored->config, config_json, resend, now);
    stored->agent.config_version = config.version;
    return config;
  });
}

Result<DesiredConfig> MemoryStore::GetDesiredConfig(const std::string& agent_id) {
  return Read([&]() -> Result<DesiredConfig> {
    const StoredAgent* stored = FindAgent(agent_id);
    if (stored == nullptr) return AgentNotFound(agent_id);
    DesiredConfig config = stored->config.config;
    config.agent_id = agent_id;
    return config;
  });
}

Result<std::optional<DesiredConfig>> MemoryStore::OfferConfig(const Fence& fence, int64_t link) {
  return Write([&]() -> Result<std::optional<DesiredConfig>> {
    if (!IsReached(fence, link)) return SessionFenced();
    StoredAgent* stored = FindAgent(fence.agent_id);
    if (!IsConfigDue(stored->config, stored->agent.session)) return std::optional<DesiredConfig>();
    OfferConfigTo(stored->config, fence.session_id);
    return std::optional<DesiredConfig>(stored->config.config);
  });
}

Status MemoryStore::ConfigDelivered(const Fence& fence, int64_t version, Time now) {
  return Write([&]() -> Status {
    StoredAgent* stored = FindAgent(fence.agent_id);
    if (stored == nullptr) return {};
    DeliverConfigVersion(stored->config, version, now);
    stored->agent.delivered_config_version = stored->config.config.delivered_version;
    return {};
  });
}

std::optional<DesiredConfig> MemoryStore::HandOutConfig(StoredAgent& stored,
                                                        const SyncRequest& request) {
  if (!IsConfigDue(stored.config, stored.agent.session)) return std::nullopt;
  DeliverConfigBySync(stored.config, request.sync_id, request.now);
  stored.agent.delivered_config_version = stored.config.config.delivered_version;
  return stored.config.config;
}

}  // namespace edgeplane::storage
