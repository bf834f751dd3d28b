#include <unordered_map>

#include "storage/postgres/command_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/writers.h"

namespace edgeplane::storage {

using postgres::LoadedCommand;
using postgres::LockedAgent;
using postgres::SavedStep;
using postgres::Step;
using postgres::Transaction;

namespace {

using Outcomes = std::vector<AckOutcome>;
using Reports = postgres::Items<std::vector<Ack>, Outcomes>;
using Loaded = std::unordered_map<std::string, LoadedCommand>;  // by id

Result<Loaded> LoadAll(Transaction& tx, const Reports& items) {
  std::vector<std::string> ids;
  for (const auto* item : items) {
    for (const Ack& ack : item->request) ids.push_back(ack.command_id);
  }
  const auto rows = tx.RunAll({Step("get_commands_by_id", ids), Step("list_steps_by_id", ids)});
  if (!rows.ok()) return rows.error();
  Loaded loaded;
  for (LoadedCommand& command : postgres::ReadCommands(rows->front(), rows->back())) {
    std::string id = command.record.command.command_id;
    loaded.emplace(std::move(id), std::move(command));
  }
  return loaded;
}

// Null where the acknowledgement's agent has no such command.
LoadedCommand* FindOwn(Loaded& loaded, const Ack& ack) {
  const auto found = loaded.find(ack.command_id);
  if (found == loaded.end()) return nullptr;
  const bool own = found->second.record.command.agent_id == ack.fence.agent_id;
  return own ? &found->second : nullptr;
}

AckOutcome ApplyAck(Transaction& tx, const Ack& ack, LoadedCommand* own,
                    std::vector<SavedStep>& saved) {
  const LockedAgent* agent = tx.Find(ack.fence.agent_id);
  const bool is_open = agent != nullptr && IsHeldBy(agent->session, ack.fence);
  const std::pair<std::string, int64_t> name(ack.fence.session_id, ack.ordinal);
  const bool applied = own != nullptr && ack.ordinal != 0 && own->acks.contains(name);
  AckJudgement judgement = JudgeAck(ack, is_open, applied, own != nullptr ? &own->record : nullptr);
  if (judgement.step) {
    SavedStep step{&own->record, std::move(*judgement.step), std::nullopt};
    if (ack.ordinal != 0) {
      step.ordinal = ack.ordinal;
      own->acks.insert(name);
    }
    saved.push_back(std::move(step));
  }
  return judgement.outcome;
}

Status ApplyAll(Transaction& tx, const Reports& items) {
  Result<Loaded> loaded = LoadAll(tx, items);
  if (!loaded.ok()) return loaded.error();
  std::vector<SavedStep> saved;
  for (auto* item : items) {
    Outcomes outcomes;
    for (const Ack& ack : item->request) {
      outcomes.push_back(ApplyAck(tx, ack, FindOwn(*loaded, ack), saved));
    }
    item->answer.emplace(std::move(outcomes));
  }
  postgres::SaveSteps(tx, saved);
  return {};
}

}  // namespace

Result<std::vector<AckOutcome>> PostgresStore::ApplyAcks(const std::vector<Ack>& acks) {
  std::vector<std::string> agents;
  for (const Ack& ack : acks) agents.push_back(ack.fence.agent_id);
  return writers_->Submit<std::vector<Ack>, Outcomes, &ApplyAll>(StoreOperation::kApplyAcks, acks,
                                                                 std::move(agents), acks.size());
}

}  // namespace edgeplane::storage
