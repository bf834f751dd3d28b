// What agents say (docs/agent-protocol.md): messages of the WebSocket, and bodies
// of HTTP requests.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace edgeplane::simulate {

enum class AckWord : uint8_t { kReceived, kCompleted, kFailed };
std::string_view NameOf(AckWord word);  // "received"

struct Ack {
  std::string command_id;
  AckWord word = AckWord::kReceived;
  // When it came to be: a repetition says the same.
  Time time;
};

struct Event {
  std::string event_id;
  std::string thread_id;  // may be empty
  int64_t number = 0;
  Time time;
};

struct AgentStatus {
  int64_t scheduled_messages = 0;
  int64_t active_rules = 0;
  double uptime_seconds = 0;
  double memory_usage_mb = 0;
};

// Agents of the first generation acknowledge in another form, and know no
// progress: only a final word.
enum class Generation : uint8_t { kFirst, kPresent };

inline constexpr std::string_view kPingText = R"({"type":"ping"})";
std::string AckMessage(const Ack& ack, Generation generation);
std::string EventMessage(const Event& event);
std::string StatusMessage(const AgentStatus& status);

// POST /edge/command/ack, /edge/ack_command. Only for a final word.
std::string AckBody(const Ack& ack, Generation generation);
// POST /edge/sync, with the first `events_max` of the events.
std::string SyncBody(std::string_view agent_id, const std::optional<std::string>& last_command_id,
                     const std::deque<Event>& events, size_t events_max, const AgentStatus& status);

}  // namespace edgeplane::simulate
