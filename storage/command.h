// Commands as the store knows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/command_state.h"

namespace edgeplane::storage {

// Steps kept of one command, and up to three more that moved it.
inline constexpr int32_t kHistoryMax = 64;

struct CommandStep {
  // From 1. Of a command that is delivered again and again the first step and
  // the latest are kept, so there may be a gap after 1.
  int32_t number = 0;
  Time time{};
  CommandState state = CommandState::kQueued;
  Channel channel = Channel::kApi;
  std::string session_id;
  std::string detail;
};

struct NewCommand {
  std::string command_id;  // the caller makes it (UUID v7)
  std::string agent_id;
  std::string type;
  std::string payload_json;  // canonical: equal payloads are equal text
  bool immediate = false;
  int32_t max_deliveries = 0;
  std::string idempotency_key;  // empty: none
  Time create_time{};
  Time expire_time{};
  Duration ttl{};  // part of "the same content"; expire_time is not
};

struct Command {
  std::string command_id;
  std::string agent_id;
  std::string type;
  std::string payload_json;
  bool immediate = false;
  CommandState state = CommandState::kQueued;
  int32_t max_deliveries = 0;
  int32_t deliveries = 0;
  std::string idempotency_key;
  Time create_time{};
  Time expire_time{};
  Time update_time{};
  std::string error;
  std::string result_json;           // an object, or empty; not in lists
  std::vector<CommandStep> history;  // only from GetCommand and from the writing calls
};

struct Enqueued {
  Command command;
  bool created = false;  // false: the idempotency key had made it before
};

struct CommandFilter {
  std::string agent_id;              // empty: any
  std::vector<CommandState> states;  // empty: any
};

// A session's right to speak for its agent.
struct Fence {
  std::string agent_id;
  std::string session_id;
  int64_t epoch = 0;
};

struct Claim {
  Fence fence;
  Channel channel = Channel::kWebSocket;
  size_t count_max = 1;
  // Payload bytes; the first command is given whatever its size.
  size_t bytes_max = 64 * 1024;
  Time now{};
  int64_t link = 0;  // of the session's gateway, over which they are to go
};

struct Ack {
  // Over HTTP there is no session: only the agent counts, and session_id is empty.
  Fence fence;
  Channel channel = Channel::kWebSocket;
  std::string command_id;
  CommandEvent event = CommandEvent::kAckReceived;  // one of the kAck ones
  // The agent's words, for the history. The one place where a text may hold
  // U+0000; it is kept as '?'.
  std::string status;
  std::string error;
  std::string result_json;  // an object, or empty
  Time time{};
  // Together with the session this names the acknowledgement: the same one
  // reported again is not applied again. Not 0, but over HTTP, where 0 is one
  // without a name, which is always applied.
  int64_t ordinal = 0;
};

enum class AckVerdict : uint8_t {
  kApplied,         // moved the command, or is in its history as a repeat
  kAlreadyApplied,  // this very acknowledgement was applied before
  kUnknown,         // no such command, or another agent's: told apart nowhere
  kFenced,          // the session has been superseded or has ended
  kNotDelivered,    // the command was never handed out
  kHistoryFull,     // a repeat, beyond kHistoryMax: not kept
};

struct AckOutcome {
  AckVerdict verdict = AckVerdict::kUnknown;
  std::optional<CommandState> moved_to;  // the state it moved into, if it moved
  std::optional<Time> delivered_at;      // last delivery, if it moved: for command_ack_seconds
};

// A command that moved because of something else, such as the end of a session.
struct CommandMove {
  std::string command_id;
  CommandState state = CommandState::kQueued;  // after it
};
using CommandMoves = std::vector<CommandMove>;

struct StateCount {
  CommandState state;
  int64_t count;
};

}  // namespace edgeplane::storage
