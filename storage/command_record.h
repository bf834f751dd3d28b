// What every backend keeps of a command, and how something that happens to the
// command changes it. Backends load a record, let these functions decide, and
// write the outcome down; they decide nothing about commands themselves.
#pragma once

#include <optional>
#include <string>

#include "storage/agent.h"
#include "storage/command.h"

namespace edgeplane::storage {

// Bytes kept of a step's detail.
inline constexpr size_t kDetailMax = 1024;

struct CommandRecord {
  Command command;
  int64_t sequence = 0;              // order of enqueueing
  int32_t steps = 0;                 // number of the last, whether or not it is loaded
  std::optional<Time> deliver_time;  // of the last delivery
};

// Something that happened to a command, as its history will tell it.
struct Occurrence {
  CommandEvent event = CommandEvent::kDeliver;
  Time time{};
  Channel channel = Channel::kSystem;
  std::string session_id;  // of the agent's channels only
  std::string detail;
  std::string error;  // the agent's, with kAckFailed
};

Occurrence Delivery(const Claim& claim);
Occurrence Acknowledgement(const Ack& ack);
Occurrence NeverWritten(Time now);
Occurrence SessionEnded(Time now);
Occurrence Expiry(Time now);
Occurrence Cancellation(const std::string& reason, Time now);
Occurrence AgentDeletion(Time now);

struct Advance {
  StepEffect effect = StepEffect::kIgnored;
  // To be appended to the history. Nothing where nothing is recorded, which
  // includes a repeat beyond kHistoryMax.
  std::optional<CommandStep> step;
};

// A new command with the first step of its history.
CommandRecord NewRecord(const NewCommand& command);

// Applies `what` to the record, its loaded history included.
Advance AdvanceRecord(CommandRecord& record, const Occurrence& what);

// The steps from 2 to this number leave the history when `step` joins it;
// nothing: all stay. To be asked about every step that is written down.
std::optional<int32_t> ForgottenUpTo(const CommandStep& step);

// Equal for equal content in the sense of idempotency: type, payload, priority,
// max_deliveries and ttl. 32 bytes.
std::string ContentDigest(const NewCommand& command);

// Whether this is the session the fence speaks of.
bool IsHeldBy(const std::optional<Session>& open, const Fence& fence);

struct AckJudgement {
  AckOutcome outcome;
  std::optional<CommandStep> step;  // as in Advance
};

// Judges one acknowledgement and applies it to the record. `record` is null
// where the fence's agent has no such command; `applied_before` says that this
// very acknowledgement is in its history. One that was applied stays applied
// even when its session has ended since, so a gateway that repeats what was not
// confirmed gets the same answer.
AckJudgement JudgeAck(const Ack& ack, bool session_is_open, bool applied_before,
                      CommandRecord* record);

}  // namespace edgeplane::storage
