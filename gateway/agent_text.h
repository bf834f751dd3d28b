// What an operator is told of an agent over HTTP: the answer to GET
// /edge/agents/ID. Pure.
#pragma once

#include <string>
#include <string_view>

#include "edgeplane/v1/agent_registry.pb.h"

namespace edgeplane::gateway {

// One object; what there is nothing to say of is left out. docs/agent-protocol.md
// lists the members.
std::string AgentText(const v1::DescribeAgentResponse::Description& description);

inline constexpr std::string_view kAgentUnknownText =
    R"({"error":"agent_unknown","message":"No agent with this id is registered."})";

}  // namespace edgeplane::gateway
