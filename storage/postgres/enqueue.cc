#include <map>
#include <set>
#include <unordered_map>

#include "storage/postgres/command_rows.h"
#include "storage/postgres/postgres_store.h"
#include "storage/postgres/writers.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {

using postgres::LoadedCommand;
using postgres::Row;
using postgres::Rows;
using postgres::Step;
using postgres::Transaction;

namespace {

struct NewCommandRequest {
  NewCommand command;
  int64_t unfinished_max = 0;
  std::string content_digest;
};
using Item = postgres::CallOf<NewCommandRequest, Enqueued>;
using Enqueuings = postgres::Items<NewCommandRequest, Enqueued>;

// What an idempotency key has made: before this transaction, or in it.
struct KeyHolder {
  std::string content_digest;
  Command command;
};

std::pair<std::string, std::string> KeyOf(const NewCommand& command) {
  return {command.agent_id, command.idempotency_key};
}

// One transaction's enqueueing: what is there already, and what is to be made.
class Enqueueing {
 public:
  Enqueueing(Transaction& tx, const Enqueuings& items) : tx_(tx), items_(items) {}

  Status Run() {
    if (Status read = ReadWhatIsThere(); !read.ok()) return read;
    for (Item* item : items_) item->answer.emplace(Judge(*item));
    InsertAll();
    return {};
  }

 private:
  Status ReadWhatIsThere() {
    std::vector<std::string> agent_ids, key_agents, keys;
    for (const Item* item : items_) {
      const NewCommand& command = item->request.command;
      agent_ids.push_back(command.agent_id);
      if (command.idempotency_key.empty()) continue;
      key_agents.push_back(command.agent_id);
      keys.push_back(command.idempotency_key);
    }
    const auto rows = tx_.RunAll(
        {Step("count_unfinished", agent_ids), Step("find_commands_by_key", key_agents, keys)});
    if (!rows.ok()) return rows.error();
    for (const Row row : rows->front()) unfinished_[row.Bytes(0)] = row.Number(1);
    return ReadHolders(rows->back(), key_agents, keys);
  }

  Status ReadHolders(const Rows& rows, const std::vector<std::string>& agents,
                     const std::vector<std::string>& keys) {
    std::vector<int64_t> sequences;
    std::vector<std::pair<size_t, std::string>> found;  // which key, and the digest
    for (const Row row : rows) {
      found.emplace_back(static_cast<size_t>(row.Number(0) - 1), row.Bytes(2));
      sequences.push_back(row.Number(1));
    }
    if (sequences.empty()) return {};
    // A key that was asked for twice is found twice.
    std::vector<int64_t> distinct = sequences;
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    Result<std::vector<LoadedCommand>> commands = postgres::LoadCommands(tx_, distinct);
    if (!commands.ok()) return commands.error();
    std::unordered_map<int64_t, const Command*> by_sequence;
    for (const LoadedCommand& loaded : *commands) {
      by_sequence[loaded.record.sequence] = &loaded.record.command;
    }
    for (size_t i = 0; i < found.size(); ++i) {
      const auto& [key, digest] = found[i];
      holders_[{agents[key], keys[key]}] = {digest, *by_sequence.at(sequences[i])};
    }
    return {};
  }

  Result<Enqueued> Judge(Item& item) {
    const NewCommandRequest& request = item.request;
    const NewCommand& command = request.command;
    if (!command.idempotency_key.empty()) {
      const auto holder = holders_.find(KeyOf(command));
      if (holder != holders_.end()) {
        if (holder->second.content_digest != request.content_digest) return IdempotencyKeyReused();
        return Enqueued{holder->second.command, false};
      }
    }
    if (Status there = tx_.CheckIsThere(command.agent_id); !there.ok()) return there.error();
    int64_t& unfinished = unfinished_[command.agent_id];
    if (unfinished >= request.unfinished_max) {
      return CommandQueueFull(command.agent_id, request.unfinished_max);
    }
    if (!ids_.insert(command.command_id).second) return CommandIdTaken(command.command_id);
    ++unfinished;
    made_.push_back(&item);
    Command made = NewRecord(command).command;
    if (!command.idempotency_key.empty()) {
      holders_[KeyOf(command)] = {request.content_digest, made};
    }
    return Enqueued{std::move(made), true};
  }

  void InsertAll() {
    if (made_.empty()) return;
    std::vector<std::string> id, agent_id, type, payload;
    std::vector<std::optional<std::string>> key;
    std::vector<bool> immediate;
    std::vector<int64_t> max_deliveries;
    std::vector<Time> create_time, expire_time;
    std::vector<postgres::Blob> digest;
    for (const Item* item : made_) {
      const NewCommand& command = item->request.command;
      id.push_back(command.command_id);
      agent_id.push_back(command.agent_id);
      immediate.push_back(command.immediate);
      max_deliveries.push_back(command.max_deliveries);
      create_time.push_back(command.create_time);
      expire_time.push_back(command.expire_time);
      key.emplace_back();
      if (!command.idempotency_key.empty()) key.back() = command.idempotency_key;
      digest.push_back({item->request.content_digest});
      type.push_back(command.type);
      payload.push_back(command.payload_json);
    }
    tx_.Defer(Step("insert_commands", id, agent_id, immediate, max_deliveries, create_time,
                   expire_time, key, digest, type, payload),
              [made = made_](const Rows& rows) {
                std::set<std::string> inserted;
                for (const Row row : rows) inserted.insert(row.Bytes(0));
                for (Item* item : made) {
                  const std::string& command_id = item->request.command.command_id;
                  if (!inserted.contains(command_id)) {
                    item->answer.emplace(CommandIdTaken(command_id));
                  }
                }
              });
  }

  Transaction& tx_;
  const Enqueuings& items_;
  std::map<std::pair<std::string, std::string>, KeyHolder> holders_;
  std::unordered_map<std::string, int64_t> unfinished_;  // by agent
  std::set<std::string> ids_;                            // of those to be made
  std::vector<Item*> made_;
};

Status EnqueueAll(Transaction& tx, const Enqueuings& items) { return Enqueueing(tx, items).Run(); }

}  // namespace

Result<Enqueued> PostgresStore::EnqueueCommand(const NewCommand& command, int64_t unfinished_max) {
  // Hashed here, on the caller's thread: a writer's time is everybody's.
  return writers_->Submit<NewCommandRequest, Enqueued, &EnqueueAll>(
      StoreOperation::kEnqueueCommand, {command, unfinished_max, ContentDigest(command)},
      {command.agent_id});
}

}  // namespace edgeplane::storage
