#include "storage/command_record.h"
#include "storage/postgres/config_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/reader_pool.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::Connection;
using postgres::LockedAgent;
using postgres::Step;
using postgres::Transaction;

namespace {

using Offer = std::optional<DesiredConfig>;

struct Wanted {
  std::string agent_id;
  std::string config_json;
  bool resend = false;
  Time now{};
};
struct Taker {
  Fence fence;
  int64_t link = 0;
};
struct Delivered {
  Fence fence;
  int64_t version = 0;
  Time now{};
};

const std::string& AgentOf(const Wanted& wanted) { return wanted.agent_id; }
const std::string& AgentOf(const Taker& taker) { return taker.fence.agent_id; }
const std::string& AgentOf(const Delivered& delivered) { return delivered.fence.agent_id; }

// Loads the records of the items' agents, has `change` answer each item with its
// agent's, one after the other, and saves those that it says have changed.
template <class Request, class Answer, class Change>
Status ChangeConfigs(Transaction& tx, const postgres::Items<Request, Answer>& items,
                     const Change& change) {
  std::vector<std::string> agent_ids;
  for (const auto* item : items) agent_ids.push_back(AgentOf(item->request));
  auto configs = postgres::LoadConfigs(tx, agent_ids);
  if (!configs.ok()) return configs.error();
  std::map<std::string, const ConfigRecord*> changed;
  for (auto* item : items) {
    ConfigRecord& record = configs->at(AgentOf(item->request));
    if (change(*item, record)) changed[record.config.agent_id] = &record;
  }
  std::vector<const ConfigRecord*> saved;
  for (const auto& [agent_id, record] : changed) saved.push_back(record);
  postgres::SaveConfigs(tx, saved);
  return {};
}

Status SetAll(Transaction& tx, const postgres::Items<Wanted, DesiredConfig>& items) {
  return ChangeConfigs(tx, items, [&tx](auto& item, ConfigRecord& record) {
    const Wanted& wanted = item.request;
    if (Status there = tx.CheckIsThere(wanted.agent_id); !there.ok()) {
      item.answer.emplace(there.error());
      return false;
    }
    const bool changed = ChangeConfig(record, wanted.config_json, wanted.resend, wanted.now);
    item.answer.emplace(record.config);
    return changed;
  });
}

Status OfferAll(Transaction& tx, const postgres::Items<Taker, Offer>& items) {
  return ChangeConfigs(tx, items, [&tx](auto& item, ConfigRecord& record) {
    const Fence& fence = item.request.fence;
    const LockedAgent* agent = tx.Find(fence.agent_id);
    if (agent == nullptr || !IsReachedBy(agent->session, fence, item.request.link)) {
      item.answer.emplace(SessionFenced());
      return false;
    }
    if (!IsConfigDue(record, agent->session)) {
      item.answer.emplace(Offer());
      return false;
    }
    OfferConfigTo(record, fence.session_id);
    item.answer.emplace(Offer(record.config));
    return true;
  });
}

Status DeliverAll(Transaction& tx, const postgres::Items<Delivered, void>& items) {
  return ChangeConfigs(tx, items, [](auto& item, ConfigRecord& record) {
    const Delivered& delivered = item.request;
    item.answer.emplace();
    // Of an agent that is gone there is none, and so no version to deliver.
    return DeliverConfigVersion(record, delivered.version, delivered.now);
  });
}

}  // namespace

Result<DesiredConfig> PostgresStore::SetDesiredConfig(const std::string& agent_id,
                                                      const std::string& config_json, bool resend,
                                                      Time now) {
  return writers_->Submit<Wanted, DesiredConfig, &SetAll>(
      StoreOperation::kSetDesiredConfig, {agent_id, config_json, resend, now}, {agent_id});
}

Result<DesiredConfig> PostgresStore::GetDesiredConfig(const std::string& agent_id) {
  return readers_->Run(
      StoreOperation::kGetDesiredConfig, [&](Connection& db) -> Result<DesiredConfig> {
        const std::vector<std::string> agent_ids = {agent_id};
        const auto rows =
            db.Read({Step("find_joined_agent", agent_id), Step("get_configs", agent_ids)});
        if (!rows.ok()) return rows.error();
        if (rows->front().empty()) return AgentNotFound(agent_id);
        return postgres::ReadConfigs(rows->back(), agent_ids).at(agent_id).config;
      });
}

Result<std::optional<DesiredConfig>> PostgresStore::OfferConfig(const Fence& fence, int64_t link) {
  return writers_->Submit<Taker, Offer, &OfferAll>(StoreOperation::kOfferConfig, {fence, link},
                                                   {fence.agent_id});
}

Status PostgresStore::ConfigDelivered(const Fence& fence, int64_t version, Time now) {
  return writers_->Submit<Delivered, void, &DeliverAll>(StoreOperation::kConfigDelivered,
                                                        {fence, version, now}, {fence.agent_id});
}

}  // namespace edgeplane::storage
