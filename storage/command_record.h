// What every backend keeps of a command, and how something that happens to the
// command changes it. Backends load a record, let these functions decide, and
// write the outcome down; they decide nothing about commands themselves.
#pragma once

#include <optional>
#include <string>

#include "storage/agent.h"
#include "storage/command.h"
#include "storage/session.h"
#include "storage/sync.h"

namespace edgeplane::storage {

// Bytes kept of a step's detail.
inline constexpr size_t kDetailMax = 1024;
// Bytes of a result; a longer one is not kept.
inline constexpr size_t kResultMax = 64 * 1024;

struct CommandRecord {
  Command command;
  int64_t sequence = 0;              // order of enqueueing
  int32_t steps = 0;                 // number of the last, whether or not it is loaded
  std::optional<Time> deliver_time;  // of the last delivery
  // Where the last delivery went: a session over the WebSocket, or a sync. What is
  // in flight there is not handed out elsewhere, and only what ends that session
  // (or, for a sync, time) gives it back.
  Channel deliver_channel = Channel::kWebSocket;
  std::string deliver_session;
};

// Something that happened to a command, as its history will tell it.
struct Occurrence {
  CommandEvent event = CommandEvent::kDeliver;
  Time time{};
  Channel channel = Channel::kSystem;
  std::string session_id;  // of the agent's channels only
  std::string detail;
  std::string error;        // the agent's, with kAckFailed
  std::string result_json;  // the agent's, with kAckCompleted and kAckFailed
};

Occurrence Delivery(const Claim& claim);
// By the sync's answer; the sync stands where a session would.
Occurrence SyncDelivery(const SyncRequest& request);
// The agent has it: its last_command_id says so.
Occurrence NamedBySync(const SyncRequest& request);
Occurrence Acknowledgement(const Ack& ack);
Occurrence NeverWritten(Time now);
Occurrence SessionEnded(Time now);
Occurrence SyncUnanswered(Time now);
Occurrence SyncOverdue(Time now);
Occurrence Expiry(Time now);
Occurrence Cancellation(const std::string& reason, Time now);
Occurrence AgentDeletion(Time now);

// What becomes of a command that was delivered over a session and is unanswered
// when that session ends.
Occurrence EndOfSession(const std::string& command_id, const WrittenCommands& written, Time now);
// And when the gateway says what it holds of a session that goes on; nothing: it
// stays as it is.
std::optional<Occurrence> NotHeld(const std::string& command_id, const HeldSession& held, Time now);

struct Advance {
  StepEffect effect = StepEffect::kIgnored;
  // To be appended to the history. Nothing where nothing is recorded, which
  // includes a repeat beyond kHistoryMax.
  std::optional<CommandStep> step;
};

// Whether the agent was handed it and has said nothing of it, as far as is known:
// it may have gone back to the queue since.
bool IsUnreceived(const CommandRecord& record);

// Whether a sync delivered it before this time, and it is still DELIVERED.
bool IsOverdue(const CommandRecord& record, Time delivered_before);

// The sync that handed it out last; empty where none did.
std::string SyncOf(const CommandRecord& record);

// The events a sync brings, as they are stored.
std::vector<Event> SyncedEvents(const SyncRequest& request);

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
// And whether this is the last link of its gateway: what is sent over an older one
// does not arrive.
bool IsReachedBy(const std::optional<Session>& open, const Fence& fence, int64_t link);

struct AckJudgement {
  AckOutcome outcome;
  std::optional<CommandStep> step;  // as in Advance
};

// Judges one acknowledgement and applies it to the record. `record` is null
// where the fence's agent has no such command; `applied_before` says that this
// very acknowledgement is in its history (never so for one without a name). One
// that was applied stays applied even when its session has ended since, so a
// gateway that repeats what was not confirmed gets the same answer. Over HTTP no
// session is needed.
AckJudgement JudgeAck(const Ack& ack, bool session_is_open, bool applied_before,
                      CommandRecord* record);

}  // namespace edgeplane::storage
