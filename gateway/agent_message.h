// What agents say over the WebSocket, and what is said to them: the JSON of the
// agent protocol (docs/agent-protocol.md). Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "edgeplane/v1/agent_registry.pb.h"

namespace edgeplane::gateway {

struct PingMessage {};
struct AckMessage {
  std::string command_id;  // a UUID, lower case
  v1::CommandAck::Outcome outcome = v1::CommandAck::OUTCOME_UNSPECIFIED;
  std::string status;  // the agent's own word
  std::string error;   // at most 4 KiB
};
struct StatusMessage {};
struct EventMessage {};
struct UnknownMessage {
  std::string type;  // printable, at most 64 bytes
};
struct MalformedMessage {
  std::string why;  // a sentence; never repeats the input
};

using AgentMessage = std::variant<PingMessage, AckMessage, StatusMessage, EventMessage,
                                  UnknownMessage, MalformedMessage>;

AgentMessage ParseAgentMessage(std::string_view text, const JsonLimits& limits);

// {"type":"command","data":{..}}
std::string CommandText(const v1::Deliver& command);

inline constexpr std::string_view kPongText = R"({"type":"pong"})";
inline constexpr std::string_view kConnectedText = R"({"type":"connected"})";

}  // namespace edgeplane::gateway
