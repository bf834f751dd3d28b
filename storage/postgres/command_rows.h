// Rows of commands and of their histories.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/command_record.h"
#include "storage/postgres/transaction.h"

namespace edgeplane::storage::postgres {

struct LoadedCommand {
  CommandRecord record;                            // with its history
  std::set<std::pair<std::string, int64_t>> acks;  // applied, by name: session, ordinal
};

// In the columns of the statements that give commands.
CommandRecord ReadCommand(const Row& row);
// The rows of get_commands and list_steps, or of their likes by id.
std::vector<LoadedCommand> ReadCommands(const Rows& commands, const Rows& steps);

// In the order given; each sequence is one the database gave in this transaction.
Result<std::vector<LoadedCommand>> LoadCommands(Transaction& tx,
                                                const std::vector<int64_t>& sequences);

// Locks the agents of the commands that `list` gives (sequence, agent_id), for work
// that begins with commands; gives the sequences. What has happened to a command
// until its agent was locked is seen when it is loaded.
Result<std::vector<int64_t>> LockOwners(Transaction& tx, const Step& list);

// What AdvanceRecord or JudgeAck made of a record. Several of one record follow each
// other in the order of their steps.
struct SavedStep {
  const CommandRecord* record = nullptr;
  CommandStep step;
  std::optional<int64_t> ordinal;  // names an acknowledgement
};

// Writes them down, with the records as they are now.
void SaveSteps(Transaction& tx, const std::vector<SavedStep>& steps);

// Lets `what` happen to each, unless `may` says no; gives those it moved.
Result<std::vector<Command>> AdvanceAll(
    Transaction& tx, const std::vector<int64_t>& sequences, const Occurrence& what,
    const std::function<bool(const CommandRecord&)>& may = [](const auto&) { return true; });

struct HandOut {
  std::string agent_id;
  size_t count_max = 1;
  size_t bytes_max = 0;
  Occurrence delivery;
};

// Delivers what is next in each agent's queue, within the limits of a claim; gives
// it, alongside. Leaves out the expired. No agent twice.
Result<std::vector<std::vector<Command>>> HandOutAll(Transaction& tx,
                                                     const std::vector<HandOut>& wanted);

}  // namespace edgeplane::storage::postgres
