// A polling agent's word on a command as JSON: the body of POST
// /edge/command/ack and /edge/ack_command. Pure.
#pragma once

#include <string_view>
#include <variant>

#include "base/json.h"
#include "gateway/agent_data.h"

namespace edgeplane::gateway {

std::variant<AckMessage, MalformedMessage> ParseAckBody(std::string_view text,
                                                        const JsonLimits& limits);

inline constexpr std::string_view kAcknowledgedText = R"({"acknowledged":true})";
// The agent is who it says, but there is no such command of its own ..
inline constexpr std::string_view kCommandUnknownText =
    R"({"error":"command_unknown","message":"This agent has no such command."})";
// .. or it was never handed out.
inline constexpr std::string_view kNotDeliveredText =
    R"({"error":"command_not_delivered","message":"The command has not been handed out yet."})";

}  // namespace edgeplane::gateway
