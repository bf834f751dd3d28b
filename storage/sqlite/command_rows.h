// Rows of commands and of their histories. Everything here runs inside the
// caller's transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/command_record.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {

// The command's sequence.
Result<std::optional<int64_t>> FindCommand(Connection& db, const std::string& command_id);

// With its history. The sequence is one the database gave in this transaction.
Result<CommandRecord> LoadCommand(Connection& db, int64_t sequence);

// The rows of list_commands and list_agent_commands, without histories.
Result<std::vector<CommandRecord>> ReadCommands(Query& query);

// Inserts the record with its first step, and gives it its sequence. INTERNAL
// when the command id is taken.
Status InsertCommand(Connection& db, CommandRecord& record, const std::string& content_digest);

// Writes down what AdvanceRecord or JudgeAck made of the record. `ordinal` names
// an acknowledgement.
Status SaveStep(Connection& db, const CommandRecord& record, const CommandStep& step,
                std::optional<int64_t> ordinal);

// Lets `what` happen to a command; gives the command as it is then.
Result<CommandRecord> AdvanceOne(Connection& db, int64_t sequence, const Occurrence& what);
Result<std::vector<Command>> AdvanceAll(Connection& db, const std::vector<int64_t>& sequences,
                                        const Occurrence& what);

// Delivers what is next in the agent's queue, within the limits of a claim; gives
// it. Leaves out the expired.
Result<std::vector<Command>> HandOut(Connection& db, const std::string& agent_id, size_t count_max,
                                     size_t bytes_max, const Occurrence& delivery);

}  // namespace edgeplane::storage::sqlite
