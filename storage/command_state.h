// The life of a command: one table of allowed transitions, and one function
// that applies them. Every backend calls it inside its transaction; nothing
// else decides about states.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace edgeplane::storage {

// Numbers as in edgeplane.v1.Command.State; stored.
enum class CommandState : uint8_t {
  kQueued = 1,
  kDelivered = 2,
  kReceived = 3,
  kExecuting = 4,
  kCompleted = 5,
  kFailed = 6,
  kExpired = 7,
  kCancelled = 8,
  kInDoubt = 9,
};

// Numbers as in edgeplane.v1.CommandStep.Channel; stored.
enum class Channel : uint8_t { kApi = 1, kWebSocket = 2, kHttp = 3, kSystem = 4 };

enum class CommandEvent : uint8_t {
  kDeliver,      // handed to a session
  kAckReceived,  // the agent's words ..
  kAckExecuting,
  kAckCompleted,
  kAckFailed,
  kUnwritten,     // the session ended, or never had it, before one byte was written
  kSessionEnded,  // the session ended, and no acknowledgement had come
  kExpire,
  kCancel,
};

bool IsFinal(CommandState state);
std::string_view StateName(CommandState state);  // "QUEUED"

enum class StepEffect : uint8_t {
  kMoves,    // the state becomes `state`; goes into the history
  kRepeats,  // the state stays; goes into the history (a repeated or late acknowledgement)
  kIgnored,  // nothing happens, nothing is recorded (a session ended that holds nothing)
  kRefused,  // not allowed here (cancelling what is final, an acknowledgement of what was never
             // delivered)
};

struct StepOutcome {
  StepEffect effect;
  CommandState state;  // after the step
  int32_t deliveries;  // after the step
};

// What `event` does to a command in `state` that has been delivered
// `deliveries` times and may be `max_deliveries` times (0: any number).
StepOutcome ApplyEvent(CommandState state, int32_t deliveries, int32_t max_deliveries,
                       CommandEvent event);

}  // namespace edgeplane::storage
