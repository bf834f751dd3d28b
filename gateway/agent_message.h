// What agents say over the WebSocket, and what is said to them: the JSON of the
// agent protocol (docs/agent-protocol.md). Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "gateway/agent_data.h"

namespace edgeplane::gateway {

struct PingMessage {};
struct UnknownMessage {
  std::string type;  // printable, at most 64 bytes
};

using AgentMessage = std::variant<PingMessage, AckMessage, StatusMessage, EventMessage,
                                  UnknownMessage, MalformedMessage>;

AgentMessage ParseAgentMessage(std::string_view text, const JsonLimits& limits);

// {"command_id":..,"command_type":..,"payload":{..},..}: what a command is to an
// agent, on whichever channel.
std::string CommandData(const v1::Deliver& command);
// {"type":"command","data":{..}}
std::string CommandText(const v1::Deliver& command);
// {"type":"config_update","data":{..}}
std::string ConfigText(std::string_view config_json);
// {"type":"event_ack","data":{"event_id":..}}; the id as JSON.
std::string EventAckText(std::string_view id_json);

inline constexpr std::string_view kPongText = R"({"type":"pong"})";
inline constexpr std::string_view kConnectedText = R"({"type":"connected"})";

}  // namespace edgeplane::gateway
