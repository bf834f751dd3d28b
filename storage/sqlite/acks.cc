#include "storage/sqlite/agent_rows.h"
#include "storage/sqlite/command_rows.h"
#include "storage/sqlite/sqlite_store.h"
#include "storage/sqlite/writer.h"

namespace edgeplane::storage {

using sqlite::Connection;
using sqlite::Query;

namespace {

// The command an acknowledgement speaks of, if it is its agent's.
Result<std::optional<CommandRecord>> LoadOwn(Connection& db, const Ack& ack) {
  const Result<std::optional<int64_t>> sequence = sqlite::FindCommand(db, ack.command_id);
  if (!sequence.ok()) return sequence.error();
  if (!*sequence) return std::optional<CommandRecord>();
  Result<CommandRecord> record = sqlite::LoadCommand(db, **sequence);
  if (!record.ok()) return record.error();
  if (record->command.agent_id != ack.fence.agent_id) return std::optional<CommandRecord>();
  return std::optional<CommandRecord>(std::move(*record));
}

Result<bool> IsApplied(Connection& db, int64_t sequence, const Ack& ack) {
  if (ack.ordinal == 0) return false;  // it has no name
  Query query(db, "find_ack");
  query.Bind(":sequence", sequence)
      .Bind(":session_id", ack.fence.session_id)
      .Bind(":ordinal", ack.ordinal);
  return query.Next();
}

Result<AckOutcome> ApplyAck(Connection& db, const Ack& ack) {
  const auto open = sqlite::LoadSession(db, ack.fence.agent_id);
  if (!open.ok()) return open.error();
  Result<std::optional<CommandRecord>> record = LoadOwn(db, ack);
  if (!record.ok()) return record.error();
  bool applied = false;
  if (*record) {
    const Result<bool> found = IsApplied(db, (*record)->sequence, ack);
    if (!found.ok()) return found.error();
    applied = *found;
  }
  CommandRecord* own = *record ? &**record : nullptr;
  AckJudgement judgement = JudgeAck(ack, IsHeldBy(*open, ack.fence), applied, own);
  if (judgement.step) {
    std::optional<int64_t> name;
    if (ack.ordinal != 0) name = ack.ordinal;
    Status saved = sqlite::SaveStep(db, *own, *judgement.step, name);
    if (!saved.ok()) return saved.error();
  }
  return judgement.outcome;
}

}  // namespace

Result<std::vector<AckOutcome>> SqliteStore::ApplyAcks(const std::vector<Ack>& acks) {
  using Outcomes = std::vector<AckOutcome>;
  return writer_->Run<Outcomes>(StoreOperation::kApplyAcks,
                                [acks](Connection& db) -> Result<Outcomes> {
                                  Outcomes outcomes;
                                  for (const Ack& ack : acks) {
                                    Result<AckOutcome> outcome = ApplyAck(db, ack);
                                    if (!outcome.ok()) return outcome.error();
                                    outcomes.push_back(*outcome);
                                  }
                                  return outcomes;
                                });
}

}  // namespace edgeplane::storage
